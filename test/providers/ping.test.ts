import { describe, expect, it } from "vitest";
import { UpstreamFault } from "../../src/core/error.ts";
import { ping } from "../../src/providers/ping.ts";
import { json } from "../upstream/scripted-server.ts";
import { usd } from "./contract.ts";
import { listingsOf, visit } from "./visit.ts";

const OPTIONS = { apiKey: "key" };
const never = new AbortController().signal;

const whatsapp = {
  public_id: "svc_1",
  name: "WhatsApp",
  country_code: "US",
  type: "verification",
  capabilities: ["sms"],
  cost: "0.40",
  currency: "USD",
  available: true,
};
const page = (total: number, ...services: object[]) => json({ result: "success", services, total });

async function listed(...pages: ReturnType<typeof page>[]) {
  const { desks, server } = await visit(ping, OPTIONS, ...pages);
  return { listings: await listingsOf(desks), requests: server.requests.length };
}

describe("Ping's list of services", () => {
  it.each([
    ["success_rate", 95],
    ["success_rate", null],
    ["success_rate", "high"],
    ["estimated_wait_seconds", 30.5],
    ["estimated_wait_seconds", null],
    ["estimated_wait_seconds", 999_999_999_999],
  ])("keeps a service whose %s is %s, without it", async (field, value) => {
    const { listings } = await listed(page(1, { ...whatsapp, [field]: value }));
    expect(listings).toMatchObject([{ ref: "svc_1", successRate: undefined, waitMs: undefined }]);
  });

  it("goes without a service whose price is absurd", async () => {
    const { listings } = await listed(page(2, { ...whatsapp, public_id: "svc_2", cost: "999999999999e20" }, whatsapp));
    expect(listings.map(({ ref }) => ref)).toEqual(["svc_1"]);
  });

  it("goes on by the pages that the upstream makes, however few lines were asked for", async () => {
    const second = { ...whatsapp, public_id: "svc_2" };
    const pageOf = (service: object) => json({ result: "success", services: [service], total: 2, limit: 1 });
    const { desks, server } = await visit(ping, OPTIONS, pageOf(whatsapp), pageOf(second));
    expect((await listingsOf(desks)).map(({ ref }) => ref)).toEqual(["svc_1", "svc_2"]);
    expect(server.requests.map(({ query }) => query.skip)).toEqual(["0", "1"]);
  });

  it("is one page when it does not say how many there are, and this one is not full", async () => {
    const { listings, requests } = await listed(json({ result: "success", services: [whatsapp] }));
    expect([listings.length, requests]).toEqual([1, 1]);
  });

  it("is read without what its lines may lack, and in any case", async () => {
    const { currency: _, available: __, capabilities: ___, ...bare } = whatsapp;
    const loud = { ...bare, type: "RENTAL", currency: "usd", capabilities: ["SMS"], available: 0 };
    const { listings } = await listed(page(2, bare, { ...loud, public_id: "svc_2", extra: { tea: true } }));
    expect(listings).toMatchObject([
      { product: "VERIFICATION", price: usd("0.40"), capabilities: ["SMS"], available: undefined },
      { product: "RENTAL", capabilities: ["SMS"], available: false },
    ]);
  });

  it("goes on after a page of which nothing can be read", async () => {
    const nowhere = { ...whatsapp, public_id: "svc_2", country_code: null };
    const others = Array.from({ length: 100 }, (_, at) => ({ ...whatsapp, public_id: `esim_${at}`, type: "esim" }));
    const last = { ...whatsapp, public_id: "svc_3" };
    for (const hidden of [[nowhere], others]) {
      const { listings } = await listed(page(201, whatsapp), page(201, ...hidden), page(201, last));
      expect(listings.map(({ ref }) => ref)).toEqual(["svc_1", "svc_3"]);
    }
  });

  it("is not as documented when nothing of any page can be read", async () => {
    const priceless = { ...whatsapp, cost: null };
    await expect(listed(page(101, priceless), page(101, priceless))).rejects.toBeInstanceOf(UpstreamFault);
  });

  it("has a full page when one line of it cannot be read, also when it does not say how many there are", async () => {
    const many = Array.from({ length: 100 }, (_, at) => ({ ...whatsapp, public_id: `svc_${at}` }));
    const first = json({ result: "success", services: [...many.slice(1), { ...whatsapp, cost: null }] });
    const { listings } = await listed(
      first,
      json({ result: "success", services: [{ ...whatsapp, public_id: "last" }] }),
    );
    expect(listings.at(-1)?.ref).toBe("last");
  });

  it("goes on after a page that cannot be read, and tells how it is asked for again", async () => {
    const last = { ...whatsapp, public_id: "svc_3" };
    const { desks, server } = await visit(
      ping,
      OPTIONS,
      page(201, whatsapp),
      { status: 500 },
      page(201, last),
      page(201),
    );
    const steps = [];
    for await (const step of desks.catalog.listings(never, new Map())) steps.push(step);
    expect(steps).toMatchObject([[{ ref: "svc_1" }], { fault: expect.any(UpstreamFault) }, [{ ref: "svc_3" }]]);
    if (steps[1] && "again" in steps[1]) expect(await steps[1].again()).toEqual([]);
    expect(server.requests.map(({ query }) => query.skip)).toEqual(["0", "100", "200", "100"]);
  });

  it("fails with such a page when it does not say how many there are: whether others follow is not known", async () => {
    const full = Array.from({ length: 100 }, (_, at) => ({ ...whatsapp, public_id: `svc_${at}` }));
    await expect(
      visit(ping, OPTIONS, json({ result: "success", services: full }), { status: 500 }).then(async ({ desks }) => {
        const steps = desks.catalog.listings(never, new Map());
        return [await steps.next(), await steps.next()];
      }),
    ).rejects.toBeInstanceOf(UpstreamFault);
  });

  it("ends with an empty page, whatever its total says", async () => {
    const { listings, requests } = await listed(page(1_000_000, whatsapp), page(1_000_000));
    expect([listings.length, requests]).toEqual([1, 2]);
  });
});

describe("a time that nobody means", () => {
  const times = ["0000-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", "2026-04-04", null, 7];

  it.each(times)("does not lose a number that was bought: %s", async (expires_at) => {
    const verification = {
      public_id: "ord_1",
      phone_number: "+14155550100",
      cost: "0.40",
      currency: "USD",
      expires_at,
    };
    const { desks } = await visit(ping, OPTIONS, json({ result: "success", verification }));
    const bought = await desks.verification?.buy({ offerRef: "svc_1", capability: "SMS" }, never);
    expect(bought).toMatchObject({ orderRef: "ord_1", expireTime: undefined });
  });

  it.each(times)("does not lose a code that was received: %s", async (received_at) => {
    const verification = { status: "received", code: "123456", received_at };
    const { desks } = await visit(ping, OPTIONS, json({ result: "success", verification }));
    const order = { orderRef: "ord_1", offerRef: "svc_1", numberAsSold: "+14155550100" };
    expect(await desks.verification?.check(order, never)).toEqual({
      state: "received",
      messages: [{ text: "", code: "123456" }],
    });
  });

  it.each(["2026-04-04T12:30:00Z", "2026-04-04T12:30:00", "2026-04-04 12:30:00", 1775305800, "1775305800000"])(
    "is not the end of an order or a rental, which is UTC where no zone is named: %s",
    async (expires_at) => {
      const fields = { public_id: "ord_1", phone_number: "+14155550100", expires_at };
      const answer = () => json({ result: "success", verification: fields, rental: fields });
      const { desks } = await visit(ping, OPTIONS, answer(), answer(), answer());
      const expireTime = new Date("2026-04-04T12:30:00Z");
      const order = { offerRef: "svc_1", capability: "SMS" as const };
      expect(await desks.verification?.buy(order, never)).toMatchObject({ expireTime });
      expect(await desks.rental?.rent({ ...order, days: 7 }, never)).toMatchObject({ expireTime });
      const rented = { orderRef: "rnt_1", offerRef: "svc_1", numberAsSold: "+14155550100" };
      expect(await desks.rental?.extend?.(rented, 3, never)).toMatchObject({ expireTime });
    },
  );
});

const ORDER = { orderRef: "ord_1", offerRef: "svc_1", numberAsSold: "+14155550100" };
const verification = { public_id: "ord_1", phone_number: "+14155550100", status: "pending" };

/** What comes of asking once, whichever way it ends. */
async function outcome(
  ask: (desks: Awaited<ReturnType<typeof visit>>["desks"]) => Promise<unknown> | undefined,
  answer: ReturnType<typeof json>,
): Promise<unknown> {
  const { desks } = await visit(ping, OPTIONS, answer);
  const asked = ask(desks) ?? Promise.reject(new Error("the provider has no such verb"));
  return asked.catch((error: unknown) => error);
}

const buy = (answer: ReturnType<typeof json>) =>
  outcome(({ verification }) => verification?.buy({ offerRef: "svc_1", capability: "SMS" }, never), answer);
const check = (answer: ReturnType<typeof json>) =>
  outcome(({ verification }) => verification?.check(ORDER, never), answer);
const cancel = (answer: ReturnType<typeof json>) =>
  outcome(({ verification }) => verification?.cancel(ORDER, never), answer);
const sold = (fields: object) => json({ result: "success", verification: { ...verification, ...fields } });

describe("a number that Ping sold", () => {
  it.each<[string, object, unknown]>([
    ["whose currency is left out", { cost: "0.40" }, usd("0.40")],
    ["whose currency is left blank", { cost: "0.40", currency: "" }, usd("0.40")],
    ["whose cost is left blank", { cost: "", currency: "USD" }, undefined],
    ["whose cost has a comma", { cost: "0,40", currency: "USD" }, usd("0.40")],
    ["whose currency is written small", { cost: 0.4, currency: "usd" }, usd("0.40")],
    ["whose cost has a sign", { cost: "$0.40", currency: "USD" }, usd("0.40")],
    ["whose cost names its currency", { cost: "0.40 USD" }, usd("0.40")],
    ["whose cost is left out", {}, undefined],
    ["whose cost is null", { cost: null, currency: "USD" }, undefined],
    ["whose cost is in another currency", { cost: 0.4, currency: "EUR" }, { ...usd("0.40"), currency: "EUR" }],
  ])("is not lost %s", async (_what, fields, price) => {
    expect(await buy(sold(fields))).toMatchObject({ orderRef: "ord_1", numberAsSold: "+14155550100", price });
  });

  it.each([{ cost: "half a dollar" }, { cost: "999999999999e20" }, { cost: "-1" }, { cost: 1, currency: "dollars" }])(
    "leaves it open at a price that cannot be believed: %j",
    async (fields) => {
      expect(await buy(sold(fields))).toBeInstanceOf(UpstreamFault);
    },
  );

  it("is not lost for the case of the word success", async () => {
    expect(await buy(json({ result: "SUCCESS", verification }))).toMatchObject({ orderRef: "ord_1" });
  });

  it("is rented without its price as well, and extended", async () => {
    const rental = { public_id: "rnt_1", phone_number: "+14155550100" };
    const answer = json({ result: "success", rental });
    const rented = outcome(({ rental }) => rental?.rent({ offerRef: "svc_1", days: 7 }, never), answer);
    expect(await rented).toMatchObject({ orderRef: "rnt_1", price: undefined });
    const extended = json({ result: "success", rental: { expires_at: "2026-04-14T12:15:00Z" } });
    expect(await outcome(({ rental }) => rental?.extend?.(ORDER, 3, never), extended)).toEqual({
      price: undefined,
      expireTime: new Date("2026-04-14T12:15:00Z"),
    });
  });
});

describe("a refusal of Ping's", () => {
  it.each([
    ["NO_NUMBERS", { code: "NO_NUMBERS_AVAILABLE", message: "Please try another service" }],
    ["NO_NUMBERS", { message: "There are no available phone numbers for this service" }],
    ["NO_NUMBERS", { code: "OUT_OF_STOCK" }],
    ["NO_NUMBERS", { message: "Insufficient stock" }],
    ["NO_NUMBERS", { message: "Unable to allocate a number at this time" }],
    ["UPSTREAM_FUNDS", { code: "INSUFFICIENT_FUNDS", message: "Top up your wallet" }],
    ["UPSTREAM_CREDENTIALS", { code: "INVALID_API_KEY" }],
    ["UPSTREAM_FUNDS", { message: "Payment required" }],
    ["UPSTREAM_FUNDS", { message: "Not enough credit on your account" }],
    ["NO_NUMBERS", { message: "Not enough numbers left" }],
    ["UPSTREAM_CREDENTIALS", { message: "Authentication required" }],
    ["UPSTREAM_CREDENTIALS", { message: "Your account has been suspended" }],
    ["UPSTREAM_CREDENTIALS", { code: "ACCOUNT_BANNED" }],
    ["UPSTREAM_CREDENTIALS", { message: "Insufficient permissions" }],
    ["UPSTREAM_CREDENTIALS", { code: "INSUFFICIENT_PERMISSIONS", message: "Your API key has no nonvoip permission" }],
    ["NO_OFFERS", { code: "SERVICE_NOT_FOUND" }],
    ["NO_OFFERS", { message: "More than the maximum number of days" }],
    ["NO_OFFERS", { code: "VALIDATION_ERROR", message: ["capability must be sms or voice"] }],
    ["NO_OFFERS", { message: "This service does not do that" }],
    ["UPSTREAMS_UNAVAILABLE", { code: "RATE_LIMIT_EXCEEDED" }],
    ["NO_NUMBERS", { message: "You have too many pending orders" }],
    ["NO_NUMBERS", { message: "You have reached the maximum number of pending orders" }],
  ])("of a purchase is %s: %j", async (reason, failure) => {
    expect(await buy(json({ result: "failed", ...failure }, 400))).toMatchObject({ reason });
  });

  it.each([
    ["UPSTREAM_CREDENTIALS", 401],
    ["UPSTREAM_CREDENTIALS", 403],
    ["UPSTREAM_FUNDS", 402],
    ["NO_OFFERS", 404],
  ])("of a purchase in words that nobody knows is %s with %i", async (reason, status) => {
    const answer = json({ result: "failed", message: "This is not for you" }, status);
    expect(await buy(answer)).toMatchObject({ reason });
  });

  it("of a purchase for want of numbers may come with 503, as its like do elsewhere", async () => {
    for (const message of ["No numbers available for this service", "Temporarily out of stock"]) {
      expect(await buy(json({ result: "failed", message }, 503))).toMatchObject({ reason: "NO_NUMBERS" });
    }
  });

  it.each<[string, object, number]>([
    ["that is one of its own server", { result: "failed", message: "No such luck" }, 500],
    ["that may have come after the sale", { result: "error", message: "The request timed out" }, 400],
    ["that does not know itself", { result: "error", message: "An unexpected error occurred" }, 400],
    ["that may be of a server between", { result: "error", message: "Service unavailable" }, 503],
    ["without a word", { result: "failed" }, 400],
    ["that speaks of an order that is there", { result: "failed", message: "Duplicate order" }, 409],
    ["that says so in other words", { result: "failed", message: "An order for this service already exists" }, 409],
    ["that says so, and not what is there", { result: "error", message: "Sold already" }, 200],
    ["that came of a time-out elsewhere", { result: "failed", message: "Timed out: no response for the number" }, 400],
    ["in another word than the document's", { result: "processing", message: "Hold on" }, 200],
    ["without the document's form", { message: "Hold on" }, 400],
  ])("leaves a purchase open %s", async (_what, body, status) => {
    expect(await buy(json(body, status))).toBeInstanceOf(UpstreamFault);
  });

  it("of an inbox says that the rental is over", async () => {
    for (const message of ["Rental has been cancelled", "Rental is expired", "RENTAL_NOT_ACTIVE"]) {
      const answer = json({ result: "failed", message }, 400);
      const inbox = outcome(({ rental }) => rental?.inbox(ORDER, never), answer);
      expect(await inbox, message).toMatchObject({ reason: "ALREADY_ENDED" });
    }
  });

  it("that is about the account ends no rental", async () => {
    for (const message of ["Your account is not active", "Token has expired", "RENTAL_DENIED: account is not active"]) {
      const answer = json({ result: "failed", message }, 403);
      const inbox = outcome(({ rental }) => rental?.inbox(ORDER, never), answer);
      expect(await inbox, message).toMatchObject({ reason: "UPSTREAM_CREDENTIALS" });
    }
  });

  it("of an extension says that the rental is over", async () => {
    for (const message of ["Rental has already expired", "Rental is cancelled and cannot be extended"]) {
      const extended = outcome(
        ({ rental }) => rental?.extend?.(ORDER, 3, never),
        json({ result: "failed", message }, 409),
      );
      expect(await extended, message).toMatchObject({ reason: "ALREADY_ENDED" });
    }
  });
});

describe("a state of Ping's", () => {
  it.each([
    ["Cancelled", "cancelled"],
    ["CANCELED", "cancelled"],
    ["EXPIRED", "expired"],
    ["Pending", "waiting"],
  ])("is read in any case: %s", async (status, state) => {
    expect(await check(sold({ status, code: null }))).toMatchObject({ state });
  });

  it("is not needed beside a code, which may be a number", async () => {
    const answer = json({ result: "success", verification: { code: 482910 } });
    expect(await check(answer)).toMatchObject({ state: "received", messages: [{ code: "482910" }] });
  });

  it.each<[object, unknown]>([
    [{ status: "Cancelled", refund: { amount: "0.25" } }, usd("0.25")],
    [{ status: "canceled", refund: 0.25 }, usd("0.25")],
    [{ status: "cancelled", refund: { amount: "all of it" } }, undefined],
    [{ refund: null }, undefined],
  ])("after a cancel is one, with whatever came back: %j", async (fields, refund) => {
    expect(await cancel(json({ result: "success", verification: fields }))).toEqual({ refund });
  });

  it.each(["completed", "pending", "active"])("after a cancel that is %s is no cancel", async (status) => {
    expect(await cancel(sold({ status }))).toBeInstanceOf(UpstreamFault);
    const answer = json({ result: "success", rental: { status } });
    expect(await outcome(({ rental }) => rental?.release?.(ORDER, never), answer)).toBeInstanceOf(UpstreamFault);
  });
});

describe("a rental's messages", () => {
  const inbox = (messages: unknown) =>
    outcome(({ rental }) => rental?.inbox(ORDER, never), json({ result: "success", messages, total: 1 }));

  it("are kept without an id, a sender or a time", async () => {
    expect(await inbox([{ text: "Your code is 839201" }])).toMatchObject({
      messages: [{ text: "Your code is 839201" }],
    });
    expect(await inbox([{ id: 7, from: 22000, text: "Hi", received_at: 0 }])).toMatchObject({
      messages: [{ messageId: "7", sender: "22000", text: "Hi" }],
    });
  });

  it("are shown when there is no text in one, as in a picture", async () => {
    for (const text of [null, ""]) {
      expect(await inbox([{ id: "msg_1", text }])).toMatchObject({ messages: [{ messageId: "msg_1", text: "" }] });
    }
  });

  it("may be none at all", async () => {
    expect(await inbox([])).toEqual({ messages: [] });
    expect(await inbox(null)).toEqual({ messages: [] });
  });
});
