import { describe, expect, it } from "vitest";
import { buyAtPapSms, buyAtPing, buyAtSms, PING_WHATSAPP, visit } from "./support.ts";

describe("the control API", () => {
  it("shows the books of every upstream", async () => {
    const here = await visit();
    const { public_id: ref, phone_number: phone } = await buyAtPing(here);
    await here.ping(`/nonvoip/orders/${ref}/cancel`, {});
    await here.ping("/nonvoip/esims/create", {});
    const { status, body } = await here.control("/books");
    expect(status).toBe(200);
    expect(body.ping).toEqual({
      balance: "1000.00",
      orders: [
        {
          ref,
          product: "verification",
          service: "WhatsApp",
          country: "US",
          phone,
          status: "cancelled",
          price: "0.50",
          refunded: "0.50",
          messages: 0,
          code: null,
          bought: "2026-05-01T12:00:00Z",
          expires: "2026-05-01T12:15:00Z",
        },
      ],
      calls: { create: 1, cancel: 1 },
      limited: 0,
      disallowed: { total: 1, reasons: { unknown_path: 1 } },
      hasty: 0,
      callbacks: { delivered: 0, failed: 0 },
    });
    expect(body.smsverificationservice).toMatchObject({ balance: "1000.00", orders: [], calls: {} });
  });

  it("delivers a text to an order now, with the code that it holds", async () => {
    const here = await visit();
    const { order_id: id } = await buyAtSms(here);
    const text = "<#> 482910 is your code. Do not share it.";
    const { status, body } = await here.control("/deliver", { order_id: id, text });
    expect(status).toBe(200);
    expect(body).toMatchObject({ ref: String(id), status: "completed", code: "482910" });
    expect((await here.sms(`/order/${id}/status/`)).body.data).toMatchObject({ otp: "482910", message: text });
  });

  it("delivers to a phone number, with or without its spaces", async () => {
    const here = await visit();
    const { order_id: id, phone } = await buyAtSms(here);
    expect((await here.control("/deliver", { phone, code: "123456" })).status).toBe(200);
    expect((await here.control("/deliver", { phone: phone.replaceAll(" ", ""), code: "654321" })).status).toBe(200);
    expect((await here.sms(`/order/${id}/status/`)).body.data).toMatchObject({
      otp: "654321",
      message: "Your WhatsApp code is 654321",
    });
  });

  it("knows an order by its id alone, at whichever upstream it was bought in the same moment", async () => {
    const here = await visit();
    const { order_id: atSms } = await buyAtSms(here);
    const { activation_id: atPapSms } = await buyAtPapSms(here);
    expect((await here.control("/deliver", { order_id: atPapSms })).body).toMatchObject({ service: "whatsapp" });
    expect((await here.control("/deliver", { order_id: atSms })).body).toMatchObject({ service: "WhatsApp" });
  });

  it("delivers nothing to an order that has ended, nor a text without a code where only codes are handed out", async () => {
    const here = await visit();
    const { public_id: id } = await buyAtPing(here);
    expect(await here.control("/deliver", { order_id: id, text: "Welcome!" })).toMatchObject({ status: 400 });
    await here.ping(`/nonvoip/orders/${id}/cancel`, {});
    expect(await here.control("/deliver", { order_id: id })).toMatchObject({
      status: 409,
      body: { error: `order ${id} is cancelled` },
    });
    expect(await here.control("/deliver", { order_id: "ord_none" })).toMatchObject({ status: 404 });
  });

  it("lets a service run out, and come back", async () => {
    const here = await visit();
    const stock = { upstream: "ping", service: "whatsapp", product: "verification", country: "us" };
    const buy = () => here.ping("/nonvoip/orders/create", { serviceId: PING_WHATSAPP });
    expect((await here.control("/stock", { ...stock, count: 1 })).body).toEqual({ offers: 1 });
    expect((await buy()).status).toBe(201);
    expect(await buy()).toMatchObject({ status: 409, body: { code: "NO_NUMBERS_AVAILABLE" } });
    expect((await here.ping(`/nonvoip/services/${PING_WHATSAPP}`)).body.service.available).toBe(false);
    await here.control("/stock", { ...stock, count: null });
    expect((await buy()).status).toBe(201);
  });

  it("lets every product that goes by a name run out unless told which, and says how many offers there are", async () => {
    const here = await visit();
    const stock = { upstream: "smsverificationservice", service: "WhatsApp", country: "US", count: 0 };
    expect((await here.control("/stock", { ...stock, product: "rental" })).body).toEqual({ offers: 4 });
    expect((await here.control("/stock", stock)).body).toEqual({ offers: 5 });
    expect(await here.control("/stock", { ...stock, product: "esim" })).toMatchObject({
      status: 404,
      body: { error: "smsverificationservice does not sell esim WhatsApp in US" },
    });
  });

  it("sets the balance and the delay", async () => {
    const here = await visit();
    await here.control("/balance", { upstream: "smsverificationservice", balance: "12.345" });
    expect((await here.sms("/balance/")).text).toContain('"balance":12.345,');
    await here.control("/delay", { code_delay_ms: 0 });
    const { public_id: id } = await buyAtPing(here);
    expect((await here.ping(`/nonvoip/orders/${id}/poll`)).body.verification.status).toBe("completed");
    expect((await here.control("/delay", { code_delay_ms: "never" })).status).toBe(200);
    expect((await here.control("/delay", { code_delay_ms: { min: 10, max: 20 } })).status).toBe(200);
  });

  it("orders faults", async () => {
    const here = await visit();
    const { body } = await here.control("/faults", { upstream: "ping", endpoint: "list", kind: "html_502" });
    expect(body).toEqual({ upstream: "ping", endpoint: "list", kind: "html_502", times: 1 });
    expect((await here.ping("/nonvoip/services")).status).toBe(502);
  });

  it("orders a rate of faults", async () => {
    const here = await visit();
    const asked = { upstream: "ping", endpoint: "*", rate: 1, kinds: ["status_429"], retry_after: 9 };
    expect((await here.control("/fault_rate", asked)).status).toBe(200);
    expect((await here.ping("/nonvoip/services")).headers["retry-after"]).toBe("9");
  });

  it.each([
    ["/faults", { upstream: "ping", endpoint: "list", kind: "fire" }, /^kind: .*"html".*"slow"/],
    [
      "/faults",
      { upstream: "ping", endpoint: "lists", kind: "html" },
      /no endpoint lists; known: \*, list, detail, create/,
    ],
    [
      "/faults",
      { upstream: "pong", endpoint: "list", kind: "html" },
      /^upstream: .*"ping"\|"smsverificationservice"\|"smsverifyo"/,
    ],
    ["/faults", { upstream: "ping", endpoint: "*", kind: "html", time: 2 }, /unknown field time; known: .*times/],
    ["/deliver", { code: "123456" }, /either order_id or phone/],
    ["/fault_rate", { upstream: "ping", endpoint: "list", rate: 30 }, /^rate: /],
    ["/fault_rate", { upstream: "ping", endpoint: "lists", rate: 0.3 }, /no endpoint lists; known: \*, list/],
    ["/deliver", { order: "x" }, /unknown field order; known: upstream, order_id/],
    ["/balance", { upstream: "ping", balance: "lots" }, /not an amount of money: lots/],
    ["/callbacks", { upstream: "ping", url: null }, /ping posts no messages; known: smsverificationservice, papsms/],
    ["/callbacks", { upstream: "papsms", url: "http://example.com/" }, /url is not an http address on loopback/],
    ["/callbacks", { upstream: "papsms", url: "https://127.0.0.1/" }, /url is not an http address on loopback/],
    ["/delay", { code_delay_ms: "soon" }, /^code_delay_ms: expected milliseconds/],
  ])("refuses %s with %j and says what it knows", async (path, asked, error) => {
    const { control } = await visit();
    const { status, body } = await control(path, asked);
    expect(status).toBe(400);
    expect(body.error).toMatch(error);
  });

  it("names its commands where there is none, and on its front page", async () => {
    const { control } = await visit();
    expect(await control("/book")).toMatchObject({ status: 404 });
    expect((await control("/book")).body.error).toContain("POST /sandbox/faults");
    expect((await control("/")).body.commands).toContainEqual(expect.objectContaining({ call: "GET /sandbox/books" }));
  });

  it("refuses a body without bounds", async () => {
    const { control } = await visit();
    expect(await control("/deliver", { text: "x".repeat(70_000) })).toMatchObject({ status: 413 });
  });

  it("begins again on reset, without giving an order's number out twice", async () => {
    const here = await visit();
    const { public_id: first, phone_number: phone } = await buyAtPing(here);
    here.sandbox.control.failNext({ upstream: "ping", endpoint: "*", kind: "html", times: 100 });
    expect((await here.control("/reset", {})).status).toBe(200);
    expect(here.sandbox.control.books().ping).toMatchObject({ balance: "1000.00", orders: [], calls: {} });
    const again = await buyAtPing(here);
    expect(again.public_id).not.toBe(first);
    expect(again.phone_number).toBe(phone);
  });
});
