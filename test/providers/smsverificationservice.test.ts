import { describe, expect, it } from "vitest";
import type { Desks, Listing } from "../../src/core/desks.ts";
import { UpstreamFault } from "../../src/core/error.ts";
import { smsverificationservice } from "../../src/providers/smsverificationservice.ts";
import { type Answer, failureOf, json } from "../upstream/scripted-server.ts";
import { usd } from "./contract.ts";
import { listingsOf, visit } from "./visit.ts";

const OPTIONS = { apiKey: "key" };
const never = new AbortController().signal;

const nothing = json({ success: true, data: { services: [] } });

/** Names as they may be, with everything in them that a ref or a path could trip over. */
const NAMES = ["WhatsApp", "Google Voice", "Booking.com", "TikTok/Douyin", "100% Tea?", "Qué Será", "a%20b"];

async function listed(...answers: Parameters<typeof json>[0][]): Promise<Listing[]> {
  const { desks } = await visit(
    smsverificationservice,
    OPTIONS,
    nothing,
    nothing,
    json({ countries: [] }),
    ...[...answers, [], [], []].map((body) => json(body)),
  );
  return listingsOf(desks);
}

describe("what smsVerificationService sells by name", () => {
  it.each(NAMES)("is rented by the same name again: %s", async (name) => {
    const offers = await listed([{ name, sell_price_3days: 4, sell_price_30days: 12 }]);
    expect(offers.map(({ rentalTerms }) => rentalTerms)).toMatchObject([[{ days: 3 }], [{ days: 30 }]]);
    for (const [nth, duration] of [3, 30].entries()) {
      const { desks, server } = await visit(smsverificationservice, OPTIONS, json({ order_id: 1, phone: "+1" }, 201));
      await desks.rental?.rent({ offerRef: offers[nth]?.ref ?? "", days: duration }, never);
      expect(JSON.parse(server.requests[0]?.body ?? "")).toEqual({ service: name, duration });
    }
  });

  it.each(NAMES)("is bought as a plan by the same name again: %s", async (name) => {
    const empty = { success: true, data: { services: [] } };
    const [plan] = await listed([], empty, empty, [{ name, price: 12 }]);
    const answer = json({ order_id: 1, activation_code: "SIM-1" }, 201);
    const { desks, server } = await visit(smsverificationservice, OPTIONS, answer);
    await desks.esim?.buyEsim(plan?.ref ?? "", never);
    expect(JSON.parse(server.requests[0]?.body ?? "")).toEqual({ plan: name });
  });
});

describe("a list that is not there", () => {
  it("is an empty one, and the others are still sold", async () => {
    const missing = { status: 404, body: "<h1>Not Found</h1>" };
    const line = { service_id: 1012, name: "WhatsApp", price: 0.4 };
    const { desks } = await visit(
      smsverificationservice,
      OPTIONS,
      json({ success: true, data: { services: [line] } }),
      missing,
      missing,
      missing,
      missing,
      missing,
      missing,
    );
    expect((await listingsOf(desks)).map(({ ref }) => ref)).toEqual(["temporary.1012"]);
  });
});

describe("a length other than the one that a number was rented for", () => {
  it.each([
    ["rental.3.WhatsApp", 30],
    ["rental.30.WhatsApp", 3],
    ["rent-1day.1.4421", 30],
    ["rent-30days.30.7821", 1],
  ])("is refused for %s without a request", async (offerRef, days) => {
    const { desks, server } = await visit(smsverificationservice, OPTIONS);
    const order = { orderRef: "458732", offerRef, numberAsSold: "+1 415 555 0124" };
    const extended = failureOf(desks.rental?.extend?.(order, days, never) ?? Promise.resolve());
    expect(await extended).toMatchObject({ reason: "NOT_SUPPORTED", metadata: { days: String(days) } });
    const rented = failureOf(desks.rental?.rent({ offerRef, days }, never) ?? Promise.resolve());
    expect(await rented).toMatchObject({ reason: "NOT_SUPPORTED" });
    expect(server.requests).toEqual([]);
  });
});

/** What comes of asking once, whichever way it ends. */
async function outcome(ask: (desks: Desks) => Promise<unknown> | undefined, answer: Answer): Promise<unknown> {
  const { desks } = await visit(smsverificationservice, OPTIONS, answer);
  const asked = ask(desks) ?? Promise.reject(new Error("the provider has no such verb"));
  return asked.catch((error: unknown) => error);
}

const ORDER = { orderRef: "458731", offerRef: "temporary.1012", numberAsSold: "+1 415 555 0123" };
const buy = (answer: Answer) =>
  outcome(({ verification }) => verification?.buy({ offerRef: "temporary.1012", capability: "SMS" }, never), answer);
const rent = (offerRef: string, days: number, answer: Answer) =>
  outcome(({ rental }) => rental?.rent({ offerRef, days }, never), answer);
const check = (answer: Answer) => outcome(({ verification }) => verification?.check(ORDER, never), answer);
const cancel = (answer: Answer) => outcome(({ verification }) => verification?.cancel(ORDER, never), answer);
const inbox = (answer: Answer) => outcome(({ rental }) => rental?.inbox(ORDER, never), answer);

const sold = { order_id: 458731, phone: "+1 415 555 0123" };
const expiry = { expiry_date: "2026-05-14T05:00:00" };

describe("both shapes of smsVerificationService, for the same answer", () => {
  const shapes = [
    ["wrapped", (data: object) => json({ success: true, data }, 201)],
    ["bare", (data: object) => json({ success: true, ...data }, 201)],
    ["with its success as text", (data: object) => json({ success: "True", data }, 201)],
  ] as const;

  it.each(shapes)("are read of a purchase: %s", async (_shape, answer) => {
    expect(await buy(answer(sold))).toMatchObject({ orderRef: "458731", price: undefined });
    expect(await buy(answer({ ...sold, sell_price: 0.4, price: 0.3 }))).toMatchObject({ price: usd("0.40") });
    expect(await buy(answer({ ...sold, sell_price: "?" }))).toBeInstanceOf(UpstreamFault);
  });

  it.each(shapes)("are read of a rental: %s", async (_shape, answer) => {
    for (const [ref, days] of [
      ["rental.3.WhatsApp", 3],
      ["rent-1day.1.4421", 1],
    ] as const) {
      const rented = await rent(ref, days, answer({ ...sold, ...expiry, sell_price: "4.00" }));
      // "All datetimes are UTC"
      const expireTime = new Date("2026-05-14T05:00:00Z");
      expect(rented).toMatchObject({ orderRef: "458731", price: usd("4.00"), expireTime });
    }
  });

  it.each(shapes)("are read of what follows: %s", async (_shape, answer) => {
    expect(await check(answer({ status: "Completed", otp: 548921 }))).toMatchObject({
      state: "received",
      messages: [{ code: "548921" }],
    });
    expect(await cancel(answer({ status: "Canceled" }))).toEqual({});
    const renewed = outcome(
      ({ rental }) => {
        return rental?.extend?.({ ...ORDER, offerRef: "rental.3.WhatsApp" }, 3, never);
      },
      answer({ status: "ACTIVE", ...expiry }),
    );
    expect(await renewed).toEqual({ price: undefined, expireTime: new Date("2026-05-14T05:00:00Z") });
    const plan = { order_id: 7, activation_code: "SIM-1" };
    const bought = outcome(({ esim }) => esim?.buyEsim("esim.USA", never), answer(plan));
    expect(await bought).toMatchObject({ orderRef: "7", activationCode: "SIM-1" });
  });

  it.each<[string, object]>([
    ["bare", { balance: "50.00", currency: "USD" }],
    ["wrapped", { success: true, data: { balance: 50, currency: "USD" } }],
    ["without its currency", { balance: 50 }],
  ])("are read of the balance: %s", async (_shape, body) => {
    expect(await outcome(({ balance }) => balance?.(never), json(body))).toEqual(usd("50.00"));
  });

  it("are read of the lists", async () => {
    const line = { service_id: "1012", name: "WhatsApp", price: "0.40" };
    const { desks } = await visit(
      smsverificationservice,
      OPTIONS,
      json([line]),
      json({ success: true, services: [{ ...line, sell_price: 0.5 }] }),
      json({ success: true, data: { countries: [{ country_id: "4", country_name: "United Kingdom" }] } }),
      json({ success: true, data: { offers: [{ service_id: 1012, service_name: "WhatsApp", price: 0.95 }] } }),
      json({ success: true, data: [{ name: "WhatsApp", price_3days: 4 }] }),
      json([{ service_id: 4421, name: "Tinder", price: 1.2 }]),
      json({ success: true, data: { services: null } }),
      json({ success: true, data: [{ name: "USA", sell_price: 12 }] }),
    );
    const lines = await listingsOf(desks);
    expect(lines.map(({ ref }) => ref)).toEqual([
      "temporary.1012",
      "best-temp.1012",
      "global.4.1012",
      "rental.3.WhatsApp",
      "rent-1day.1.4421",
      "esim.USA",
    ]);
    expect(lines[1]?.price).toEqual(usd("0.50"));
  });
});

describe("a country of smsVerificationService", () => {
  it.each(["Country not found", "No services available", "Country not available"])(
    "that has nothing costs no other its place: %s",
    async (error) => {
      const country = (country_id: number) => ({ country_id, country_name: "Germany" });
      const { desks } = await visit(
        smsverificationservice,
        OPTIONS,
        nothing,
        nothing,
        json({ countries: [country(4), country(17)] }),
        json({ success: false, error }, 404),
        json({ offers: [{ service_id: 1, service_name: "WhatsApp", price: 1 }] }),
        json([]),
        nothing,
        nothing,
        json([]),
      );
      expect((await listingsOf(desks)).map(({ ref }) => ref)).toEqual(["global.17.1"]);
    },
  );
});

describe("a refusal of smsVerificationService", () => {
  it.each([
    // "error (4xx/5xx)", and 500 among the statuses that are named.
    ["UPSTREAM_FUNDS", { success: false, error: "Insufficient balance" }, 500],
    ["NO_NUMBERS", { success: false, error: "No numbers available" }, 500],
    ["NO_NUMBERS", { success: false, error: "Service not available" }, 500],
    ["NO_NUMBERS", { success: false, error: "There are no available numbers" }, 400],
    ["NO_NUMBERS", { success: false, error: "Insufficient stock" }, 400],
    ["NO_OFFERS", { success: false, error: "Area code does not work" }, 400],
    ["NO_OFFERS", { success: false, errors: { area_code: ["Ensure this field has no more than 3 characters."] } }, 400],
    ["NO_OFFERS", { success: false, message: "Invalid service" }, 404],
    ["NO_OFFERS", { error: { service_id: ["A valid integer is required."] } }, 400],
    // Django's own envelope of "validation errors on POST bodies".
    ["NO_OFFERS", { area_code: ["Enter a valid value."] }, 400],
    ["NO_OFFERS", { non_field_errors: ["Invalid data.", "Not for this service."] }, 400],
    ["NO_OFFERS", { success: false, error: "Service is not active" }, 400],
    ["UPSTREAM_CREDENTIALS", { success: false, error: "Not for this account" }, 403],
    ["UPSTREAM_FUNDS", { success: false, error: "Please top up" }, 402],
  ])("is %s: %j with %i", async (reason, body, status) => {
    expect(await buy(json(body, status))).toMatchObject({ reason });
  });

  it.each<[string, object, number]>([
    ["of a server that broke", { success: false, error: "Internal server error" }, 500],
    ["of a server that is away", { success: false, error: "Service temporarily unavailable" }, 500],
    ["under a status that is not named", { success: false, error: "No numbers available" }, 502],
    ["that does not know itself", { success: false, error: "An unexpected error occurred" }, 400],
    ["without a word", { success: false }, 400],
    ["that does not know", { success: false, error: "The provider timed out" }, 400],
    ["of an order that may be this one", { success: false, error: "Order already placed" }, 400],
    ["of fields, that does not know", { non_field_errors: ["The request is being processed."] }, 400],
    ["that is none in form", { error: "Hold on" }, 400],
  ])("leaves a purchase open when it is one %s", async (_what, body, status) => {
    expect(await buy(json(body, status))).toBeInstanceOf(UpstreamFault);
  });
});

describe("the orders of smsVerificationService", () => {
  const order = { order_id: 458736, service: "WhatsApp", status: "Pending", price: 0.95, phone: "+44 20 7946 0017" };
  const recent = (answer: Answer) => outcome(({ verification }) => verification?.recent?.(never), answer);
  const createTime = new Date("2026-05-12T05:33:21Z");

  it.each(["2026-05-12T05:33:21Z", "2026-05-12T05:33:21.123456+00:00", "2026-05-12T05:33:21", "2026-05-12 05:33:21"])(
    "have times in UTC: %s",
    async (created_at) => {
      const [line] = (await recent(json([{ ...order, created_at }]))) as { createTime: Date }[];
      expect(Math.floor((line?.createTime.getTime() ?? 0) / 1000)).toBe(createTime.getTime() / 1000);
    },
  );

  it("are listed in either shape, an eSIM without a phone among them", async () => {
    const created_at = "2026-05-12T05:33:21Z";
    const esim = { order_id: 1, service: null, status: "active", phone: "", created_at };
    for (const body of [[{ ...order, created_at }, esim], { success: true, data: [{ ...order, created_at }, esim] }]) {
      expect(await recent(json(body))).toMatchObject([{ orderRef: "458736", createTime }, { orderRef: "1" }]);
    }
  });

  it.each([null, "yesterday", undefined])("prove nothing when one has no time: %s", async (created_at) => {
    expect(await recent(json([{ ...order, created_at }]))).toBeInstanceOf(UpstreamFault);
  });

  it("have no news while they are pending, in whichever case", async () => {
    const overview = outcome(({ verification }) => verification?.overview?.(never), json([order]));
    expect(await overview).toEqual([{ orderRef: "458736", news: undefined }]);
  });
});

it.each([null, "x".repeat(5000), ["Your WhatsApp code is 548921"], { text: "Your WhatsApp code is 548921" }])(
  "a code of smsVerificationService is not lost for a message that cannot be read: %j",
  async (message) => {
    const answer = json({ success: true, data: { order_id: 1, status: "completed", otp: "548921", message } });
    const order = { orderRef: "1", offerRef: "temporary.1012", numberAsSold: "+1 415 555 0123" };
    expect(await outcome(({ verification }) => verification?.check(order, never), answer)).toEqual({
      state: "received",
      messages: [{ text: "", code: "548921" }],
    });
  },
);

describe("what is left of a rental", () => {
  it.each([
    [86399, 86_399_000],
    ["86399", 86_399_000],
    [86399.75, 86_399_000],
    [-5, undefined],
    [null, undefined],
  ])("is read as seconds: %s", async (time_left_seconds, leftMs) => {
    const answer = json({ success: true, data: { status: "Active", time_left_seconds } });
    expect(await inbox(answer)).toMatchObject({ messages: [], leftMs });
  });
});
