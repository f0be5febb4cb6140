import { describe, expect, it } from "vitest";
import { PING_WHATSAPP, type Visit, visit } from "./support.ts";

const DAY_MS = 24 * 60 * 60_000;

async function rentalService({ ping }: Visit, name: string, country = "GB"): Promise<string> {
  const query = new URLSearchParams({ service_type: "rental", country_code: country, search: name });
  return (await ping(`/nonvoip/services?${query}`)).body.services[0].public_id;
}

async function rent(here: Visit, days = 7, name = "Telegram") {
  const serviceId = await rentalService(here, name);
  return (await here.ping("/nonvoip/rentals/create", { serviceId, days })).body.rental;
}

const balance = (here: Visit) => here.sandbox.control.books().ping.balance;

describe("Ping's rentals", () => {
  it("are listed with the cost of a day", async () => {
    const { ping } = await visit();
    const { services } = (await ping("/nonvoip/services?service_type=rental&country_code=GB&search=Telegram")).body;
    expect(services).toEqual([
      {
        public_id: expect.stringMatching(/^svc_/),
        name: "Telegram",
        country_code: "GB",
        type: "rental",
        capabilities: ["sms"],
        cost: 0.5,
        currency: "USD",
        available: true,
      },
    ]);
  });

  it("are created as in the document's example", async () => {
    const here = await visit();
    const serviceId = await rentalService(here, "Telegram");
    const { status, text, body } = await here.ping("/nonvoip/rentals/create", { serviceId, days: 7 });
    expect(status).toBe(201);
    expect(body).toEqual({
      result: "success",
      message: "Number rental created",
      rental: {
        public_id: expect.stringMatching(/^rnt_[0-9a-z]{12}$/),
        service_id: serviceId,
        phone_number: expect.stringMatching(/^\+44\d{10}$/),
        status: "active",
        days: 7,
        cost: 3.5,
        currency: "USD",
        messages_count: 0,
        expires_at: "2026-05-08T12:00:00Z",
        created_at: "2026-05-01T12:00:00Z",
      },
    });
    expect(text).toContain('"cost":3.50,');
  });

  it("take one message by themselves and as many as are delivered, with a code or without, newest first", async () => {
    const here = await visit();
    const { public_id: id, phone_number: phone } = await rent(here);
    await here.clock.advance(60_000);
    await here.control("/deliver", { order_id: id, text: "Your verification code is 839201", sender: "+15550100" });
    await here.clock.advance(1000);
    const { body: entry } = await here.control("/deliver", { phone, text: "Welcome to the service." });
    expect(entry).toMatchObject({ product: "rental", status: "active", messages: 3, code: null });
    const { body } = await here.ping(`/nonvoip/rentals/${id}/messages`);
    const id12 = expect.stringMatching(/^msg_[0-9a-z]{12}$/);
    expect(body).toEqual({
      result: "success",
      messages: [
        { id: id12, from: "+15551234567", text: "Welcome to the service.", received_at: "2026-05-01T12:01:01Z" },
        { id: id12, from: "+15550100", text: "Your verification code is 839201", received_at: "2026-05-01T12:01:00Z" },
        {
          id: id12,
          from: "+15551234567",
          text: expect.stringMatching(/^Your Telegram code is \d{6}$/),
          received_at: "2026-05-01T12:00:05Z",
        },
      ],
      total: 3,
    });
    expect(new Set(body.messages.map((message: { id: string }) => message.id)).size).toBe(3);
  });

  it("expire, keep their messages and take no more", async () => {
    const here = await visit();
    const { public_id: id } = await rent(here, 1);
    await here.clock.advance(DAY_MS);
    expect(await here.control("/deliver", { order_id: id })).toMatchObject({ status: 409 });
    expect((await here.ping(`/nonvoip/rentals/${id}/messages`)).body.total).toBe(1);
    expect(here.sandbox.control.books().ping.orders).toMatchObject([{ status: "expired", refunded: "0.00" }]);
  });

  it("are extended from the day they would have ended, at the same cost of a day", async () => {
    const here = await visit();
    const { public_id: id, phone_number: phone } = await rent(here);
    await here.clock.advance(2 * DAY_MS);
    const { status, text, body } = await here.ping(`/nonvoip/rentals/${id}/extend`, { days: 3 });
    expect(status).toBe(200);
    expect(body).toEqual({
      result: "success",
      message: "Rental extended successfully",
      rental: {
        public_id: id,
        phone_number: phone,
        status: "active",
        days_added: 3,
        total_days: 10,
        extension_cost: 1.5,
        currency: "USD",
        expires_at: "2026-05-11T12:00:00Z",
      },
    });
    expect(text).toContain('"extension_cost":1.50,');
    expect(balance(here)).toBe("995.00");
  });

  it("give the days that have not begun back when cancelled, as in the document's example", async () => {
    const here = await visit();
    const { public_id: id } = await rent(here);
    await here.clock.advance(2.5 * DAY_MS);
    const { status, body } = await here.ping(`/nonvoip/rentals/${id}/cancel`, {});
    expect(status).toBe(200);
    expect(body).toEqual({
      result: "success",
      message: "Rental cancelled",
      rental: { public_id: id, status: "cancelled", refund: { amount: 2, currency: "USD", days_remaining: 4 } },
    });
    expect(await here.control("/deliver", { order_id: id })).toMatchObject({ status: 409 });
    expect(here.sandbox.control.books().ping).toMatchObject({
      balance: "998.50",
      orders: [{ status: "cancelled", price: "3.50", refunded: "2.00", messages: 1 }],
    });
  });

  it("keep the books to the last fraction of a cent", async () => {
    const here = await visit();
    const { public_id: id } = await rent(here, 3, "Google / YouTube / Gmail");
    expect(balance(here)).toBe("998.7625");
    await here.ping(`/nonvoip/rentals/${id}/extend`, { days: 2 });
    expect(balance(here)).toBe("997.9375");
    await here.clock.advance(DAY_MS);
    await here.ping(`/nonvoip/rentals/${id}/cancel`, {});
    expect(here.sandbox.control.books().ping).toMatchObject({
      balance: "999.5875",
      orders: [{ price: "2.0625", refunded: "1.65" }],
    });
  });

  it("keep their number to the end of the extension, though all others are given out", async () => {
    const here = await visit({ limits: "off", ping: { balance: "9999.00" } });
    const serviceId = await rentalService(here, "Telegram", "CA");
    const rent = () => here.ping("/nonvoip/rentals/create", { serviceId, days: 1 });
    const { public_id: id, phone_number: phone } = (await rent()).body.rental;
    await here.ping(`/nonvoip/rentals/${id}/extend`, { days: 30 });
    await here.clock.advance(2 * DAY_MS);
    const others: string[] = [];
    for (let answer = await rent(); answer.status === 201; answer = await rent()) {
      others.push(answer.body.rental.phone_number);
    }
    expect(others).toHaveLength(17 * 100 - 1);
    expect(others).not.toContain(phone);
  });

  it.each(["extend", "cancel"])("cannot be told to %s once they have ended", async (verb) => {
    const here = await visit();
    const { public_id: id } = await rent(here, 1);
    await here.clock.advance(DAY_MS);
    expect(await here.ping(`/nonvoip/rentals/${id}/${verb}`, { days: 1 })).toMatchObject({
      status: 409,
      body: { result: "failed", code: "RENTAL_NOT_ACTIVE" },
    });
    expect(balance(here)).toBe("999.50");
  });

  it.each([0, 31, 1.5, "7", undefined])("are refused for %j days", async (days) => {
    const here = await visit();
    const serviceId = await rentalService(here, "Telegram");
    const refused = { status: 400, body: { result: "failed", code: "INVALID_REQUEST" } };
    expect(await here.ping("/nonvoip/rentals/create", { serviceId, days })).toMatchObject(refused);
    const { public_id: id } = await rent(here, 1);
    expect(await here.ping(`/nonvoip/rentals/${id}/extend`, { days })).toMatchObject(refused);
    expect(here.sandbox.control.books().ping.disallowed.reasons).toEqual({ invalid_body: 2 });
  });

  it("are told from verifications, in both directions", async () => {
    const here = await visit();
    const serviceId = await rentalService(here, "Telegram");
    expect(await here.ping("/nonvoip/orders/create", { serviceId })).toMatchObject({ status: 404 });
    expect(await here.ping("/nonvoip/rentals/create", { serviceId: PING_WHATSAPP, days: 1 })).toMatchObject({
      status: 404,
    });
    const { public_id: id } = await rent(here);
    expect(await here.ping(`/nonvoip/orders/${id}/cancel`, {})).toMatchObject({ status: 404 });
    expect(await here.ping("/nonvoip/rentals/ord_x/messages")).toMatchObject({ status: 404 });
  });

  it("are refused with 402 when the balance does not cover all of their days", async () => {
    const here = await visit({ ping: { balance: "3.60" } });
    const serviceId = await rentalService(here, "Telegram");
    const poor = { status: 402, body: { code: "INSUFFICIENT_BALANCE" } };
    expect(await here.ping("/nonvoip/rentals/create", { serviceId, days: 8 })).toMatchObject(poor);
    const { public_id: id } = await rent(here, 7);
    expect(await here.ping(`/nonvoip/rentals/${id}/extend`, { days: 1 })).toMatchObject(poor);
    expect(here.sandbox.control.books().ping).toMatchObject({ balance: "0.10", orders: [{ price: "3.50" }] });
  });
});
