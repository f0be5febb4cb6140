import { describe, expect, it } from "vitest";
import { buyAtSms, visit } from "./support.ts";

const MINUTE_MS = 60_000;

describe("smsVerificationService's orders", () => {
  it.each([
    ["/order/temporary/", { service_id: 1012 }, /^\+1 \d{3} 555 01\d\d$/],
    ["/order/temporary/", { service_id: "1012", area_code: "212" }, /^\+1 212 555 01\d\d$/],
    ["/order/best-temp/", { service_id: 1012 }, /^\+1 \d{3} 555 01\d\d$/],
    ["/order/global/", { service_id: 1012, country_id: 4 }, /^\+44 20 7946 0\d{3}$/],
  ])("are placed at %s with %j", async (path, body, phone) => {
    const { sms } = await visit();
    expect(await sms(path, body)).toMatchObject({
      status: 201,
      body: {
        success: true,
        data: { order_id: expect.any(Number), phone: expect.stringMatching(phone), status: "pending" },
      },
    });
  });

  it("show the code and its text once it has come", async () => {
    const here = await visit();
    const { order_id: id, phone } = await buyAtSms(here);
    const status = async () => (await here.sms(`/order/${id}/status/`)).body;
    expect(await status()).toEqual({
      success: true,
      data: { order_id: id, status: "pending", otp: null, message: null, phone },
    });
    await here.clock.advance(5000);
    const { data } = await status();
    expect(data).toMatchObject({ order_id: id, status: "completed", otp: expect.stringMatching(/^\d{6}$/), phone });
    expect(data.message).toBe(`Your WhatsApp code is ${data.otp}`);
  });

  it("expire after 20 minutes, and can be cancelled still", async () => {
    const here = await visit({ codeDelayMs: Number.POSITIVE_INFINITY });
    const { order_id: id } = await buyAtSms(here);
    await here.clock.advance(20 * MINUTE_MS - 1);
    expect((await here.sms(`/order/${id}/status/`)).body.data.status).toBe("pending");
    await here.clock.advance(1);
    expect((await here.sms(`/order/${id}/status/`)).body.data.status).toBe("expired");
    const balance = () => here.sandbox.control.books().smsverificationservice.balance;
    expect(balance()).not.toBe("1000.00");
    expect((await here.sms(`/order/${id}/cancel/`, {})).body.data.status).toBe("cancelled");
    expect(balance()).toBe("1000.00");
  });

  it("are cancelled once, with their money back", async () => {
    const here = await visit();
    const { order_id: id } = await buyAtSms(here);
    expect((await here.sms("/balance/")).text).toContain('"balance":999.60,');
    expect(await here.sms(`/order/${id}/cancel/`, {})).toMatchObject({
      status: 200,
      body: { success: true, data: { order_id: id, status: "cancelled" } },
    });
    expect((await here.sms("/balance/")).text).toContain('"balance":1000.00,');
    expect(await here.sms(`/order/${id}/cancel/`, {})).toMatchObject({
      status: 400,
      body: { success: false, error: "Order cannot be cancelled" },
    });
    expect(here.sandbox.control.books().smsverificationservice.balance).toBe("1000.00");
  });

  it("cannot be cancelled after the code", async () => {
    const here = await visit({ codeDelayMs: 0 });
    const { order_id: id } = await buyAtSms(here);
    expect(await here.sms(`/order/${id}/cancel/`, {})).toMatchObject({ status: 400 });
  });

  it("are listed newest first, 50 of them, as in the document's example", async () => {
    const here = await visit({ limits: "off" });
    const ids: number[] = [];
    for (let count = 0; count < 51; count += 1) ids.push((await buyAtSms(here)).order_id);
    const { data } = (await here.sms("/order/global/", { service_id: 1012, country_id: 4 })).body;
    const { body } = await here.sms("/orders/");
    expect(body[0]).toEqual({
      order_id: data.order_id,
      service: "WhatsApp (UK)",
      status: "pending",
      sell_price: 0.95,
      price: 0.95,
      phone: data.phone,
      created_at: "2026-05-01T12:00:00Z",
    });
    expect(body.map((order: { order_id: number }) => order.order_id)).toEqual([
      data.order_id,
      ...ids.slice(2).reverse(),
    ]);
  });

  it.each([
    ["/order/temporary/", {}, 400, "service_id is missing or invalid"],
    ["/order/temporary/", { service_id: 1012, area_code: "21" }, 400, "area_code is missing or invalid"],
    ["/order/temporary/", { service_id: 77777 }, 404, "Service not available"],
    ["/order/best-temp/", { service_id: 34 }, 404, "Service not available"],
    ["/order/global/", { service_id: 1012 }, 400, "country_id is missing or invalid"],
    ["/order/global/", { service_id: 171, country_id: 17 }, 404, "Service not available"],
  ])("are refused at %s with %j", async (path, body, status, error) => {
    const { sms, sandbox } = await visit();
    expect(await sms(path, body)).toMatchObject({ status, body: { success: false, error } });
    expect(sandbox.control.books().smsverificationservice.orders).toEqual([]);
  });

  it("are refused with 402 when the balance does not cover them", async () => {
    const { sms } = await visit({ smsverificationservice: { balance: "0.39" } });
    expect(await sms("/order/temporary/", { service_id: 1012 })).toMatchObject({
      status: 402,
      body: { success: false, error: "Insufficient balance" },
    });
  });

  it("are not found under another's number", async () => {
    const { sms } = await visit();
    expect(await sms("/order/458736/status/")).toMatchObject({
      status: 404,
      body: { success: false, error: "Order not found" },
    });
  });
});
