import { describe, expect, it } from "vitest";
import { buyAtPing, call, PING_WHATSAPP, visit } from "./support.ts";

const MINUTE_MS = 60_000;

describe("Ping's verification orders", () => {
  it("are created as in the document's example", async () => {
    const { ping } = await visit();
    const { status, text, body } = await ping("/nonvoip/orders/create", {
      serviceId: PING_WHATSAPP,
      capability: "sms",
    });
    expect(status).toBe(201);
    expect(body).toEqual({
      result: "success",
      message: "Verification order created",
      verification: {
        public_id: expect.stringMatching(/^ord_[0-9a-z]{12}$/),
        service_id: PING_WHATSAPP,
        phone_number: expect.stringMatching(/^\+1\d{3}55501\d{2}$/),
        capability: "sms",
        status: "pending",
        code: null,
        cost: 0.5,
        currency: "USD",
        expires_at: "2026-05-01T12:15:00Z",
        created_at: "2026-05-01T12:00:00Z",
      },
    });
    expect(text).toContain('"cost":0.50,');
  });

  it("are pending until the code has come, and completed from then on", async () => {
    const here = await visit();
    const { public_id: id, phone_number: phone } = await buyAtPing(here);
    const pending = { public_id: id, phone_number: phone, status: "pending", code: null };
    const poll = async () => (await here.ping(`/nonvoip/orders/${id}/poll`)).body;

    await here.clock.advance(4999);
    expect(await poll()).toEqual({
      result: "success",
      verification: { ...pending, expires_at: "2026-05-01T12:15:00Z" },
    });
    await here.clock.advance(1);
    const completed = {
      ...pending,
      status: "completed",
      code: expect.stringMatching(/^\d{6}$/),
      received_at: "2026-05-01T12:00:05Z",
      expires_at: "2026-05-01T12:15:00Z",
    };
    expect((await poll()).verification).toEqual(completed);
    await here.clock.advance(20 * MINUTE_MS);
    expect((await poll()).verification).toEqual(completed);
  });

  it("expire after 15 minutes without a code, and keep the money", async () => {
    const here = await visit({ codeDelayMs: Number.POSITIVE_INFINITY });
    const { public_id: id } = await buyAtPing(here);
    await here.clock.advance(15 * MINUTE_MS);
    expect((await here.ping(`/nonvoip/orders/${id}/poll`)).body.verification).toMatchObject({
      status: "expired",
      code: null,
    });
    expect(here.sandbox.control.books().ping).toMatchObject({ balance: "999.50", orders: [{ refunded: "0.00" }] });
  });

  it("do not receive a code that comes after their end", async () => {
    const here = await visit({ codeDelayMs: 15 * MINUTE_MS });
    const { public_id: id } = await buyAtPing(here);
    await here.clock.advance(16 * MINUTE_MS);
    expect((await here.ping(`/nonvoip/orders/${id}/poll`)).body.verification).toMatchObject({
      status: "expired",
      code: null,
    });
    expect(here.sandbox.control.books().ping.orders).toMatchObject([{ status: "expired", messages: 0 }]);
  });

  it("are refunded in full when cancelled before the code", async () => {
    const here = await visit();
    const { public_id: id } = await buyAtPing(here);
    const { status, text, body } = await here.ping(`/nonvoip/orders/${id}/cancel`, {});
    expect(status).toBe(200);
    expect(body).toEqual({
      result: "success",
      message: "Verification order cancelled",
      verification: { public_id: id, status: "cancelled", refund: { amount: 0.5, currency: "USD" } },
    });
    expect(text).toContain('"amount":0.50,');
    await here.clock.advance(MINUTE_MS);
    expect((await here.ping(`/nonvoip/orders/${id}/poll`)).body.verification.status).toBe("cancelled");
    expect(here.sandbox.control.books().ping).toMatchObject({ balance: "1000.00", orders: [{ refunded: "0.50" }] });
  });

  it.each([
    ["a code", 5000],
    ["the end", 15 * MINUTE_MS],
  ])("cannot be cancelled after %s", async (_, wait) => {
    const here = await visit({ codeDelayMs: wait === 5000 ? 5000 : Number.POSITIVE_INFINITY });
    const { public_id: id } = await buyAtPing(here);
    await here.clock.advance(wait);
    const { status, body } = await here.ping(`/nonvoip/orders/${id}/cancel`, {});
    expect(status).toBe(409);
    expect(body).toMatchObject({ result: "failed", code: "ORDER_NOT_CANCELLABLE" });
    expect(here.sandbox.control.books().ping.balance).toBe("999.50");
  });

  it.each([
    ["an unknown service", { serviceId: "svc_nothing" }, 404, "SERVICE_NOT_FOUND"],
    ["a missing service", {}, 400, "INVALID_REQUEST"],
    ["an unknown capability", { serviceId: PING_WHATSAPP, capability: "fax" }, 400, "INVALID_REQUEST"],
    [
      "voice where there is none",
      { serviceId: "svc_ghi789jkl012", capability: "voice" },
      400,
      "CAPABILITY_NOT_SUPPORTED",
    ],
  ])("are refused for %s", async (_, body, status, code) => {
    const { ping, sandbox } = await visit();
    expect(await ping("/nonvoip/orders/create", body)).toMatchObject({ status, body: { result: "failed", code } });
    expect(sandbox.control.books().ping).toMatchObject({ balance: "1000.00", orders: [] });
  });

  it("are refused with 402 when the balance does not cover them", async () => {
    const { ping } = await visit({ ping: { balance: "0.49" } });
    expect(await ping("/nonvoip/orders/create", { serviceId: PING_WHATSAPP })).toMatchObject({
      status: 402,
      body: { result: "failed", message: "Insufficient balance", code: "INSUFFICIENT_BALANCE" },
    });
  });

  it("are refused when the body is not said to be JSON", async () => {
    const { sandbox } = await visit();
    const answer = await fetch(`${sandbox.baseUrls.ping}/nonvoip/orders/create`, {
      method: "POST",
      headers: { "x-ping-api-key": "sandbox", "content-type": "text/plain" },
      body: JSON.stringify({ serviceId: PING_WHATSAPP }),
    });
    expect(answer.status).toBe(400);
  });

  it("need the key", async () => {
    const { sandbox } = await visit();
    for (const headers of [{}, { "x-ping-api-key": "wrong" }] as Record<string, string>[]) {
      const { status, body } = await call(`${sandbox.baseUrls.ping}/nonvoip/services`, headers);
      expect(status).toBe(401);
      expect(body).toMatchObject({ result: "failed", code: "UNAUTHORIZED" });
    }
  });

  it("counts polls that come sooner than the document asks for", async () => {
    const here = await visit();
    const { public_id: id } = await buyAtPing(here);
    for (const wait of [0, 2999, 3000]) {
      await here.clock.advance(wait);
      await here.ping(`/nonvoip/orders/${id}/poll`);
    }
    expect(here.sandbox.control.books().ping.hasty).toBe(1);
  });
});
