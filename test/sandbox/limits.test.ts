import { describe, expect, it } from "vitest";
import { buyAtPing, PING_WHATSAPP, type Reply, type Visit, visit } from "./support.ts";

async function times(count: number, run: () => Promise<Reply>): Promise<number[]> {
  const statuses: number[] = [];
  for (let turn = 0; turn < count; turn += 1) statuses.push((await run()).status);
  return statuses;
}

const accepted = (statuses: number[]) => statuses.filter((status) => status !== 429).length;

const PING_LIMITS: readonly [string, number, (here: Visit) => Promise<() => Promise<Reply>>][] = [
  [
    "list",
    60,
    async ({ ping }) =>
      () =>
        ping("/nonvoip/services?limit=1"),
  ],
  [
    "detail",
    60,
    async ({ ping }) =>
      () =>
        ping(`/nonvoip/services/${PING_WHATSAPP}`),
  ],
  [
    "create",
    30,
    async ({ ping }) =>
      () =>
        ping("/nonvoip/orders/create", { serviceId: PING_WHATSAPP }),
  ],
  [
    "cancel",
    30,
    async ({ ping }) =>
      () =>
        ping("/nonvoip/orders/ord_x/cancel", {}),
  ],
  [
    "poll",
    120,
    async (here) => {
      const { public_id: id } = await buyAtPing(here);
      return () => here.ping(`/nonvoip/orders/${id}/poll`);
    },
  ],
];

const PING_RENTAL_LIMITS: readonly [string, number, unknown][] = [
  ["/nonvoip/rentals/create", 30, {}],
  ["/nonvoip/rentals/rnt_x/extend", 30, {}],
  ["/nonvoip/rentals/rnt_x/cancel", 30, {}],
  ["/nonvoip/rentals/rnt_x/messages", 120, undefined],
];

describe("the documented limits", () => {
  it.each(PING_LIMITS)("let Ping's %s through %i times a minute", async (_, perMinute, prepare) => {
    const here = await visit();
    const run = await prepare(here);
    expect(accepted(await times(perMinute + 2, run))).toBe(perMinute);
    expect(here.sandbox.control.books().ping.limited).toBe(2);
  });

  it.each(PING_RENTAL_LIMITS)("let Ping's %s through %i times a minute", async (path, perMinute, body) => {
    const here = await visit();
    expect(accepted(await times(perMinute + 2, () => here.ping(path, body)))).toBe(perMinute);
    expect(here.sandbox.control.books().ping.limited).toBe(2);
  });

  it("count Ping's list and detail together, and its other endpoints apart", async () => {
    const { ping } = await visit();
    await times(59, () => ping("/nonvoip/services?limit=1"));
    expect((await ping(`/nonvoip/services/${PING_WHATSAPP}`)).status).toBe(200);
    expect((await ping("/nonvoip/services?limit=1")).status).toBe(429);
    expect((await ping("/nonvoip/orders/create", { serviceId: PING_WHATSAPP })).status).toBe(201);
  });

  it("say when to come back: Ping in four headers and a code", async () => {
    const { ping, clock } = await visit();
    await ping("/nonvoip/services?limit=1");
    await clock.advance(12_500);
    await times(59, () => ping("/nonvoip/services?limit=1"));
    const { headers, body } = await ping("/nonvoip/services?limit=1");
    expect(body).toEqual({
      result: "failed",
      message: "Rate limit exceeded. Please retry after 48 seconds.",
      code: "RATE_LIMIT_EXCEEDED",
    });
    expect(headers).toMatchObject({
      "retry-after": "48",
      "x-ratelimit-limit": "60",
      "x-ratelimit-remaining": "0",
      "x-ratelimit-reset": String(Date.parse("2026-05-01T12:01:00Z") / 1000),
    });
  });

  it("let smsVerificationService answer 60 calls of any kind, and tell the 61st when to come back", async () => {
    const { sms, sandbox } = await visit();
    await times(30, () => sms("/balance/"));
    await times(30, () => sms("/no/such/path/"));
    const { status, headers, body } = await sms("/orders/");
    expect(status).toBe(429);
    expect(headers["retry-after"]).toBe("60");
    expect(body).toEqual({ error: "Rate limit exceeded. Maximum 60 requests per minute." });
    expect(sandbox.control.books().smsverificationservice).toMatchObject({
      limited: 1,
      disallowed: { total: 30, reasons: { unknown_path: 30 } },
    });
  });

  it.each([
    ["smsverifyo", { ok: false, error: { code: "rate_limited", message: "Too many requests" } }],
    [
      "papsms",
      { success: false, error: { code: "rate_limited", message: "Rate limit of 60 requests per minute exceeded" } },
    ],
  ] as const)("let %s answer 60 calls of any kind, and tell the 61st when to come back", async (upstream, refusal) => {
    const here = await visit();
    expect(accepted(await times(60, () => here[upstream]("/countries")))).toBe(60);
    const { status, headers, body } = await here[upstream]("/no/such/path");
    expect(status).toBe(429);
    expect(headers["retry-after"]).toBe("60");
    expect(body).toEqual(refusal);
    expect(here.sandbox.control.books()[upstream].limited).toBe(1);
  });

  it("hold in any 60 seconds, not only in whole minutes", async () => {
    const { sms, clock } = await visit();
    await clock.advance(59_000);
    expect(accepted(await times(60, () => sms("/balance/")))).toBe(60);
    await clock.advance(2000);
    expect(accepted(await times(1, () => sms("/balance/")))).toBe(0);
    await clock.advance(57_999);
    expect(accepted(await times(1, () => sms("/balance/")))).toBe(0);
    await clock.advance(1);
    expect(accepted(await times(61, () => sms("/balance/")))).toBe(60);
  });

  it("do not count the calls that they refuse", async () => {
    const { sms, clock } = await visit();
    await times(61, () => sms("/balance/"));
    await clock.advance(30_000);
    await times(10, () => sms("/balance/"));
    await clock.advance(30_000);
    expect(accepted(await times(60, () => sms("/balance/")))).toBe(60);
  });

  it("can be turned off", async () => {
    const { sms } = await visit({ limits: "off" });
    expect(accepted(await times(70, () => sms("/balance/")))).toBe(70);
  });
});
