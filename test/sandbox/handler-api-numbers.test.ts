import { describe, expect, it } from "vitest";
import { books, visitHandlerApi, WHATSAPP } from "./handler-api-support.ts";

describe("handler_api's numbers", () => {
  it("are a token, an id and digits", async () => {
    const here = await visitHandlerApi();
    expect(await here.act("getNumber", WHATSAPP)).toMatchObject({
      status: 200,
      text: expect.stringMatching(/^ACCESS_NUMBER:\d+:1\d{3}55501\d\d$/),
    });
    expect(books(here)).toMatchObject({ balance: "999.12", orders: [{ service: "WhatsApp", country: "US" }] });
  });

  it("are JSON with their price and currency in the second version", async () => {
    const { act } = await visitHandlerApi();
    expect((await act("getNumberV2", WHATSAPP)).body).toEqual({
      activationId: expect.any(Number),
      phoneNumber: expect.stringMatching(/^1\d{3}55501\d\d$/),
      activationCost: "0.88",
      currency: 840,
      countryCode: "187",
      countryPhoneCode: 1,
      canGetAnotherSms: "1",
      activationTime: "2026-05-01 12:00:00",
      activationOperator: "any",
    });
  });

  it("say the currency of an account in roubles", async () => {
    const { act } = await visitHandlerApi({ handler_api: { currency: "RUB" } });
    expect((await act("getNumberV2", WHATSAPP)).body).toMatchObject({ activationCost: "79.20", currency: 643 });
  });

  it("keep to the highest price that is allowed, and say the lowest that there is", async () => {
    const here = await visitHandlerApi();
    expect((await here.act("getNumber", { ...WHATSAPP, maxPrice: "0.87" })).text).toBe("WRONG_MAX_PRICE:0.88");
    expect(books(here).orders).toEqual([]);
    expect((await here.act("getNumber", { ...WHATSAPP, maxPrice: "0.88" })).text).toMatch(/^ACCESS_NUMBER:/);
  });

  it.each([
    [{ service: "zz", country: "187" }, "BAD_SERVICE"],
    [{ service: "wa", country: "999" }, "BAD_COUNTRY"],
    [{ service: "wa" }, "BAD_COUNTRY"],
    [{ service: "wa", country: "12" }, "NO_NUMBERS"],
    [{ service: "sb_empty", country: "187" }, "NO_NUMBERS"],
  ])("are refused for %j by %s in both versions", async (asked, text) => {
    const here = await visitHandlerApi();
    expect(await here.act("getNumber", asked)).toMatchObject({ status: 200, text });
    expect(await here.act("getNumberV2", asked)).toMatchObject({ status: 200, text });
    expect(books(here)).toMatchObject({ balance: "1000.00", orders: [] });
  });

  it("are refused when the balance does not cover them", async () => {
    const { act } = await visitHandlerApi({ handler_api: { balance: "0.87" } });
    expect((await act("getNumber", WHATSAPP)).text).toBe("NO_BALANCE");
  });

  it("fail in the protocol's own words", async () => {
    const here = await visitHandlerApi();
    here.sandbox.control.failNext({ upstream: "handler_api", endpoint: "create", kind: "error_in_200" });
    expect((await here.act("getNumber", WHATSAPP)).text).toBe("ERROR_SQL");
    here.sandbox.control.failNext({ upstream: "handler_api", endpoint: "create", kind: "status_429" });
    expect((await here.act("getNumber", WHATSAPP)).status).toBe(429);
    here.sandbox.control.failNext({ upstream: "handler_api", endpoint: "create", kind: "wrong_types" });
    expect((await here.act("getNumber", WHATSAPP)).body).toEqual([expect.stringMatching(/^ACCESS_NUMBER:/)]);
    expect(books(here).orders).toHaveLength(1);
  });
});
