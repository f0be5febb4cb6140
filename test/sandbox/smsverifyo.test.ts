import { describe, expect, it } from "vitest";
import { buyAtSmsVerifyo, call, smsVerifyoWhatsApp, visit } from "./support.ts";

const MINUTE_MS = 60_000;
const UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

const failure = (code: string) => ({ ok: false, error: { code, message: expect.any(String) } });

describe("SMSVerifyo's lists", () => {
  it("tell the balance with four decimals", async () => {
    const { smsverifyo } = await visit({ smsverifyo: { balance: "42.5" } });
    const { status, text } = await smsverifyo("/balance");
    expect(status).toBe(200);
    expect(text).toBe(
      '{"ok":true,"balance_usd":42.5000,"currency":"USD","email":"you@example.com","username":"reseller1"}',
    );
  });

  it("have services by UUID and code", async () => {
    const { body } = await (await visit()).smsverifyo("/services");
    expect(body.ok).toBe(true);
    expect(body.services.slice(0, 2)).toEqual([
      { id: expect.stringMatching(/^d0/), code: "wa", name: "WhatsApp" },
      { id: expect.stringMatching(/^e1/), code: "tg", name: "Telegram" },
    ]);
    for (const { id } of body.services) expect(id).toMatch(new RegExp(`^${UUID}$`));
  });

  it("have the countries of a service as in the document's example, from number 0 on", async () => {
    const here = await visit();
    const { service_id } = await smsVerifyoWhatsApp(here);
    const { text, body } = await here.smsverifyo(`/countries?service_id=${service_id}`);
    expect(body.ok).toBe(true);
    expect(body.countries.slice(0, 2)).toEqual([
      { country_id: 0, name: "Russia", flag: "🇷🇺", price_usd: 0.15, available: 42 },
      { country_id: 1, name: "Ukraine", flag: "🇺🇦", price_usd: 0.22, available: 8 },
    ]);
    expect(text).toContain('"price_usd":0.15,');
  });

  it("have prices of up to four decimals", async () => {
    const { smsverifyo } = await visit();
    const { services } = (await smsverifyo("/services")).body;
    const google = services.find(({ code }: { code: string }) => code === "go").id;
    expect((await smsverifyo(`/countries?service_id=${google}`)).text).toContain('"price_usd":0.0875,');
  });

  it("count down what is available, once a stock is set", async () => {
    const here = await visit();
    const asked = await smsVerifyoWhatsApp(here);
    const available = async () =>
      (await here.smsverifyo(`/countries?service_id=${asked.service_id}`)).body.countries[0].available;
    here.sandbox.control.setStock({ upstream: "smsverifyo", service: "WhatsApp", country: "RU", count: 1 });
    expect(await available()).toBe(1);
    expect((await here.smsverifyo("/order", asked)).status).toBe(200);
    expect(await available()).toBe(0);
    expect(await here.smsverifyo("/order", asked)).toMatchObject({ status: 503, body: failure("no_numbers") });
  });

  it.each(["", "?service_id=whatsapp"])("want a service for the countries, not %j", async (query) => {
    const { smsverifyo, sandbox } = await visit();
    expect(await smsverifyo(`/countries${query}`)).toMatchObject({ status: 400, body: failure("invalid_request") });
    expect(sandbox.control.books().smsverifyo.disallowed.reasons).toEqual({ invalid_parameter: 1 });
  });
});

describe("SMSVerifyo's orders", () => {
  it("are charged 0.18 where 0.15 is listed, as in the document's example", async () => {
    const here = await visit({ smsverifyo: { balance: "42.50" } });
    const { status, text, body } = await here.smsverifyo("/order", await smsVerifyoWhatsApp(here));
    expect(status).toBe(200);
    expect(body).toEqual({
      ok: true,
      order: {
        id: expect.stringMatching(new RegExp(`^${UUID}$`)),
        phone: expect.stringMatching(/^7900\d{7}$/),
        status: "waiting",
        price_usd: 0.18,
        balance_usd: 42.32,
        expires_at: "2026-05-01T12:30:00Z",
      },
    });
    expect(body.order.id).toMatch(/^b7/);
    expect(text).toContain('"price_usd":0.18,"balance_usd":42.32,');
  });

  it("wait, then show the code", async () => {
    const here = await visit();
    const { id, phone } = await buyAtSmsVerifyo(here);
    const poll = async () => (await here.smsverifyo(`/order/${id}`)).body;
    expect(await poll()).toEqual({ ok: true, order: { id, phone, status: "waiting" } });
    await here.clock.advance(5000);
    expect(await poll()).toEqual({
      ok: true,
      order: {
        id,
        phone,
        status: "received",
        sms_code: expect.stringMatching(/^\d{6}$/),
        received_at: "2026-05-01T12:00:05Z",
      },
    });
  });

  it("are cancelled with all their money back, but not in their first minute", async () => {
    const here = await visit({ codeDelayMs: Number.POSITIVE_INFINITY });
    const { id } = await buyAtSmsVerifyo(here);
    await here.clock.advance(MINUTE_MS - 1);
    expect(await here.smsverifyo(`/order/${id}/cancel`, {})).toMatchObject({
      status: 409,
      body: { ok: false, error: { code: "invalid_state", message: "Order can be cancelled in 1 seconds" } },
    });
    await here.clock.advance(1);
    const { status, text } = await here.smsverifyo(`/order/${id}/cancel`, {});
    expect(status).toBe(200);
    expect(text).toBe('{"ok":true,"status":"cancelled","balance_usd":1000.00}');
    expect((await here.smsverifyo(`/order/${id}`)).body.order.status).toBe("cancelled");
    expect(here.sandbox.control.books().smsverifyo.orders).toMatchObject([{ price: "0.18", refunded: "0.18" }]);
  });

  it("can be cancelled at once where the sandbox is told so", async () => {
    const here = await visit({ smsverifyo: { cancelCooldownMs: 0 } });
    const { id } = await buyAtSmsVerifyo(here);
    expect((await here.smsverifyo(`/order/${id}/cancel`, {})).status).toBe(200);
  });

  it.each([
    ["an SMS", 2 * MINUTE_MS, 90_000],
    ["the end", 30 * MINUTE_MS, Number.POSITIVE_INFINITY],
  ])("cannot be cancelled after %s", async (_, wait, codeDelayMs) => {
    const here = await visit({ codeDelayMs });
    const { id } = await buyAtSmsVerifyo(here);
    await here.clock.advance(wait);
    expect(await here.smsverifyo(`/order/${id}/cancel`, {})).toMatchObject({
      status: 409,
      body: failure("invalid_state"),
    });
    expect(here.sandbox.control.books().smsverifyo.balance).toBe("999.82");
  });

  it("are finished once, after their code, and keep it", async () => {
    const here = await visit();
    const { id } = await buyAtSmsVerifyo(here);
    const finish = () => here.smsverifyo(`/order/${id}/finish`, {});
    expect(await finish()).toMatchObject({ status: 409, body: failure("invalid_state") });
    await here.clock.advance(5000);
    expect(await finish()).toMatchObject({ status: 200, body: { ok: true, status: "finished" } });
    expect(await finish()).toMatchObject({ status: 409, body: failure("invalid_state") });
    expect((await here.smsverifyo(`/order/${id}`)).body.order).toMatchObject({
      status: "finished",
      sms_code: expect.stringMatching(/^\d{6}$/),
    });
  });

  it("are finished by themselves after their end, or expired without a code", async () => {
    const here = await visit();
    const { id: heard } = await buyAtSmsVerifyo(here);
    await here.control("/delay", { code_delay_ms: "never" });
    const { id: silent } = await buyAtSmsVerifyo(here);
    await here.clock.advance(30 * MINUTE_MS);
    expect((await here.smsverifyo(`/order/${heard}`)).body.order.status).toBe("finished");
    expect((await here.smsverifyo(`/order/${silent}`)).body.order.status).toBe("expired");
  });

  it.each([
    ["no country", { country_id: undefined }, 400, "invalid_request"],
    ["a service that is no UUID", { service_id: "wa" }, 400, "invalid_request"],
    ["a service of nobody's", { service_id: "00000000-0000-4000-8000-000000000000" }, 400, "invalid_request"],
    ["a country without numbers", { country_id: 999 }, 503, "no_numbers"],
  ])("are refused for %s", async (_, change, status, code) => {
    const here = await visit();
    const asked = { ...(await smsVerifyoWhatsApp(here)), ...change };
    expect(await here.smsverifyo("/order", asked)).toMatchObject({ status, body: failure(code) });
    expect(here.sandbox.control.books().smsverifyo.orders).toEqual([]);
  });

  it("are refused with 402 when the balance covers the listed price alone", async () => {
    const here = await visit({ smsverifyo: { balance: "0.17" } });
    expect(await here.smsverifyo("/order", await smsVerifyoWhatsApp(here))).toMatchObject({
      status: 402,
      body: failure("insufficient_funds"),
    });
  });

  it.each(["", "/cancel", "/finish"])("are not found under another's id at /order/:id%s", async (verb) => {
    const { smsverifyo } = await visit();
    const body = verb === "" ? undefined : {};
    expect(await smsverifyo(`/order/b7000000-0000-4000-8000-000000000000${verb}`, body)).toMatchObject({
      status: 404,
      body: failure("not_found"),
    });
  });

  it("need the key", async () => {
    const { sandbox } = await visit();
    const answer = await call(`${sandbox.baseUrls.smsverifyo}/balance`, { authorization: "Bearer sk_live_wrong" });
    expect(answer).toMatchObject({ status: 401, body: failure("unauthorized") });
    expect(sandbox.control.books().smsverifyo.disallowed.reasons).toEqual({ unauthorized: 1 });
  });

  it("count polls that come sooner than the document asks for", async () => {
    const here = await visit();
    const { id } = await buyAtSmsVerifyo(here);
    for (const wait of [0, 2999, 3000]) {
      await here.clock.advance(wait);
      await here.smsverifyo(`/order/${id}`);
    }
    expect(here.sandbox.control.books().smsverifyo.hasty).toBe(1);
  });

  it("take delivered codes, and no text without one", async () => {
    const here = await visit();
    const { id } = await buyAtSmsVerifyo(here);
    expect(await here.control("/deliver", { order_id: id, text: "Welcome!" })).toMatchObject({ status: 400 });
    expect((await here.control("/deliver", { order_id: id, code: "482910" })).status).toBe(200);
    expect((await here.smsverifyo(`/order/${id}`)).body.order.sms_code).toBe("482910");
  });
});
