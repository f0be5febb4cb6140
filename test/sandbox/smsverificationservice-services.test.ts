import { describe, expect, it } from "vitest";
import { call, visit } from "./support.ts";

describe("smsVerificationService's lists", () => {
  it("tell the balance bare, and wrapped under its alias", async () => {
    const { sms } = await visit({ smsverificationservice: { balance: "50" } });
    expect(await sms("/balance/")).toMatchObject({ status: 200, text: '{"balance":50.00,"currency":"USD"}' });
    expect((await sms("/wallet/balance/")).body).toEqual({ success: true, data: { balance: 50, currency: "USD" } });
  });

  it("have the United States as in the document's example", async () => {
    const { sms } = await visit();
    const { text, body } = await sms("/services/temporary/");
    expect(body.success).toBe(true);
    expect(text).toMatch(
      /^\{"success":true,"data":\{"services":\[\{"service_id":1012,"name":"WhatsApp","price":0\.40\},\{"service_id":22,"name":"Telegram","price":0\.30\},/,
    );
  });

  it("have the best of the United States with their country", async () => {
    const { body } = await (await visit()).sms("/services/best-temp/");
    expect(body.data.services[0]).toEqual({ service_id: 1012, name: "WhatsApp", price: 0.4, country: "US" });
  });

  it("have a dozen other countries, spelt in their own way", async () => {
    const { body } = await (await visit()).sms("/global/countries/");
    expect(body.countries).toHaveLength(12);
    expect(body.countries.slice(0, 3)).toEqual([
      { country_id: 4, country_name: "United Kingdom" },
      { country_id: 17, country_name: "Germany" },
      { country_id: 9, country_name: "India" },
    ]);
    const names = body.countries.map((country: { country_name: string }) => country.country_name);
    expect(names).toEqual(expect.arrayContaining(["Russia", "South Korea", "Czech Republic", "Macau"]));
  });

  it("have the offers of a country as in the document's example", async () => {
    const { body } = await (await visit()).sms("/global/services/?country_id=4");
    expect(body).toMatchObject({ country_id: 4, country_name: "United Kingdom" });
    expect(body.offers[0]).toEqual({
      service_id: 1012,
      service_name: "WhatsApp",
      country_id: 4,
      country_name: "United Kingdom",
      sell_price: 0.95,
      price: 0.95,
    });
  });

  it("want the country's number", async () => {
    const { sms } = await visit();
    expect(await sms("/global/services/")).toMatchObject({
      status: 400,
      body: { error: "country_id query parameter is required" },
    });
    expect(await sms("/global/services/?country_id=999")).toMatchObject({ status: 404 });
  });

  it("leave out what has run out", async () => {
    const { sms, sandbox } = await visit();
    for (const offer of (await sms("/global/services/?country_id=41")).body.offers) {
      sandbox.control.setStock({
        upstream: "smsverificationservice",
        service: offer.service_name,
        country: "MO",
        count: 0,
      });
    }
    const { countries } = (await sms("/global/countries/")).body;
    expect(countries).not.toContainEqual({ country_id: 41, country_name: "Macau" });
  });

  it.each([
    ["/balance/", { error: "Invalid API key" }],
    ["/global/countries/", { error: "Invalid API key" }],
    ["/services/temporary/", { success: false, error: "Invalid or missing API key" }],
  ])("refuse a wrong key at %s in its own shape", async (path, body) => {
    const { sandbox } = await visit();
    const answer = await call(sandbox.baseUrls.smsverificationservice + path, { authorization: "Bearer wrong" });
    expect(answer).toMatchObject({ status: 401, body });
    expect(sandbox.control.books().smsverificationservice.disallowed.reasons).toEqual({ unauthorized: 1 });
  });

  it("send a path without its slash to the right one, and know no POST there", async () => {
    const { sms, sandbox } = await visit();
    expect(await sms("/global/services?country_id=4")).toMatchObject({
      status: 301,
      headers: { location: "/smsverificationservice/api/v1/global/services/?country_id=4" },
    });
    expect(await sms("/order/temporary", { service_id: 1012 })).toMatchObject({ status: 404 });
    expect(sandbox.control.books().smsverificationservice).toMatchObject({
      orders: [],
      disallowed: { total: 2, reasons: { missing_slash: 2 } },
    });
  });
});
