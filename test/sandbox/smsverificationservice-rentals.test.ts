import { describe, expect, it } from "vitest";
import { buyAtSms, call, type Visit, visit } from "./support.ts";

const DAY_MS = 24 * 60 * 60_000;
const US_PHONE = expect.stringMatching(/^\+1 \d{3} 555 01\d\d$/);

const books = (here: Visit) => here.sandbox.control.books().smsverificationservice;

async function rentByName({ sms }: Visit, duration = 3) {
  return (await sms("/order/rental/", { service: "WhatsApp", duration })).body;
}

async function rentForADay({ sms }: Visit) {
  return (await sms("/order/rent-1day/", { service_id: 4421 })).body.data;
}

describe("smsVerificationService's lists of rentals", () => {
  it("have both prices of the ones bought by name, in a raw array", async () => {
    const { text } = await (await visit()).sms("/services/rental/");
    expect(text).toMatch(
      /^\[\{"name":"WhatsApp","sell_price_3days":4\.00,"sell_price_30days":12\.00,"price_3days":4\.00,"price_30days":12\.00\},/,
    );
  });

  it.each([
    ["rent-1day", '{"service_id":4421,"name":"Tinder","price":1.20},{"service_id":4422,"name":"Discord","price":1.50}'],
    ["rent-30days", '{"service_id":7821,"name":"Instagram","price":12.00}'],
  ])("have the %s ones with their ids", async (shelf, first) => {
    const { text } = await (await visit()).sms(`/services/${shelf}/`);
    expect(text.startsWith(`{"success":true,"data":{"services":[${first},`)).toBe(true);
  });

  it.each([
    ["/services/rental/", { error: "Invalid API key" }],
    ["/services/esim/", { error: "Invalid API key" }],
    ["/services/rent-1day/", { success: false, error: "Invalid or missing API key" }],
  ])("refuse a wrong key at %s in its own shape", async (path, body) => {
    const { sandbox } = await visit();
    const answer = await call(sandbox.baseUrls.smsverificationservice + path, { authorization: "Bearer wrong" });
    expect(answer).toMatchObject({ status: 401, body });
  });
});

describe("smsVerificationService's rentals", () => {
  it("are bought by name, in any case, as in the document's example", async () => {
    const { sms } = await visit();
    const { status, text, body } = await sms("/order/rental/", { service: "whatsapp", duration: 3 });
    expect(status).toBe(201);
    expect(body).toEqual({
      success: true,
      order_id: expect.any(Number),
      phone: US_PHONE,
      sell_price: 4,
      price: 4,
      status: "active",
      expiry_date: "2026-05-04T12:00:00Z",
    });
    expect(text).toContain('"sell_price":4.00,"price":4.00,');
  });

  it.each([
    ["rent-1day", 4421, "998.80"],
    ["rent-30days", 7821, "988.00"],
  ])("are bought at %s by the service's id, and answered pending", async (shelf, id, balance) => {
    const here = await visit();
    expect(await here.sms(`/order/${shelf}/`, { service_id: id })).toMatchObject({
      status: 201,
      body: { success: true, data: { order_id: expect.any(Number), status: "pending", phone: US_PHONE } },
    });
    expect(books(here)).toMatchObject({ balance, orders: [{ product: "rental", status: "active" }] });
  });

  it("stay active, show their latest message, and tell the time that a day's rental has left", async () => {
    const here = await visit();
    const { order_id: id, phone } = await rentForADay(here);
    const status = async () => (await here.sms(`/order/${id}/status/`)).body.data;
    const active = { order_id: id, status: "active", phone };
    const fresh = { time_left_seconds: 86_400, days_left: 1 };
    expect(await status()).toEqual({ ...active, otp: null, message: null, ...fresh });

    await here.clock.advance(DAY_MS / 2);
    await here.control("/deliver", { order_id: id, text: "Your Tinder code is 548921" });
    const halfway = { time_left_seconds: 43_200, days_left: 1 };
    expect(await status()).toEqual({ ...active, otp: "548921", message: "Your Tinder code is 548921", ...halfway });
    await here.clock.advance(1000);
    await here.control("/deliver", { order_id: id, text: "Welcome!" });
    expect(await status()).toMatchObject({ otp: null, message: "Welcome!" });

    await here.clock.advance(DAY_MS / 2);
    expect(await status()).toMatchObject({
      status: "expired",
      message: "Welcome!",
      time_left_seconds: 0,
      days_left: 0,
    });
  });

  it("tell no time left where the purchase told the end", async () => {
    const here = await visit();
    const { order_id: id } = await rentByName(here);
    const { data } = (await here.sms(`/order/${id}/status/`)).body;
    expect(Object.keys(data)).toEqual(["order_id", "status", "otp", "message", "phone"]);
  });

  it("are renewed for as long again, at the same price and number", async () => {
    const here = await visit();
    const { order_id: id, phone } = await rentByName(here);
    await here.clock.advance(2 * DAY_MS);
    expect(await here.sms(`/order/${id}/renew/`, {})).toMatchObject({
      status: 200,
      body: { success: true, data: { order_id: id, status: "active", phone } },
    });
    expect(books(here)).toMatchObject({
      balance: "992.00",
      orders: [{ price: "8.00", expires: "2026-05-07T12:00:00Z" }],
    });
  });

  it("cannot be renewed once they have ended, nor can anything else, nor without money", async () => {
    const here = await visit({ smsverificationservice: { balance: "5.00" } });
    const { order_id: code } = await buyAtSms(here);
    const cannot = { status: 400, body: { success: false, error: "Order cannot be renewed" } };
    expect(await here.sms(`/order/${code}/renew/`, {})).toMatchObject(cannot);
    const { order_id: id } = await rentByName(here);
    expect(await here.sms(`/order/${id}/renew/`, {})).toMatchObject({
      status: 402,
      body: { success: false, error: "Insufficient balance" },
    });
    await here.clock.advance(3 * DAY_MS);
    expect(await here.sms(`/order/${id}/renew/`, {})).toMatchObject(cannot);
    expect(await here.sms("/order/1/renew/", {})).toMatchObject({ status: 404 });
  });

  it("give all their money back when cancelled before a message, and none after", async () => {
    const here = await visit();
    const { order_id: quiet } = await rentForADay(here);
    expect(await here.sms(`/order/${quiet}/cancel/`, {})).toMatchObject({ status: 200 });
    expect(books(here).balance).toBe("1000.00");
    const { order_id: used } = await rentForADay(here);
    await here.clock.advance(5000);
    expect(await here.sms(`/order/${used}/cancel/`, {})).toMatchObject({
      status: 400,
      body: { success: false, error: "Order cannot be cancelled" },
    });
    expect(books(here).balance).toBe("998.80");
  });

  it("are among the orders", async () => {
    const here = await visit();
    const { order_id: id, phone } = await rentByName(here);
    expect((await here.sms("/orders/")).body).toEqual([
      {
        order_id: id,
        service: "WhatsApp",
        status: "active",
        sell_price: 4,
        price: 4,
        phone,
        created_at: "2026-05-01T12:00:00Z",
      },
    ]);
  });

  it.each([
    ["/order/rental/", { service: "Nobody", duration: 3 }, 404, { error: "Service not found" }],
    ["/order/rental/", { service: "WhatsApp", duration: 7 }, 400, { error: "duration is missing or invalid" }],
    ["/order/rental/", { duration: 3 }, 400, { error: "service is missing or invalid" }],
    ["/order/rent-1day/", { service_id: 7821 }, 404, { success: false, error: "Service not available" }],
    ["/order/rent-30days/", {}, 400, { success: false, error: "service_id is missing or invalid" }],
  ])("are refused at %s with %j", async (path, body, status, error) => {
    const here = await visit();
    expect(await here.sms(path, body)).toMatchObject({ status, body: error });
    expect(books(here).orders).toEqual([]);
  });

  it.each([
    ["/order/rental/", { service: "WhatsApp", duration: 30 }],
    ["/order/rent-1day/", { service_id: 4421 }],
  ])("are refused at %s with 402 when the balance does not cover them", async (path, body) => {
    const { sms } = await visit({ smsverificationservice: { balance: "1.19" } });
    expect(await sms(path, body)).toMatchObject({ status: 402, body: { error: "Insufficient balance" } });
  });

  it.each([
    ["/order/rental/", { service: "Sandbox Empty", duration: 3 }],
    ["/order/rent-30days/", { service_id: 9205 }],
  ])("run out at %s", async (path, body) => {
    const { sms } = await visit();
    expect(await sms(path, body)).toMatchObject({ status: 400, body: { error: "Service not available" } });
  });
});

describe("smsVerificationService's eSIMs", () => {
  const plan = "USA 5GB / 30 days";

  it("are listed in a raw array", async () => {
    const { text } = await (await visit()).sms("/services/esim/");
    expect(text).toMatch(
      /^\[\{"name":"USA 5GB \/ 30 days","data_gb":5\.0,"validity_days":30,"sell_price":12\.00,"price":12\.00\},/,
    );
  });

  it("are bought by the plan's name, with an activation code of their own", async () => {
    const here = await visit();
    const { status, body } = await here.sms("/order/esim/", { plan: plan.toUpperCase() });
    expect(status).toBe(201);
    expect(body).toEqual({
      success: true,
      order_id: expect.any(Number),
      activation_code: expect.stringMatching(/^SIM-\d{10}$/),
      sell_price: 12,
      price: 12,
      status: "active",
    });
    expect((await here.sms("/order/esim/", { plan })).body.activation_code).not.toBe(body.activation_code);
    expect(books(here).orders[0]).toMatchObject({ product: "esim", service: plan, phone: "", status: "active" });
  });

  it("are active to the end of their plan, and neither cancelled, renewed nor sent messages", async () => {
    const here = await visit();
    const { order_id: id } = (await here.sms("/order/esim/", { plan })).body;
    expect(await here.sms(`/order/${id}/cancel/`, {})).toMatchObject({ status: 400 });
    expect(await here.sms(`/order/${id}/renew/`, {})).toMatchObject({ status: 400 });
    expect(await here.control("/deliver", { order_id: id })).toMatchObject({ status: 409 });
    await here.clock.advance(30 * DAY_MS - 1);
    expect((await here.sms(`/order/${id}/status/`)).body.data.status).toBe("active");
    await here.clock.advance(1);
    expect((await here.sms(`/order/${id}/status/`)).body.data.status).toBe("expired");
  });

  it.each([
    [{ plan: "Moon 1GB / 1 days" }, 404, "Plan not found"],
    [{}, 400, "plan is missing or invalid"],
  ])("are refused with %j", async (body, status, error) => {
    const { sms } = await visit();
    expect(await sms("/order/esim/", body)).toMatchObject({ status, body: { error } });
  });

  it("are refused with 402 when the balance does not cover them", async () => {
    const { sms } = await visit({ smsverificationservice: { balance: "11.99" } });
    expect(await sms("/order/esim/", { plan })).toMatchObject({ status: 402, body: { error: "Insufficient balance" } });
  });
});
