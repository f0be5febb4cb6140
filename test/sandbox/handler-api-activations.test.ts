import { describe, expect, it } from "vitest";
import { books, buy, type HandlerApiVisit, visitHandlerApi } from "./handler-api-support.ts";

const MINUTE_MS = 60_000;
const never = { codeDelayMs: Number.POSITIVE_INFINITY };

async function visitActivation(options?: Parameters<typeof visitHandlerApi>[0]) {
  const here = await visitHandlerApi(options);
  return { ...here, ...actOn(here, (await buy(here)).id) };
}

function actOn({ act }: HandlerApiVisit, id: string) {
  return {
    id,
    status: async () => (await act("getStatus", { id })).text,
    statusV2: () => act("getStatusV2", { id }),
    set: async (status: number) => (await act("setStatus", { id, status: String(status) })).text,
  };
}

describe("handler_api's activations", () => {
  it("wait for their code, and have it", async () => {
    const { status, set, clock } = await visitActivation();
    expect(await set(1)).toBe("ACCESS_READY");
    await clock.advance(4999);
    expect(await status()).toBe("STATUS_WAIT_CODE");
    await clock.advance(1);
    expect(await status()).toMatch(/^STATUS_OK:\d{6}$/);
  });

  it("show the text and its time in the second version", async () => {
    const { statusV2, clock } = await visitActivation();
    expect((await statusV2()).text).toBe('{"verificationType":0,"sms":null,"call":null}');
    await clock.advance(5000);
    const { sms } = (await statusV2()).body;
    expect(sms).toEqual({
      dateTime: "2026-05-01 12:00:05",
      code: expect.stringMatching(/^\d{6}$/),
      text: `Your WhatsApp code is ${sms.code}`,
    });
  });

  it("show a used code as used until another has come", async () => {
    const { status, statusV2, set, clock } = await visitActivation();
    await clock.advance(5000);
    const first = (await status()).replace("STATUS_OK:", "");
    expect(await set(3)).toBe("ACCESS_RETRY_GET");
    expect(await status()).toBe(`STATUS_WAIT_RETRY:${first}`);
    expect((await statusV2()).body.sms).toMatchObject({ code: first, dateTime: "2026-05-01 12:00:05" });
    await clock.advance(5000);
    const second = (await status()).replace("STATUS_OK:", "");
    expect(second).toMatch(/^\d{6}$/);
    expect(second).not.toBe(first);
    expect((await statusV2()).body.sms).toMatchObject({ code: second, dateTime: "2026-05-01 12:00:10" });
  });

  it("are finished once, with the code still to be seen", async () => {
    const here = await visitActivation();
    await here.clock.advance(5000);
    const received = await here.status();
    expect(await here.set(6)).toBe("ACCESS_ACTIVATION");
    expect(await here.status()).toBe(received);
    expect(await here.set(6)).toBe("BAD_STATUS");
    expect(await here.set(8)).toBe("ACTIVATION_NOT_ACTIVE");
    expect(books(here)).toMatchObject({ balance: "999.12", orders: [{ status: "finished", refunded: "0.00" }] });
  });

  it("are cancelled from two minutes after the purchase on, with all the money back", async () => {
    const here = await visitActivation(never);
    await here.clock.advance(2 * MINUTE_MS - 1);
    expect(await here.set(8)).toBe("EARLY_CANCEL_DENIED");
    await here.clock.advance(1);
    expect(await here.set(8)).toBe("ACCESS_CANCEL");
    expect(await here.status()).toBe("STATUS_CANCEL");
    expect((await here.statusV2()).text).toBe("STATUS_CANCEL");
    expect(await here.set(8)).toBe("ACCESS_CANCEL_ALREADY");
    expect(books(here)).toMatchObject({ balance: "1000.00", orders: [{ status: "cancelled", refunded: "0.88" }] });
  });

  it("are not cancelled after a code, also while another is waited for", async () => {
    const here = await visitActivation();
    await here.clock.advance(2 * MINUTE_MS);
    expect(await here.set(8)).toBe("OTP_RECEIVED");
    await here.set(3);
    expect(await here.set(8)).toBe("OTP_RECEIVED");
    await here.clock.advance(60 * MINUTE_MS);
    expect(books(here)).toMatchObject({ balance: "999.12", orders: [{ refunded: "0.00" }] });
  });

  it("are cancelled by themselves after 20 minutes, with all the money back", async () => {
    const here = await visitActivation(never);
    await here.clock.advance(20 * MINUTE_MS - 1);
    expect(await here.status()).toBe("STATUS_WAIT_CODE");
    await here.clock.advance(1);
    expect(await here.status()).toBe("STATUS_CANCEL");
    expect(await here.set(8)).toBe("ACCESS_CANCEL_ALREADY");
    expect(books(here)).toMatchObject({ balance: "1000.00", orders: [{ status: "expired", refunded: "0.88" }] });
  });

  it.each([
    ["before a code", 3, 0],
    ["before a code", 6, 0],
    ["after a code", 1, 5000],
    ["after the end", 3, 20 * MINUTE_MS],
    ["ever", 4, 0],
  ])("do not know, %s, the status %i", async (_, status, wait) => {
    const { set, clock } = await visitActivation();
    await clock.advance(wait);
    expect(await set(status)).toBe("BAD_STATUS");
  });

  it("are not found under another's id, nor under none", async () => {
    const here = await visitHandlerApi();
    const unknown = actOn(here, "123");
    expect([await unknown.status(), (await unknown.statusV2()).text, await unknown.set(8)]).toEqual([
      "NO_ACTIVATION",
      "NO_ACTIVATION",
      "NO_ACTIVATION",
    ]);
    expect((await here.act("getStatus")).text).toBe("NO_ACTIVATION");
    expect(books(here).disallowed.reasons).toEqual({ invalid_parameter: 1 });
  });

  it("are listed while they run, newest first", async () => {
    const here = await visitHandlerApi();
    const first = await buy(here);
    await here.clock.advance(5000);
    const second = await buy(here, { service: "go", country: "0" });
    const { body } = await here.act("getActiveActivations");
    expect(body).toEqual({
      status: "success",
      activeActivations: [
        {
          activationId: second.id,
          serviceCode: "go",
          phoneNumber: second.phone,
          activationCost: "0.14",
          activationStatus: "4",
          smsCode: null,
          smsText: null,
          activationTime: "2026-05-01 12:00:05",
          discount: "0.00",
          repeated: "0",
          countryCode: "0",
          countryName: "Russia",
          canGetAnotherSms: "1",
          currency: 840,
        },
        expect.objectContaining({
          activationId: first.id,
          smsCode: [expect.stringMatching(/^\d{6}$/)],
          smsText: [expect.stringMatching(/^Your WhatsApp code is \d{6}$/)],
        }),
      ],
    });
    await here.act("setStatus", { id: first.id, status: "6" });
    await here.clock.advance(20 * MINUTE_MS);
    expect((await here.act("getActiveActivations")).body.activeActivations).toEqual([]);
  });

  it("receive what is delivered", async () => {
    const here = await visitActivation(never);
    await here.control("/deliver", { order_id: here.id, text: "G-412157 is your code" });
    expect(await here.status()).toBe("STATUS_OK:412157");
    expect((await here.statusV2()).body.sms.text).toBe("G-412157 is your code");
  });

  it.each([
    ["sb_instant", 0, /^STATUS_OK:\d{6}$/],
    ["sb_late", 59_999, /^STATUS_WAIT_CODE$/],
    ["sb_late", 60_000, /^STATUS_OK:\d{6}$/],
    ["sb_never", 19 * MINUTE_MS, /^STATUS_WAIT_CODE$/],
  ])("play %s without scripting, after %i ms", async (service, wait, status) => {
    const here = await visitHandlerApi();
    const activation = actOn(here, (await buy(here, { service, country: "187" })).id);
    await here.clock.advance(wait);
    expect(await activation.status()).toMatch(status);
  });

  it("are not to be confused with rentals", async () => {
    const here = await visitHandlerApi();
    const { id } = await buy(here);
    expect((await here.act("getRentStatus", { id })).body).toEqual({ status: "error", message: "INVALID_PHONE" });
  });
});
