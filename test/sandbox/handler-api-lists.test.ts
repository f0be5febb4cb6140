import { request } from "undici";
import { describe, expect, it } from "vitest";
import { books, visitHandlerApi } from "./handler-api-support.ts";
import { call } from "./support.ts";

describe("handler_api's lists", () => {
  it("tell the balance after a token", async () => {
    const { act } = await visitHandlerApi({ handler_api: { balance: "12.345" } });
    expect(await act("getBalance")).toMatchObject({ status: 200, text: "ACCESS_BALANCE:12.345" });
  });

  it("have the countries by number, the United States twice and Russia as 0", async () => {
    const { body } = await (await visitHandlerApi()).act("getCountries");
    expect(body["187"]).toEqual({
      id: 187,
      rus: "США",
      eng: "USA",
      chn: "美国",
      visible: 1,
      retry: 1,
      rent: 1,
      multiService: 0,
    });
    expect(body["12"]).toMatchObject({ id: 12, eng: "USA (virtual)" });
    expect(body["0"]).toMatchObject({ id: 0, eng: "Russia" });
  });

  it("have services under composite and foreign names", async () => {
    const { act } = await visitHandlerApi();
    const { body } = await act("getServicesList");
    expect(body.status).toBe("success");
    expect(body.services).toEqual(
      expect.arrayContaining([
        { code: "wa", name: "WhatsApp" },
        { code: "go", name: "Google,youtube,Gmail" },
        { code: "ig", name: "Instagram+Threads" },
        { code: "vk", name: "ВКонтакте" },
        { code: "ot", name: "Any other" },
      ]),
    );
    const inVirtualUsa = (await act("getServicesList", { country: "12" })).body.services;
    expect(inVirtualUsa).not.toContainEqual({ code: "wa", name: "WhatsApp" });
  });

  it("have prices by country and service", async () => {
    const { act } = await visitHandlerApi();
    expect((await act("getPrices", { service: "wa", country: "187" })).text).toBe(
      '{"187":{"wa":{"cost":0.88,"count":1000,"physicalCount":1000}}}',
    );
    const { body } = await act("getPrices", { service: "wa" });
    expect(Object.keys(body)).toEqual(expect.arrayContaining(["0", "16", "187"]));
    expect(body["12"]).toBeUndefined();
    expect(Object.keys((await act("getPrices", { country: "0" })).body)).toEqual(["0"]);
  });

  it("count what is left, down to 0", async () => {
    const { act, sandbox } = await visitHandlerApi();
    const stock = { upstream: "handler_api", service: "WhatsApp", country: "GB" } as const;
    sandbox.control.setStock({ ...stock, count: 1 });
    const asked = { service: "wa", country: "16" };
    const count = async () => (await act("getPrices", asked)).body["16"].wa.count;
    expect(await count()).toBe(1);
    await act("getNumber", asked);
    expect(await count()).toBe(0);
    expect((await act("getNumber", asked)).text).toBe("NO_NUMBERS");
  });

  it.each([
    ["getPrices", { service: "zz" }, "BAD_SERVICE"],
    ["getPrices", { country: "999" }, "BAD_COUNTRY"],
    ["getEverything", {}, "BAD_ACTION"],
    ["", {}, "BAD_ACTION"],
  ])("answer %s with %j by %s and status 200", async (action, query, text) => {
    const here = await visitHandlerApi();
    expect(await here.act(action, query)).toMatchObject({ status: 200, text });
    expect(books(here).disallowed.total).toBe(1);
  });

  it("refuse a wrong key, and none", async () => {
    const here = await visitHandlerApi();
    expect((await here.act("getBalance", { api_key: "wrong" })).text).toBe("BAD_KEY");
    expect((await call(`${here.sandbox.baseUrls.handler_api}?action=getBalance`, {})).text).toBe("NO_KEY");
    expect(books(here).disallowed.reasons).toEqual({ unauthorized: 2 });
  });

  it("call JSON HTML as well", async () => {
    const { act } = await visitHandlerApi();
    for (const action of ["getBalance", "getPrices", "getActiveActivations", "getRentList"]) {
      expect((await act(action)).headers["content-type"]).toMatch(/^text\/html/);
    }
  });

  it("take a posted form for a query", async () => {
    const { sandbox } = await visitHandlerApi();
    const answer = await request(sandbox.baseUrls.handler_api, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: "api_key=sandbox&action=getBalance",
    });
    expect(await answer.body.text()).toBe("ACCESS_BALANCE:1000.00");
  });

  it("have no limit: a hundred calls in a row are answered", async () => {
    const here = await visitHandlerApi();
    for (let count = 0; count < 100; count += 1) expect((await here.act("getBalance")).status).toBe(200);
  });
});

describe("a host that is text only", () => {
  const options = { handler_api: { textOnly: true, currency: "RUB" } } as const;

  it.each(["getCountries", "getServicesList", "getNumberV2", "getStatusV2"])("does not know %s", async (action) => {
    const { act } = await visitHandlerApi(options);
    expect(await act(action)).toMatchObject({ status: 200, text: "BAD_ACTION" });
  });

  it("writes costs as text, in the currency of its account", async () => {
    const here = await visitHandlerApi(options);
    const { body } = await here.act("getPrices", { service: "wa", country: "187" });
    expect(body["187"].wa.cost).toBe("79.20");
    await here.act("getNumber", { service: "wa", country: "187" });
    expect((await here.act("getBalance")).text).toBe("ACCESS_BALANCE:920.80");
    expect(books(here)).toMatchObject({ balance: "920.80", orders: [{ price: "79.20" }] });
  });
});
