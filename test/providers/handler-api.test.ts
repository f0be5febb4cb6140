import { describe, expect, it } from "vitest";
import type { Desks } from "../../src/core/desks.ts";
import { UpstreamFault } from "../../src/core/error.ts";
import { handler_api } from "../../src/providers/handler_api.ts";
import { type Answer, json } from "../upstream/scripted-server.ts";
import { usd } from "./contract.ts";
import { listingsOf, visit } from "./visit.ts";

const OPTIONS = { apiKey: "key", needsReady: true, rentDays: [1] };
const never = new AbortController().signal;
const ORDER = { orderRef: "635468024", offerRef: "187.wa", numberAsSold: "12025550123" };

/** What comes of asking once, whichever way it ends. */
async function outcome(ask: (desks: Desks) => Promise<unknown> | undefined, answer: Answer): Promise<unknown> {
  const { desks } = await visit(handler_api, OPTIONS, answer);
  const asked = ask(desks) ?? Promise.reject(new Error("the provider has no such verb"));
  return asked.catch((error: unknown) => error);
}

const said = (body: string): Answer => ({ body });
const buy = (answer: Answer) =>
  outcome(({ verification }) => verification?.buy({ offerRef: "187.wa", capability: "SMS" }, never), answer);
const check = (answer: Answer) => outcome(({ verification }) => verification?.check(ORDER, never), answer);
const cancel = (answer: Answer) => outcome(({ verification }) => verification?.cancel(ORDER, never), answer);
const complete = (answer: Answer) => outcome(({ verification }) => verification?.complete?.(ORDER, never), answer);

describe("a number that a host of handler_api sold", () => {
  it.each<[string, Answer]>([
    ["as text", said("ACCESS_NUMBER:635468024:12025550123")],
    ["with more behind it", said("ACCESS_NUMBER:635468024:+12025550123:0.25")],
    [
      "in JSON, with what cannot be read of it",
      json({ activationId: 635468024, phoneNumber: 12025550123, activationCost: null, currency: null }),
    ],
    [
      "in JSON, with a cost that is none",
      json({ activationId: "635468024", phoneNumber: "+12025550123", activationCost: "free", currency: "" }),
    ],
    ["in JSON, with a status", json({ status: "success", activationId: 635468024, phoneNumber: "12025550123" })],
  ])("is read %s", async (_form, answer) => {
    const bought = (await buy(answer)) as { price?: unknown };
    expect(bought).toMatchObject({ orderRef: "635468024" });
    expect(bought.price).toBeUndefined();
  });

  it("has the price that it names, in whichever way", async () => {
    const sold = { activationId: 1, phoneNumber: "12025550123" };
    for (const [activationCost, currency] of [
      ["0.25", "usd"],
      ["$0.25", 840],
      [0.25, "840"],
      [0.25, undefined],
    ]) {
      expect(await buy(json({ ...sold, activationCost, currency }))).toMatchObject({ price: usd("0.25") });
    }
  });
});

describe("a refusal of a host of handler_api", () => {
  it.each<[string, Answer]>([
    ["NO_NUMBERS", json({ error: "NO_NUMBERS" })],
    ["NO_NUMBERS", json({ status: "ERROR", message: "", msg: "NO_NUMBERS" })],
    ["NO_NUMBERS", said("no_numbers")],
    ["NO_NUMBERS", json('"NO_NUMBERS"')],
    ["UPSTREAM_FUNDS", json({ status: 0, message: "NO_BALANCE" })],
    ["UPSTREAM_CREDENTIALS", json({ message: "BAD_KEY" }, 401)],
    ["PRICE_ABOVE_MAX", json({ error: "WRONG_MAX_PRICE", info: { min: 0.75 } })],
  ])("of a purchase is %s", async (reason, answer) => {
    expect(await buy(answer)).toMatchObject({ reason });
  });

  it.each<[string, Answer]>([
    ["its database", said("ERROR_SQL")],
    ["an order that is there", json({ status: "error", message: "ORDER_ALREADY_EXISTS" })],
    ["a token that begins as another does", said("NO_NUMBERS_YET_PENDING")],
    ["JSON without a token", json({ status: "error" })],
    ["a token under 500", { status: 500, body: "NO_NUMBERS" }],
  ])("leaves a purchase open when it speaks of %s", async (_what, answer) => {
    expect(await buy(answer)).toBeInstanceOf(UpstreamFault);
  });
});

describe("what a host of handler_api says of a number", () => {
  it.each<[string, Answer]>([
    ["in JSON's quotes", json('"STATUS_OK:847291"')],
    ["in JSON, alone", json({ sms: { code: 847291 } })],
  ])("is its code: %s", async (_form, answer) => {
    expect(await check(answer)).toMatchObject({ state: "received", messages: [{ code: "847291" }] });
  });

  it.each<[string, Answer]>([
    ["the code that was there before", json('"STATUS_WAIT_RETRY:847291"')],
    ["in JSON's quotes", json('"STATUS_WAIT_CODE"')],
  ])("is waiting: %s", async (_form, answer) => {
    expect(await check(answer)).toEqual({ state: "waiting" });
  });

  it("after a cancel or an end is that it was done", async () => {
    expect(await cancel(json('"ACCESS_CANCEL"'))).toEqual({});
    expect(await complete(said("ACCESS_ACTIVATION"))).toBeUndefined();
    expect(await cancel(said("ACCESS_ACTIVATION"))).toBeInstanceOf(UpstreamFault);
    expect(await cancel(said("ACCESS_CANCEL_ALREADY"))).toMatchObject({ reason: "ALREADY_ENDED" });
  });
});

describe("a rental at a host of handler_api", () => {
  const rented = { orderRef: "1049", offerRef: "rent.0.full", numberAsSold: "79959707564" };
  const failed = (message: string) => json({ status: "error", message });

  it("is on no list when the host has no rented numbers to list", async () => {
    expect(await outcome(({ rental }) => rental?.rentals?.(never), failed("NO_NUMBERS"))).toEqual([]);
    expect(await outcome(({ rental }) => rental?.rentals?.(never), failed("BAD_KEY"))).toMatchObject({
      reason: "UPSTREAM_CREDENTIALS",
    });
  });

  it("shows more of its messages than the ten that a host shows unasked", async () => {
    const { desks, server } = await visit(handler_api, OPTIONS, failed("STATUS_WAIT_CODE"));
    await desks.rental?.inbox(rented, never);
    expect(server.requests[0]?.query).toMatchObject({ action: "getRentStatus", id: "1049", size: "100" });
  });

  it("is over when its number was taken from it", async () => {
    const inbox = outcome(({ rental }) => rental?.inbox(rented, never), failed("STATUS_REVOKE"));
    expect(await inbox).toMatchObject({ reason: "ALREADY_ENDED" });
  });

  it("is not extended beyond what the host has", async () => {
    const extended = outcome(({ rental }) => rental?.extend?.(rented, 1, never), failed("MAX_HOURS_EXCEED"));
    expect(await extended).toMatchObject({ reason: "NO_OFFERS" });
  });

  it("is listed where there are numbers, and for the lengths that are sold", async () => {
    const services = { full: { cost: 42.93, quant: 20 } };
    const { desks } = await visit(
      handler_api,
      { ...OPTIONS, rentDays: [1, 5] },
      json([
        { id: 0, eng: "Russia" },
        { id: 2, eng: "Kazakhstan" },
      ]),
      json({ status: "success", services: [] }),
      json({ 0: { wa: { cost: 0.25, count: 7 } } }),
      json({ countries: { 0: 0, 1: 2 }, services }),
      failed("NO_NUMBERS"),
      said("OUT_OF_STOCK"),
      json({ countries: { 0: 0, 1: 2 }, services }),
      failed("INVALID_TIME"),
    );
    const listings = await listingsOf(desks);
    expect(listings.map(({ ref }) => ref)).toEqual(["0.wa", "rent.2.full"]);
    expect(listings.at(-1)?.rentalTerms).toEqual([{ days: 1, price: usd("42.93") }]);
  });
});

it("a number that a host takes back no longer is not called too early to be cancelled", async () => {
  expect(await cancel(said("FREE_CANCELLATION_EXPIRED"))).toMatchObject({ reason: "NOT_SUPPORTED" });
});

it("a rental is read in any case, by numbers or text", async () => {
  const answer = json({ status: "Success", phone: { id: 1049, number: 79959707564, endDate: null } });
  const rented = outcome(({ rental }) => rental?.rent({ offerRef: "rent.0.full", days: 1 }, never), answer);
  expect(await rented).toMatchObject({ orderRef: "1049", numberAsSold: "79959707564" });
});
