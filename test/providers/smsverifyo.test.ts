import { describe, expect, it } from "vitest";
import type { Desks, Listing } from "../../src/core/desks.ts";
import { UpstreamFault } from "../../src/core/error.ts";
import { smsverifyo } from "../../src/providers/smsverifyo.ts";
import { type Answer, json } from "../upstream/scripted-server.ts";
import { usd } from "./contract.ts";
import { listingsOf, visit } from "./visit.ts";

const OPTIONS = { apiKey: "key" };
const never = new AbortController().signal;
const ORDER = { orderRef: "b7", offerRef: "d0.0", numberAsSold: "79001234567" };

/** What comes of asking once, whichever way it ends. */
async function outcome(ask: (desks: Desks) => Promise<unknown> | undefined, answer: Answer): Promise<unknown> {
  const { desks } = await visit(smsverifyo, OPTIONS, answer);
  const asked = ask(desks) ?? Promise.reject(new Error("the provider has no such verb"));
  return asked.catch((error: unknown) => error);
}

const buy = (answer: Answer) =>
  outcome(({ verification }) => verification?.buy({ offerRef: "d0.0", capability: "SMS" }, never), answer);
const check = (answer: Answer) => outcome(({ verification }) => verification?.check(ORDER, never), answer);
const cancel = (answer: Answer) => outcome(({ verification }) => verification?.cancel(ORDER, never), answer);

async function listed(...answers: Answer[]): Promise<Listing[]> {
  const { desks } = await visit(smsverifyo, OPTIONS, ...answers);
  return listingsOf(desks);
}

const services = json({
  ok: true,
  services: [
    { id: "d0", code: "wa", name: "WhatsApp" },
    { id: 17, name: "Telegram" },
  ],
});
const countries = (...lines: object[]) => json({ ok: "true", countries: lines });
const russia = { country_id: "0", name: "Russia", price_usd: "0.1375", available: "3" };

describe("what SMSVerifyo sells", () => {
  it("is read from text as from numbers, and without what a line may lack", async () => {
    const { available: _, ...bare } = { ...russia, price_usd: "$0.20" };
    expect(await listed(services, countries(russia), countries(bare))).toMatchObject([
      { ref: "d0.0", price: usd("0.1375"), availableCount: 3, available: true },
      { ref: "17.0", price: usd("0.20"), availableCount: undefined, available: undefined },
    ]);
  });

  it.each([
    ["not_found", 404],
    ["no_numbers", 503],
  ])("is the other services when one is told to be %s", async (code, status) => {
    const failed = json({ ok: false, error: { code, message: "" } }, status);
    expect((await listed(services, failed, countries(russia))).map(({ ref }) => ref)).toEqual(["17.0"]);
  });
});

describe("a number that SMSVerifyo sold", () => {
  it.each([[{}], [{ price_usd: null }]])("is not lost for its price: %j", async (fields) => {
    const answer = json({ ok: true, order: { id: 7, phone: 79001234567, ...fields } });
    expect(await buy(answer)).toMatchObject({ orderRef: "7", numberAsSold: "79001234567", price: undefined });
  });

  it("is sold all the same where ok is written as text", async () => {
    const answer = json({ ok: "true", order: { id: "b7", phone: "79001234567", price_usd: "0.18" } });
    expect(await buy(answer)).toMatchObject({ orderRef: "b7", price: usd("0.18") });
  });

  it.each(["2026-07-03T02:00:00Z", "2026-07-03T02:00:00", 1783044000, "1783044000000"])(
    "ends when its answer says, which is UTC where no zone is named: %s",
    async (expires_at) => {
      const answer = json({ ok: true, order: { id: "b7", phone: "79001234567", expires_at } });
      expect(await buy(answer)).toMatchObject({ expireTime: new Date("2026-07-03T02:00:00Z") });
    },
  );

  it("is not refused by an answer in another form", async () => {
    expect(await buy(json({ ok: true, status: "queued" }))).toBeInstanceOf(UpstreamFault);
    const order = { id: "b7", phone: "79001234567", price_usd: "cheap" };
    expect(await buy(json({ ok: true, order }))).toBeInstanceOf(UpstreamFault);
    expect(await buy(json({ ok: false, error: { code: "internal_error" } }, 500))).toBeInstanceOf(UpstreamFault);
    expect(await buy(json({ ok: false, error: { code: "insufficient_funds" } }, 503))).toBeInstanceOf(UpstreamFault);
    expect(await buy(json({ ok: false, error: { code: "no_numbers" } }, 502))).toBeInstanceOf(UpstreamFault);
    expect(await buy(json({ ok: false, error: { code: "invalid_state" } }, 409))).toBeInstanceOf(UpstreamFault);
  });

  it("is kept for half an hour where its end is not told: the document's code comes 28 minutes before it", () => {
    expect(smsverifyo.open(OPTIONS).lifetimeMs).toBe(30 * 60_000);
  });
});

describe("a refusal of SMSVerifyo", () => {
  it.each<[string, unknown, number]>([
    ["NO_NUMBERS", { code: "NO_NUMBERS", message: "None left" }, 503],
    ["NO_NUMBERS", "no_numbers", 503],
    ["NO_OFFERS", { code: "not_found", message: "No such service" }, 404],
    ["UPSTREAM_FUNDS", { code: "Insufficient_Funds", message: null }, 402],
  ])("of a purchase is %s: %j", async (reason, error, status) => {
    expect(await buy(json({ ok: false, error }, status))).toMatchObject({ reason });
    expect(await buy(json({ error }, status))).toMatchObject({ reason });
  });

  it.each([
    ["Please wait 90 seconds before cancelling", 90_000],
    ["You can cancel after 2 minutes", 120_000],
    ["Cooldown window has not passed", 30_000],
    ["Cannot cancel yet", 30_000],
  ])("of a cancel is too early for its words: %s", async (message, retryAfterMs) => {
    const answer = json({ ok: false, error: { code: "invalid_state", message } }, 409);
    expect(await cancel(answer)).toMatchObject({ reason: "CANCEL_TOO_EARLY", retryAfterMs });
  });

  it.each(["Order received its SMS after 20 seconds", "The order has already ended, please wait"])(
    "of a cancel is an end for any other words: %s",
    async (message) => {
      const answer = json({ ok: false, error: { code: "invalid_state", message } }, 409);
      expect(await cancel(answer)).toMatchObject({ reason: "ALREADY_ENDED" });
    },
  );
});

describe("a state of SMSVerifyo", () => {
  it.each([
    ["Cancelled", "cancelled"],
    ["CANCELED", "cancelled"],
    ["refunded", "cancelled"],
    ["Expired", "expired"],
    ["FINISHED", "expired"],
    ["WAITING", "waiting"],
  ])("is read in any case: %s", async (status, state) => {
    expect(await check(json({ ok: true, order: { status, sms_code: null } }))).toMatchObject({ state });
  });

  it("is not needed beside a code, which may be a number", async () => {
    const answer = json({ ok: true, order: { sms_code: 123456, received_at: "2026-07-03 01:32:11" } });
    expect(await check(answer)).toMatchObject({ state: "received", messages: [{ code: "123456" }] });
  });

  it("after a cancel may stand in the order", async () => {
    expect(await cancel(json({ ok: true, status: "Canceled" }))).toEqual({});
    expect(await cancel(json({ ok: true, order: { status: "cancelled" } }))).toEqual({});
    expect(await cancel(json({ ok: true, order: { status: "received" } }))).toBeInstanceOf(UpstreamFault);
    expect(await cancel(json({ ok: true }))).toBeInstanceOf(UpstreamFault);
  });
});

it("the balance of SMSVerifyo is in dollars where it names no currency", async () => {
  const balance = (body: object) => outcome(({ balance }) => balance?.(never), json({ ok: true, ...body }));
  expect(await balance({ balance_usd: "42.5000" })).toEqual(usd("42.50"));
  expect(await balance({ balance_usd: 42.5, currency: "usd" })).toEqual(usd("42.50"));
  expect(await balance({ balance_usd: 42.5, currency: "EUR" })).toBeInstanceOf(UpstreamFault);
});
