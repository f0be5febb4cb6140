import { describe, expect, it } from "vitest";
import { books, RENT_WHATSAPP, rent, visitHandlerApi } from "./handler-api-support.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const never = { codeDelayMs: Number.POSITIVE_INFINITY };

describe("handler_api's rentals", () => {
  it("are offered by country, for so many hours", async () => {
    const { act } = await visitHandlerApi();
    const { body } = await act("getRentServicesAndCountries", { rent_time: "4", country: "187" });
    expect(body.countries).toEqual({ 0: 0, 1: 16, 2: 36, 3: 187 });
    expect(body.operators).toEqual({ 0: "any" });
    expect(body.services).toMatchObject({
      full: { cost: 0.2, quant: { current: 1000, total: 1000 } },
      wa: { cost: 0.88 },
    });
  });

  it("are answered with their end and their number", async () => {
    const here = await visitHandlerApi();
    expect((await here.act("getRentNumber", RENT_WHATSAPP)).body).toEqual({
      status: "success",
      phone: {
        id: expect.any(Number),
        endDate: "2026-05-01T16:00:00",
        number: expect.stringMatching(/^1\d{3}55501\d\d$/),
      },
    });
    expect(books(here)).toMatchObject({
      balance: "999.12",
      orders: [{ product: "rental", status: "active", price: "0.88" }],
    });
  });

  it.each([
    [{ ...RENT_WHATSAPP, rent_time: "5" }, "INVALID_TIME"],
    [{ ...RENT_WHATSAPP, country: "43" }, "BAD_COUNTRY"],
    [{ ...RENT_WHATSAPP, service: "zz" }, "BAD_SERVICE"],
    [{ ...RENT_WHATSAPP, service: "sb_empty" }, "NO_NUMBERS"],
    [{ ...RENT_WHATSAPP, rent_time: "672" }, "NO_BALANCE"],
  ])("are refused for %j by %s", async (asked, message) => {
    const here = await visitHandlerApi({ handler_api: { balance: "1.00" } });
    expect(await here.act("getRentNumber", asked)).toMatchObject({ status: 200, body: { status: "error", message } });
    expect(books(here)).toMatchObject({ balance: "1.00", orders: [] });
  });

  it("show their messages, newest first", async () => {
    const here = await visitHandlerApi(never);
    const id = await rent(here);
    const status = (query = {}) => here.act("getRentStatus", { id, ...query });
    expect((await status()).body).toEqual({ status: "error", message: "STATUS_WAIT_CODE" });
    await here.control("/deliver", { order_id: id, text: "first 1111" });
    await here.clock.advance(MINUTE_MS);
    await here.control("/deliver", { order_id: id, text: "second 2222" });
    expect((await status()).body).toEqual({
      status: "success",
      quantity: "2",
      values: {
        0: { phoneFrom: expect.any(String), text: "second 2222", service: "wa", date: "2026-05-01 12:01:00" },
        1: { phoneFrom: expect.any(String), text: "first 1111", service: "wa", date: "2026-05-01 12:00:00" },
      },
    });
    expect((await status({ page: "1", size: "1" })).body.values).toMatchObject({ 0: { text: "second 2222" } });
    expect((await status({ page: "2", size: "1" })).body).toMatchObject({
      quantity: "2",
      values: { 0: { text: "first 1111" } },
    });
  });

  it("show ten of their messages unless more are asked for", async () => {
    const here = await visitHandlerApi(never);
    const id = await rent(here);
    for (let code = 1001; code <= 1012; code += 1)
      await here.control("/deliver", { order_id: id, text: `code ${code}` });
    const status = async (query = {}) => (await here.act("getRentStatus", { id, ...query })).body;
    expect(await status()).toMatchObject({ quantity: "12", values: { 0: { text: "code 1012" } } });
    expect(Object.keys((await status()).values)).toHaveLength(10);
    expect(Object.keys((await status({ page: "2" })).values)).toHaveLength(2);
    expect(Object.keys((await status({ size: "100" })).values)).toHaveLength(12);
  });

  it("are finished, without money back", async () => {
    const here = await visitHandlerApi();
    const id = await rent(here);
    const set = async (status: string) => (await here.act("setRentStatus", { id, status })).body;
    expect(await set("1")).toEqual({ status: "success" });
    expect(await set("1")).toEqual({ status: "error", message: "ALREADY_FINISH" });
    expect((await here.act("getRentStatus", { id })).body.message).toBe("STATUS_FINISH");
    expect(books(here)).toMatchObject({ balance: "999.12", orders: [{ status: "finished" }] });
  });

  it("are cancelled in their first 20 minutes, with all the money back", async () => {
    const here = await visitHandlerApi();
    const [first, second] = [await rent(here), await rent(here)];
    const cancel = async (id: string) => (await here.act("setRentStatus", { id, status: "2" })).body;
    await here.clock.advance(20 * MINUTE_MS);
    expect(await cancel(first)).toEqual({ status: "success" });
    expect(await cancel(first)).toEqual({ status: "error", message: "ALREADY_CANCEL" });
    expect((await here.act("getRentStatus", { id: first })).body.message).toBe("STATUS_CANCEL");
    await here.clock.advance(1);
    expect(await cancel(second)).toEqual({ status: "error", message: "CANT_CANCEL" });
    expect(books(here).balance).toBe("999.12");
  });

  it("are listed while they run", async () => {
    const here = await visitHandlerApi();
    const list = async () => (await here.act("getRentList")).body;
    expect(await list()).toEqual({ status: "error", message: "NO_NUMBERS" });
    const id = await rent(here);
    expect(await list()).toEqual({
      status: "success",
      values: { 0: { id, phone: expect.stringMatching(/^1\d{3}55501\d\d$/) } },
    });
    await here.clock.advance(4 * HOUR_MS);
    expect(await list()).toEqual({ status: "error", message: "NO_NUMBERS" });
  });

  it("are continued for the price that was told", async () => {
    const here = await visitHandlerApi();
    const id = await rent(here);
    expect((await here.act("continueRentInfo", { id, hours: "12" })).body).toEqual({
      status: "success",
      price: 2.64,
      currency: 840,
      maxHours: 1344,
      history: [],
    });
    expect((await here.act("continueRentNumber", { id, rent_time: "12" })).body).toMatchObject({
      status: "success",
      phone: { id: Number(id), endDate: "2026-05-02T04:00:00" },
    });
    expect(books(here)).toMatchObject({ balance: "996.48", orders: [{ price: "3.52" }] });
  });

  it.each([
    ["INVALID_TIME", "5", 0],
    ["NO_BALANCE", "672", 0],
    ["RENT_DIE", "4", 4 * HOUR_MS],
  ])("are not continued: %s", async (message, hours, wait) => {
    const here = await visitHandlerApi({ handler_api: { balance: "10.00" } });
    const id = await rent(here);
    await here.clock.advance(wait);
    const { body } = await here.act("continueRentNumber", { id, rent_time: hours });
    expect(body).toEqual({ status: "error", message });
    expect(books(here).balance).toBe("9.12");
  });

  it("keep their money when they merely end", async () => {
    const here = await visitHandlerApi(never);
    const id = await rent(here);
    await here.clock.advance(4 * HOUR_MS);
    expect((await here.act("getRentStatus", { id })).body.message).toBe("STATUS_FINISH");
    expect(books(here)).toMatchObject({ balance: "999.12", orders: [{ status: "expired", refunded: "0.00" }] });
  });

  it.each([
    [{}, "NO_ID_RENT"],
    [{ id: "123" }, "INVALID_PHONE"],
  ])("are not found for %j", async (query, message) => {
    const { act } = await visitHandlerApi();
    for (const action of ["getRentStatus", "continueRentInfo", "continueRentNumber"]) {
      expect((await act(action, query)).body).toEqual({ status: "error", message });
    }
    expect((await act("setRentStatus", { ...query, status: "1" })).body).toEqual({ status: "error", message });
  });

  it("know two statuses to set", async () => {
    const here = await visitHandlerApi();
    const id = await rent(here);
    expect((await here.act("setRentStatus", { id, status: "3" })).body.message).toBe("INCORECT_STATUS");
  });
});
