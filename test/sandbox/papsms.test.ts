import { describe, expect, it } from "vitest";
import { buyAtPapSms, call, visit } from "./support.ts";

const MINUTE_MS = 60_000;

const failure = (code: string) => ({ success: false, error: { code, message: expect.any(String) } });

describe("PapSMS's countries", () => {
  it("are objects with a lower-case code and a name", async () => {
    const { body } = await (await visit()).papsms("/countries");
    expect(body.success).toBe(true);
    expect(body.data).toHaveLength(12);
    expect(body.data.slice(0, 2)).toEqual([
      { code: "us", name: "United States" },
      { code: "gb", name: "United Kingdom" },
    ]);
  });
});

describe("PapSMS's numbers", () => {
  it("are purchased as in the document's example", async () => {
    const { papsms } = await visit();
    const { status, text, body } = await papsms("/numbers/purchase", { country: "us", service: "whatsapp" });
    expect(status).toBe(200);
    expect(body).toEqual({
      success: true,
      data: {
        activation_id: expect.stringMatching(/^\d+$/),
        phone_number: expect.stringMatching(/^\+1\d{3}55501\d\d$/),
        country: "us",
        service: "whatsapp",
        expires_at: "2026-05-01T13:00:00Z",
        cost: 0.8,
      },
    });
    expect(text).toContain('"cost":0.80}');
  });

  it("wait, then show the code and its text", async () => {
    const here = await visit();
    const { activation_id: id } = await buyAtPapSms(here);
    const status = async () => (await here.papsms(`/numbers/status/${id}`)).body;
    expect(await status()).toEqual({ success: true, data: { status: "waiting", sms: null } });
    await here.clock.advance(5000);
    const { data } = await status();
    expect(data).toEqual({
      status: "received",
      sms: {
        code: expect.stringMatching(/^\d{6}$/),
        full_text: `Your WhatsApp code is ${data.sms.code}`,
        received_at: "2026-05-01T12:00:05Z",
      },
    });
  });

  it("show a delivered text that holds no code", async () => {
    const here = await visit();
    const { activation_id: id } = await buyAtPapSms(here);
    await here.control("/deliver", { order_id: id, text: "Welcome!" });
    expect((await here.papsms(`/numbers/status/${id}`)).body.data.sms).toMatchObject({
      code: null,
      full_text: "Welcome!",
    });
  });

  it("are completed after the code, once", async () => {
    const here = await visit();
    const { activation_id: id } = await buyAtPapSms(here);
    const complete = () => here.papsms(`/numbers/finish/${id}`, { status: "completed" });
    expect(await complete()).toMatchObject({ status: 409, body: failure("invalid_state") });
    await here.clock.advance(5000);
    expect(await complete()).toMatchObject({
      status: 200,
      body: { success: true, data: { activation_id: id, status: "completed" } },
    });
    expect(await complete()).toMatchObject({ status: 409 });
    expect((await here.papsms(`/numbers/status/${id}`)).body.data).toMatchObject({
      status: "completed",
      sms: { code: expect.any(String) },
    });
  });

  it.each([
    [undefined, "1000.00", "0.80"],
    [0.75, "999.80", "0.60"],
    [0.3333, "999.46664", "0.26664"],
    [0, "999.20", "0.00"],
  ])(
    "give back the share %j of their cost when cancelled before the code",
    async (refundedShare, balance, refunded) => {
      const here = await visit(refundedShare === undefined ? {} : { papsms: { refundedShare } });
      const { activation_id: id } = await buyAtPapSms(here);
      expect(await here.papsms(`/numbers/finish/${id}`, { status: "cancelled" })).toMatchObject({
        status: 200,
        body: { success: true, data: { activation_id: id, status: "cancelled" } },
      });
      expect(here.sandbox.control.books().papsms).toMatchObject({
        balance,
        orders: [{ status: "cancelled", refunded }],
      });
    },
  );

  it.each([
    ["the code", 5000, 5000, "999.20"],
    ["the end", 60 * MINUTE_MS, Number.POSITIVE_INFINITY, "1000.00"],
  ])("cannot be cancelled after %s", async (_, wait, codeDelayMs, balance) => {
    const here = await visit({ codeDelayMs });
    const { activation_id: id } = await buyAtPapSms(here);
    await here.clock.advance(wait);
    expect(await here.papsms(`/numbers/finish/${id}`, { status: "cancelled" })).toMatchObject({
      status: 409,
      body: failure("invalid_state"),
    });
    expect(here.sandbox.control.books().papsms.balance).toBe(balance);
  });

  it("expire after an hour", async () => {
    const here = await visit({ codeDelayMs: Number.POSITIVE_INFINITY });
    const { activation_id: id } = await buyAtPapSms(here);
    await here.clock.advance(60 * MINUTE_MS);
    expect((await here.papsms(`/numbers/status/${id}`)).body.data).toEqual({ status: "expired", sms: null });
  });

  it("are paid for only if an SMS has come by their end", async () => {
    const here = await visit();
    await buyAtPapSms(here);
    await here.clock.advance(60 * MINUTE_MS);
    expect(here.sandbox.control.books().papsms.balance).toBe("999.20");
    await here.control("/delay", { code_delay_ms: "never" });
    await buyAtPapSms(here);
    expect(here.sandbox.control.books().papsms.balance).toBe("998.40");
    await here.clock.advance(60 * MINUTE_MS);
    expect(here.sandbox.control.books().papsms.balance).toBe("999.20");
  });

  it.each([
    ["a country in capitals", { country: "US" }, 400, "invalid_request"],
    ["no service", { service: undefined }, 400, "invalid_request"],
    ["an unknown service", { service: "WhatsApp" }, 404, "not_found"],
    ["an unknown country", { country: "zz" }, 404, "not_found"],
  ])("are refused for %s", async (_, change, status, code) => {
    const { papsms, sandbox } = await visit();
    const asked = { country: "us", service: "whatsapp", ...change };
    expect(await papsms("/numbers/purchase", asked)).toMatchObject({ status, body: failure(code) });
    expect(sandbox.control.books().papsms.orders).toEqual([]);
  });

  it("are refused when they have run out, and with 402 when the balance does not cover them", async () => {
    const here = await visit({ papsms: { balance: "0.79" } });
    const buy = () => here.papsms("/numbers/purchase", { country: "us", service: "whatsapp" });
    expect(await buy()).toMatchObject({ status: 402, body: failure("insufficient_balance") });
    await here.control("/balance", { upstream: "papsms", balance: 5 });
    await here.control("/stock", { upstream: "papsms", service: "whatsapp", country: "us", count: 0 });
    expect(await buy()).toMatchObject({ status: 409, body: failure("no_numbers") });
  });

  it.each([{}, { status: "done" }])("are not finished with %j", async (body) => {
    const here = await visit();
    const { activation_id: id } = await buyAtPapSms(here);
    expect(await here.papsms(`/numbers/finish/${id}`, body)).toMatchObject({
      status: 400,
      body: failure("invalid_request"),
    });
    expect(here.sandbox.control.books().papsms.disallowed.reasons).toEqual({ invalid_body: 1 });
  });

  it("are not found under another's id, and need the key", async () => {
    const { papsms, sandbox } = await visit();
    expect(await papsms("/numbers/status/12345678")).toMatchObject({ status: 404, body: failure("not_found") });
    const answer = await call(`${sandbox.baseUrls.papsms}/countries`, { authorization: "Bearer wrong" });
    expect(answer).toMatchObject({ status: 401, body: failure("unauthorized") });
  });
});
