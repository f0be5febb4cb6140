import { describe, expect, it } from "vitest";
import { books, RENT_WHATSAPP, rent, visitPvapins } from "./pvapins-support.ts";

const DAY_MS = 24 * 60 * 60_000;

describe("PVAPins' rentals", () => {
  it("are answered with the number and the code 100, for three days", async () => {
    const here = await visitPvapins();
    const { body } = await here.get("get_number.php", { ...RENT_WHATSAPP, is_rent: "1" });
    expect(body).toEqual({ data: expect.stringMatching(/^1\d{3}55501\d\d$/), code: 100 });
    expect(books(here)).toMatchObject({
      balance: "991.50",
      orders: [{ product: "rental", status: "active", price: "8.50", expires: "2026-05-04T12:00:00Z" }],
    });
  });

  it.each([
    [{ app: "Whatsapp24", country: "USA" }, "App Not Found."],
    [{ app: "Rent Whatsapp", country: "Germany" }, "Country Not Found."],
    [{ app: "Rent Sandbox Empty", country: "USA" }, "No free channels available check after sometime."],
  ])("are refused for %j with the code 200", async (asked, data) => {
    const here = await visitPvapins();
    expect((await here.get("get_number.php", { ...asked, is_rent: "1" })).body).toEqual({ data, code: 200 });
    expect(books(here).orders).toEqual([]);
  });

  it("are refused when the balance does not cover them", async () => {
    const here = await visitPvapins({ pvapins: { balance: "8.49" } });
    expect((await here.get("get_number.php", { ...RENT_WHATSAPP, is_rent: "1" })).body).toEqual({
      data: "Not Enough balance.",
      code: 200,
    });
  });

  it.each(["get_number.php", "reject_rent.php", "rent_renew_number.php"])(
    "are refused by %s for a wrong key with the code 200",
    async (file) => {
      const here = await visitPvapins();
      const asked = file === "get_number.php" ? { ...RENT_WHATSAPP, is_rent: "1" } : await rent(here);
      expect((await here.get(file, { ...asked, customer: "wrong" })).body).toEqual({
        data: "Customer Not Found.",
        code: 200,
      });
    },
  );

  it("are listed with every field that the document names", async () => {
    const here = await visitPvapins();
    const { number } = await rent(here);
    await here.clock.advance(DAY_MS);
    expect((await here.get("load_rent.php")).body).toEqual([
      {
        id: expect.any(Number),
        user_id: 1,
        key_id: 1,
        app_id: 2334,
        number,
        deduct: "8.50",
        duration: 3,
        country_id: 58,
        is_released: 0,
        auto_renew: 0,
        received_message: 1,
        api: 1,
        timestamp: Date.parse("2026-05-01T12:00:00Z") / 1000,
        app_name: "Rent Whatsapp",
        country_name: "USA",
        timestamp_readable: "01/05/2026 12:00 pm",
        days: 2,
        expiry: "04/05/2026 12:00 pm",
      },
    ]);
  });

  it("show their messages, newest first", async () => {
    const here = await visitPvapins({ codeDelayMs: Number.POSITIVE_INFINITY });
    const named = await rent(here);
    const messages = async () => (await here.get("load_rent_code.php", named)).body;
    expect(await messages()).toEqual([]);
    await here.control("/deliver", { phone: `+${named.number}`, text: "first 1111" });
    await here.clock.advance(12 * 60 * 60_000 + 15 * 60_000);
    await here.control("/deliver", { phone: `+${named.number}`, text: "second 2222" });
    expect(await messages()).toEqual([
      { from: expect.any(String), message: "second 2222", timestamp: "02/05/2026 12:15 am" },
      { from: expect.any(String), message: "first 1111", timestamp: "01/05/2026 12:00 pm" },
    ]);
  });

  it("are rejected while nothing has come, with all the money back", async () => {
    const here = await visitPvapins();
    const named = await rent(here);
    expect((await here.get("reject_rent.php", named)).body).toEqual({ data: "Number Rejected", code: 100 });
    expect((await here.get("reject_rent.php", named)).body).toEqual({ data: "Not able to reject.", code: 200 });
    expect((await here.get("load_rent.php")).body[0]).toMatchObject({ is_released: 1, days: 0 });
    expect(books(here).balance).toBe("1000.00");
  });

  it("are kept once something has come", async () => {
    const here = await visitPvapins();
    const named = await rent(here);
    await here.clock.advance(5000);
    expect((await here.get("reject_rent.php", named)).body).toEqual({ data: "Not able to reject.", code: 200 });
    expect(books(here).balance).toBe("991.50");
  });

  it("are renewed for as long and as much again", async () => {
    const here = await visitPvapins();
    const named = await rent(here);
    expect((await here.get("rent_renew_number.php", named)).body).toEqual({ data: "Status Updated", code: 100 });
    expect((await here.get("load_rent.php")).body[0]).toMatchObject({ duration: 6, days: 6, deduct: "17.00" });
    expect(books(here).balance).toBe("983.00");
  });

  it("are not renewed without the money, nor after their end, which gives nothing back", async () => {
    const here = await visitPvapins({ pvapins: { balance: "10.00" }, codeDelayMs: Number.POSITIVE_INFINITY });
    const named = await rent(here);
    const renew = async () => (await here.get("rent_renew_number.php", named)).body;
    expect(await renew()).toEqual({ data: "Not Enough balance.", code: 200 });
    await here.clock.advance(3 * DAY_MS);
    expect(await renew()).toEqual({ data: "Number Not Found.", code: 200 });
    expect(books(here)).toMatchObject({ balance: "1.50", orders: [{ status: "expired" }] });
  });

  it.each(["load_rent_code.php", "reject_rent.php", "rent_renew_number.php"])(
    "are not found by %s under other words",
    async (file) => {
      const here = await visitPvapins();
      const named = await rent(here);
      expect((await here.get(file, { ...named, country: "UK" })).body).toEqual({
        data: "Number Not Found.",
        code: 200,
      });
    },
  );
});
