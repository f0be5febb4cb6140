import { describe, expect, it } from "vitest";
import type { CatalogList } from "../../src/core/catalog.ts";
import type { CatalogStep, Desks } from "../../src/core/desks.ts";
import { UpstreamFault } from "../../src/core/error.ts";
import { papsms } from "../../src/providers/papsms.ts";
import { type Answer, json } from "../upstream/scripted-server.ts";
import { usd } from "./contract.ts";
import { listingsOf, visit } from "./visit.ts";

/** What PapSMS's offers for the US and for Britain say of their availability after this answer about its countries. */
async function availabilityAfter(countries: unknown): Promise<unknown> {
  const prices = { "us/whatsapp": usd("0.80"), "gb/whatsapp": usd("0.60") };
  const { desks } = await visit(papsms, { apiKey: "key", prices }, json(countries));
  return (await listingsOf(desks)).map(({ available }) => available);
}

describe("the countries of PapSMS, whose form no document shows", () => {
  it.each<[string, unknown]>([
    ["codes", ["us", "de"]],
    ["codes in upper case", ["US", "DE"]],
    ["objects with a code", [{ code: "us", name: "United States" }]],
    ["objects with a country", [{ country: "us", name: "United States" }]],
    ["objects with an iso", [{ id: 7, iso: "US", name: "United States" }]],
    ["a list in data", { success: true, data: ["us"] }],
    ["a list in countries", { countries: [{ code: "us" }] }],
    ["a list in both", { success: true, data: { countries: [{ code: "us" }] } }],
  ])("are read as %s: who is not among them has nothing to sell", async (_form, answer) => {
    expect(await availabilityAfter(answer)).toEqual([true, false]);
  });

  it.each<[string, unknown]>([
    ["names only", [{ name: "United States" }]],
    ["numbers", [187, 16]],
    ["a line that cannot be read", ["us", "Great Britain"]],
    ["none at all", []],
    ["an object by code", { us: "United States" }],
  ])("say nothing of anybody as %s", async (_form, answer) => {
    expect(await availabilityAfter(answer)).toEqual([undefined, undefined]);
  });
});

it("sells what the operator has priced where PapSMS has no list of countries", async () => {
  const prices = { "us/whatsapp": usd("0.80") };
  const { desks } = await visit(papsms, { apiKey: "key", prices }, { status: 404, body: "<h1>Not Found</h1>" });
  expect(await listingsOf(desks)).toMatchObject([{ ref: "us/whatsapp", available: undefined }]);
});

describe("the countries of PapSMS when they cannot be read", () => {
  const prices = { "us/whatsapp": usd("0.80"), "gb/whatsapp": usd("0.60") };
  const steps = async (desks: Desks, lists: Map<string, CatalogList>) => {
    const taken: CatalogStep[] = [];
    for await (const step of desks.catalog.listings(never, lists)) taken.push(step);
    return taken;
  };

  it("are those that were last read, and its offers are listed by them", async () => {
    const answers = [json(["us"]), { status: 500 }, { status: 500 }, json(["gb"])];
    const { desks } = await visit(papsms, { apiKey: "key", prices }, ...answers);
    const lists = new Map<string, CatalogList>();
    const [listed] = await steps(desks, lists);
    const [failed] = await steps(desks, lists);
    expect(failed).toMatchObject({ fault: expect.any(UpstreamFault), list: "countries", listings: listed });
    if (!failed || !("again" in failed)) throw new Error("it is not passed over");
    expect(await failed.again()).toMatchObject({ list: "countries", listings: listed });
    expect(await failed.again()).toMatchObject([{ available: false }, { available: true }]);
  });

  it("fail the catalogue where none were ever read", async () => {
    const { desks } = await visit(papsms, { apiKey: "key", prices }, { status: 500 });
    await expect(steps(desks, new Map())).rejects.toThrow("its countries are not known: GET /countries");
  });
});

describe("the prices of PapSMS", () => {
  it.each<[string, unknown]>([
    ["a price that is no money", { "us/whatsapp": 0.8 }],
    ["a price below nothing", { "us/whatsapp": { currency: "USD", micros: -1n } }],
    ["a price in another currency", { "us/whatsapp": { currency: "EUR", micros: 1n } }],
    ["a key without a service", { us: usd("0.80") }],
  ])("are refused with %s", (_slip, prices) => {
    expect(() => papsms.open({ apiKey: "key", prices })).toThrow();
  });

  it("may be absent, and then there is nothing to sell", () => {
    expect(() => papsms.open({ apiKey: "key" })).not.toThrow();
  });
});

const never = new AbortController().signal;
const ORDER = { orderRef: "12345678", offerRef: "us/whatsapp", numberAsSold: "+14155550123" };

/** What comes of asking once, whichever way it ends. */
async function outcome(ask: (desks: Desks) => Promise<unknown> | undefined, answer: Answer): Promise<unknown> {
  const { desks } = await visit(papsms, { apiKey: "key" }, answer);
  const asked = ask(desks) ?? Promise.reject(new Error("the provider has no such verb"));
  return asked.catch((error: unknown) => error);
}

const buy = (answer: Answer) =>
  outcome(({ verification }) => verification?.buy({ offerRef: "us/whatsapp", capability: "SMS" }, never), answer);
const check = (data: object) =>
  outcome(({ verification }) => verification?.check(ORDER, never), json({ success: true, data }));
const cancel = (body: object, status = 200) =>
  outcome(({ verification }) => verification?.cancel(ORDER, never), json(body, status));

describe("a number that PapSMS sold", () => {
  const sold = { activation_id: 12345678, phone_number: "+14155550123" };

  it.each<[unknown, unknown]>([
    ["0.80", usd("0.80")],
    ["$0.80", usd("0.80")],
    [null, undefined],
    [undefined, undefined],
  ])("is not lost for its cost: %s", async (cost, price) => {
    const bought = await buy(json({ success: "true", data: { ...sold, cost } }, 201));
    expect(bought).toMatchObject({ orderRef: "12345678", numberAsSold: "+14155550123", price });
  });

  it("is not refused by an answer that cannot be read", async () => {
    expect(await buy(json({ success: true, data: { status: "queued" } }))).toBeInstanceOf(UpstreamFault);
    expect(await buy(json({ success: true, data: { ...sold, cost: "cheap" } }))).toBeInstanceOf(UpstreamFault);
    expect(await buy(json({ error: "Something else" }, 400))).toBeInstanceOf(UpstreamFault);
    expect(await buy(json({ success: false, error: "Something went wrong" }, 400))).toBeInstanceOf(UpstreamFault);
    expect(await buy(json({ success: false, error: "No numbers available" }, 500))).toBeInstanceOf(UpstreamFault);
    expect(await buy(json({ success: false, error: "Service unavailable" }, 503))).toBeInstanceOf(UpstreamFault);
  });

  it.each(["2026-04-19T15:30:00Z", "2026-04-19T15:30:00", "2026-04-19 15:30:00", 1776612600, "1776612600000"])(
    "ends when its answer says, which is UTC where no zone is named: %s",
    async (expires_at) => {
      const bought = await buy(json({ success: true, data: { ...sold, expires_at } }));
      expect(bought).toMatchObject({ expireTime: new Date("2026-04-19T15:30:00Z") });
    },
  );
});

it("a number of PapSMS is kept for an hour where its end is not told: the document's code comes 55 minutes before it", () => {
  expect(papsms.open({ apiKey: "key" }).lifetimeMs).toBe(60 * 60_000);
});

describe("a refusal of PapSMS, which no document shows", () => {
  it.each([
    ["NO_NUMBERS", { success: "false", message: "There are no available numbers" }],
    ["NO_NUMBERS", { success: false, error: { code: "NO_NUMBERS_AVAILABLE", message: null } }],
    ["NO_NUMBERS", { success: false, code: "OUT_OF_STOCK", error: "None left" }],
    ["NO_NUMBERS", { error: "Number not available" }],
    ["UPSTREAM_FUNDS", { success: false, error: "INSUFFICIENT_FUNDS" }],
    ["UPSTREAM_FUNDS", { success: false, message: "Not enough credit" }],
    ["UPSTREAM_CREDENTIALS", { success: false, error: "INVALID_API_KEY" }],
    ["NO_OFFERS", { success: false, error: "SERVICE_NOT_FOUND" }],
    ["NO_OFFERS", { success: false, error: "invalid_country" }],
    ["NO_OFFERS", { success: false, error: "Country 'zz' is not supported" }],
    ["NO_OFFERS", { success: false, error: "Not found" }],
    ["NO_OFFERS", { message: "The selected service is invalid.", errors: { service: ["invalid"] } }],
    ["NO_OFFERS", { success: false, error: { code: "invalid_request", message: "country is missing or invalid" } }],
    ["NO_OFFERS", { success: false, error: "Your plan does not allow it" }],
    ["UPSTREAMS_UNAVAILABLE", { success: false, error: "RATE_LIMIT_EXCEEDED" }],
  ])("of a purchase is %s: %j", async (reason, body) => {
    expect(await buy(json(body, 400))).toMatchObject({ reason });
  });

  it("of a purchase for want of numbers may come with 503, as its like do elsewhere", async () => {
    const refused = await buy(json({ success: false, error: "No numbers available for this country" }, 503));
    expect(refused).toMatchObject({ reason: "NO_NUMBERS" });
  });

  it.each([
    ["You can cancel this activation after 2 minutes", 120_000],
    ["Please wait 45 seconds before you cancel", 45_000],
    ["EARLY_CANCEL_DENIED", 30_000],
    ["Activation cannot be cancelled yet", 30_000],
  ])("of a cancel may come too early: %s", async (error, retryAfterMs) => {
    const refused = await cancel({ success: false, error }, 400);
    expect(refused).toMatchObject({ reason: "CANCEL_TOO_EARLY", retryAfterMs });
  });

  it.each(["Order already exists", "ALREADY_PURCHASED", "Activation expired"])(
    "of a purchase that speaks of an order leaves open whether it was sold: %s",
    async (error) => {
      expect(await buy(json({ success: false, error }, 409))).toBeInstanceOf(UpstreamFault);
      expect(await buy(json({ success: false, error: { code: "CONFLICT", message: error } }))).toBeInstanceOf(
        UpstreamFault,
      );
    },
  );

  it.each([
    ["ALREADY_RECEIVED", "SMS_ALREADY_RECEIVED"],
    ["ALREADY_ENDED", "Activation already completed"],
    ["ALREADY_ENDED", "Activation cannot be canceled"],
    ["CANCEL_TOO_EARLY", "Too early to cancel"],
    ["NOT_FOUND", "ACTIVATION_NOT_FOUND"],
  ])("of a cancel is %s: %s", async (reason, error) => {
    expect(await cancel({ success: false, error }, 400)).toMatchObject({ reason });
  });
});

describe("a state of PapSMS", () => {
  it.each([
    ["Cancelled", "cancelled"],
    ["canceled", "cancelled"],
    ["EXPIRED", "expired"],
    ["Waiting", "waiting"],
    ["received", "waiting"],
  ])("is read in any case: %s", async (status, state) => {
    expect(await check({ status, sms: null })).toMatchObject({ state });
  });

  it.each<[string, unknown, object]>([
    ["without its text", { code: 847291 }, { text: "", code: "847291" }],
    ["without a text that cannot be read", { code: "847291", full_text: {} }, { text: "", code: "847291" }],
    ["without a text of too many words", { code: "847291", text: "x".repeat(5000) }, { text: "", code: "847291" }],
    ["under the callback's names", { code: "847291", text: "Code 847291" }, { text: "Code 847291", code: "847291" }],
    ["under another", { code: "847291", message: "Code 847291" }, { text: "Code 847291", code: "847291" }],
    ["as text alone", "Code 847291", { text: "Code 847291" }],
    ["in a list", [{ code: "847291", full_text: "Code 847291" }], { text: "Code 847291", code: "847291" }],
  ])("has its message %s", async (_how, sms, message) => {
    expect(await check({ status: "RECEIVED", sms })).toMatchObject({ state: "received", messages: [message] });
  });

  it.each<[unknown]>([[""], [{}], [[]], [{ code: "", full_text: "" }]])("has none yet as %j", async (sms) => {
    expect(await check({ status: "waiting", sms })).toEqual({ state: "waiting" });
  });

  it("that a cancel is answered with has to be one", async () => {
    expect(await cancel({ success: true, data: { status: "Canceled" } })).toEqual({});
    expect(await cancel({ success: "true", message: "Activation cancelled" })).toEqual({});
    for (const status of ["completed", "received"]) {
      expect(await cancel({ success: true, data: { status } })).toBeInstanceOf(UpstreamFault);
    }
  });
});
