import { describe, expect, it } from "vitest";
import { books, buy, type PvapinsVisit, visitPvapins, WHATSAPP } from "./pvapins-support.ts";

const MINUTE_MS = 60_000;
const never = { codeDelayMs: Number.POSITIVE_INFINITY };

describe("PVAPins' numbers", () => {
  it("are a bare text of digits, with no id and no price", async () => {
    const here = await visitPvapins();
    const { status, headers, text } = await here.get("get_number.php", WHATSAPP);
    expect(status).toBe(200);
    expect(headers["content-type"]).toContain("text/html");
    expect(text).toMatch(/^1\d{3}55501\d\d$/);
    expect(books(here)).toMatchObject({ balance: "999.34", orders: [{ phone: `+${text}`, price: "0.66" }] });
  });

  it("are named by number, country and app in any case, from the purchase to the code", async () => {
    const here = await visitPvapins();
    const { number } = await buy(here, { app: "WHATSAPP24", country: "usa" });
    const named = { number, app: "whatsapp24", country: "UsA" };
    await here.clock.advance(3000);
    expect((await here.get("get_sms.php", named)).text).toBe("You have not received any code yet.");
    await here.clock.advance(2000);
    expect((await here.get("get_sms.php", named)).text).toMatch(/^Your Whatsapp code is \d{6}$/);
  });

  it("are not found by their messages' readers in their first two seconds", async () => {
    const here = await visitPvapins();
    const named = await buy(here);
    const poll = async () => (await here.get("get_sms.php", named)).text;
    await here.clock.advance(1999);
    expect(await poll()).toBe("Number Not Found.");
    await here.clock.advance(1);
    expect(await poll()).toBe("You have not received any code yet.");
  });

  it.each([
    ["another number", { number: "12025550000" }],
    ["another country", { country: "UK" }],
    ["another app", { app: "Whatsapp1" }],
  ])("are not found under %s", async (_, other) => {
    const here = await visitPvapins();
    const named = { ...(await buy(here)), ...other };
    await here.clock.advance(3 * MINUTE_MS);
    expect((await here.get("get_sms.php", named)).text).toBe("Number Not Found.");
    expect((await here.get("get_reject_number.php", named)).text).toBe("Number Not Found.");
  });

  it.each([
    [{ app: "Myspace", country: "USA" }, "App Not Found."],
    [{ app: "Whatsapp24", country: "Atlantis" }, "Country Not Found."],
    [{ app: "Paypal", country: "India" }, "App Not Found."],
    [{ app: "Whatsapp24", country: "" }, "App or Country Not Found."],
    [{ app: "Sandbox Empty", country: "USA" }, "No free channels available check after sometime."],
  ])("are refused for %j with a text", async (asked, text) => {
    const here = await visitPvapins();
    expect(await here.get("get_number.php", asked)).toMatchObject({ status: 200, text });
    expect(books(here)).toMatchObject({ balance: "1000.00", orders: [] });
  });

  it("are refused when the balance does not cover them", async () => {
    const here = await visitPvapins({ pvapins: { balance: "0.65" } });
    expect((await here.get("get_number.php", WHATSAPP)).text).toBe("Not Enough balance.");
  });

  it("are rejected from two minutes after the purchase on, with all the money back", async () => {
    const here = await visitPvapins(never);
    const named = await buy(here);
    const reject = () => here.get("get_reject_number.php", named);
    await here.clock.advance(2 * MINUTE_MS - 1);
    expect((await reject()).text).toBe("Cant rejected, limit: 2 minutes.");
    await here.clock.advance(1);
    expect((await reject()).body).toEqual({ data: "Number Rejected", code: 100 });
    expect((await reject()).text).toBe("Not able to reject.");
    expect(books(here)).toMatchObject({ balance: "1000.00", orders: [{ status: "cancelled", refunded: "0.66" }] });
  });

  it("are not rejected after a code, which is paid for", async () => {
    const here = await visitPvapins();
    const named = await buy(here);
    await here.clock.advance(2 * MINUTE_MS);
    expect((await here.get("get_reject_number.php", named)).text).toBe("Not able to reject.");
    await here.clock.advance(60 * MINUTE_MS);
    expect(books(here)).toMatchObject({ balance: "999.34", orders: [{ status: "completed", refunded: "0.00" }] });
  });

  it("are released by themselves after 20 minutes, with all the money back", async () => {
    const here = await visitPvapins(never);
    const named = await buy(here);
    const poll = async () => (await here.get("get_sms.php", named)).text;
    await here.clock.advance(20 * MINUTE_MS - 1);
    expect(await poll()).toBe("You have not received any code yet.");
    expect(books(here).balance).toBe("999.34");
    await here.clock.advance(1);
    expect(await poll()).toBe("Number Not Found.");
    expect((await here.get("get_reject_number.php", named)).text).toBe("Not able to reject.");
    expect(books(here)).toMatchObject({ balance: "1000.00", orders: [{ status: "expired", refunded: "0.66" }] });
  });

  it("are used again under the same three words, which then mean the newest", async () => {
    const here = await visitPvapins();
    const named = await buy(here);
    expect((await here.get("get_number.php", named)).text).toBe("No free channels available check after sometime.");
    await here.clock.advance(MINUTE_MS);
    const first = (await here.get("get_sms.php", named)).text;
    expect((await here.get("get_number.php", named)).text).toBe(named.number);
    await here.clock.advance(2000);
    expect((await here.get("get_sms.php", named)).text).toBe("You have not received any code yet.");
    await here.clock.advance(3000);
    const second = (await here.get("get_sms.php", named)).text;
    expect(second).toMatch(/^Your Whatsapp code is \d{6}$/);
    expect(second).not.toBe(first);
    expect(books(here)).toMatchObject({ balance: "998.68", orders: [{ price: "0.66" }, { price: "0.66" }] });
  });

  it("are used again only by who had them", async () => {
    const here = await visitPvapins();
    const asked = { ...WHATSAPP, number: "12025550100" };
    expect((await here.get("get_number.php", asked)).text).toBe("Number Not Found.");
  });

  it("stand in the history, newest first", async () => {
    const here = await visitPvapins();
    const first = await buy(here);
    await here.clock.advance(MINUTE_MS);
    const second = await buy(here, { app: "Telegram", country: "UK" });
    const { body } = await here.get("get_history.php");
    expect(body).toEqual([
      {
        id: expect.any(Number),
        number: second.number,
        app_name: "Telegram",
        country_name: "UK",
        deduct: "0.42",
        message: null,
        timestamp: "01/05/2026 12:01 pm",
      },
      expect.objectContaining({
        number: first.number,
        app_name: "Whatsapp24",
        message: expect.stringMatching(/^Your Whatsapp code is \d{6}$/),
        timestamp: "01/05/2026 12:00 pm",
      }),
    ]);
  });

  it("count polls that come sooner than the document asks for", async () => {
    const here = await visitPvapins();
    const named = await buy(here);
    for (const wait of [0, 2999, 3000]) {
      await here.clock.advance(wait);
      await here.get("get_sms.php", named);
    }
    expect(books(here).hasty).toBe(1);
  });

  it.each([
    ["Sandbox Instant", /^Your Sandbox Instant code is \d{6}$/],
    ["Sandbox Never", /^Number Not Found/],
  ])("play %s without scripting", async (app, text) => {
    const here = await visitPvapins();
    const named = await buy(here, { app, country: "USA" });
    expect((await here.get("get_sms.php", named)).text).toMatch(text);
  });

  it("receive what is delivered, word by word", async () => {
    const here = await visitPvapins(never);
    const named = await buy(here);
    await here.control("/deliver", { phone: `+${named.number}`, text: "<#> 123-456 is your code" });
    expect((await here.get("get_sms.php", named)).text).toBe("<#> 123-456 is your code");
  });
});

describe("PVAPins' faults", () => {
  const orderFault = ({ sandbox }: PvapinsVisit, kind: "error_in_200" | "wrong_types" | "status_429") =>
    sandbox.control.failNext({ upstream: "pvapins", endpoint: "create", kind });

  it("come in its own words", async () => {
    const here = await visitPvapins();
    orderFault(here, "error_in_200");
    expect((await here.get("get_number.php", WHATSAPP)).text).toBe("Error 102, check back later.");
    orderFault(here, "status_429");
    expect(await here.get("get_number.php", WHATSAPP)).toMatchObject({
      status: 429,
      headers: { "retry-after": "5" },
    });
    expect(books(here).orders).toEqual([]);
  });

  it("change the type of a bare text too, after the sale", async () => {
    const here = await visitPvapins();
    orderFault(here, "wrong_types");
    const { body } = await here.get("get_number.php", WHATSAPP);
    expect(body).toEqual([expect.stringMatching(/^\d+$/)]);
    expect(books(here).orders).toHaveLength(1);
  });
});
