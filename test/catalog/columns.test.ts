import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createPlain, plainOffers } from "../../bench/catalog/plain.ts";
import { copyOf } from "../../src/catalog/listed-offer.ts";
import type { OfferFilter } from "../../src/catalog/query.ts";
import { indexSnapshot } from "../../src/catalog/snapshot-index.ts";
import { createView } from "../../src/catalog/view.ts";
import type { Listing } from "../../src/core/desks.ts";
import type { Capability, Offer, Product } from "../../src/core/offer.ts";
import { readCatalogPayload, writeCatalogPayload } from "../../src/store/catalog-payload.ts";
import { listing, offersOf, snapshotOf } from "./fakes.ts";

const TIME = new Date("2026-05-01T12:00:00Z");

/** The same dice for the same seed. */
function createDice(seed: number) {
  let state = seed;
  const roll = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (most: number) => Math.floor(roll() * most);
  const oneOf = <T>(items: readonly T[]): T => items[below(items.length)] as T;
  const maybe = <T>(make: () => T, chance = 0.5): T | undefined => (roll() < chance ? make() : undefined);
  return { roll, below, oneOf, maybe };
}

type Dice = ReturnType<typeof createDice>;

const PRODUCTS: readonly Product[] = ["VERIFICATION", "VERIFICATION", "VERIFICATION", "RENTAL", "ESIM"];
const COUNTRIES = ["US", "England", "germany", "Côte d’Ivoire", "Atlantis", "Europe", "KR"];
const SERVICES = [
  "WhatsApp",
  "whats app",
  "Google / YouTube / Gmail",
  "Telegram",
  "Some New App",
  "some-new_app",
  "Самокат",
  "ＦＵＬＬ ｗｉｄｔｈ",
  "日本語アプリ",
  "constructor",
  "???",
];
const CAPABILITIES: readonly (readonly Capability[])[] = [["SMS"], ["SMS", "VOICE"], ["VOICE"], []];
const REFS = ["", "é", "svc_", "🦊", "\uFFFD", "a/google", "a", "a-", "x".repeat(200)];

function somePrice({ oneOf, below }: Dice) {
  const micros = oneOf([0n, 1n, 50_000n, BigInt(below(20)) * 100_000n, 2n ** 53n + 1n, 2n ** 53n + 2n, 2n ** 63n - 1n]);
  return { currency: oneOf(["USD", "USD", "EUR", "JPY"]), micros };
}

function someListing(dice: Dice): Listing {
  const { oneOf, below, maybe, roll } = dice;
  const price = maybe(() => somePrice(dice), 0.8);
  return {
    ref: `${oneOf(REFS)}${maybe(() => below(40)) ?? "0"}`,
    product: oneOf(PRODUCTS),
    country: oneOf(COUNTRIES),
    serviceName: oneOf(SERVICES),
    capabilities: oneOf(CAPABILITIES),
    ...(price && { price }),
    available: roll() < 0.8,
    ...maybe(() => ({ availableCount: oneOf([0, 1, below(300), 2 ** 31 - 1, 2.5, -1]) })),
    ...maybe(() => ({ successRate: oneOf([0, 1, roll(), 95]) })),
    ...maybe(() => ({ waitMs: oneOf([0, 1_500.5, below(9) * 1000]) })),
    ...maybe(() => ({ curated: true })),
    ...maybe(() => ({ supportsAreaCode: true })),
    ...maybe(() => ({
      rentalTerms: [
        { minDays: 4 + below(3), maxDays: 30, pricePerDay: maybe(() => somePrice(dice)) },
        { days: 1 + below(3), price: maybe(() => somePrice(dice)) },
      ],
    })),
    ...maybe(() => ({ esimPlan: { dataGb: maybe(() => below(9) / 2), validityDays: maybe(() => below(30)) } })),
  };
}

function someFilter(dice: Dice, ids: readonly string[]): OfferFilter {
  const { oneOf, maybe, below } = dice;
  return {
    ...maybe(() => ({ product: oneOf(PRODUCTS) }), 0.3),
    ...maybe(() => ({ country: oneOf(["US", "gb", "Germany", "CI", "", "ZZ"]) }), 0.3),
    ...maybe(() => ({ service: oneOf(["whatsapp", "Google", "some new app", "esim", "nothing"]) }), 0.3),
    ...maybe(() => ({ capability: oneOf<Capability>(["SMS", "VOICE"]) }), 0.2),
    ...maybe(() => ({ upstreams: ids.filter(() => below(2) === 0) }), 0.2),
    ...maybe(() => ({ maxPrice: somePrice(dice) }), 0.2),
    ...maybe(() => ({ inStockOnly: true }), 0.2),
    ...maybe(() => ({ search: oneOf(["app", "GOO", "new-", "カ", "アプリ", "fullwidth", " ", "!?", "самокат"]) }), 0.2),
    ...maybe(() => ({
      orderBy: oneOf(["", "price", "price desc", "success_rate desc", "wait", "available_count desc"]),
    })),
    ...maybe(
      () => ({
        allow: {
          ...maybe(() => ({ upstreams: ids.filter(() => below(3) > 0) })),
          ...maybe(() => ({ countries: ["USA", "GB", "KR"].filter(() => below(3) > 0) })),
          ...maybe(() => ({ services: ["Google / YouTube", "WhatsApp", "someNewApp"].filter(() => below(3) > 0) })),
        },
      }),
      0.2,
    ),
  };
}

/** The same listings as columns, which went through the store's form, and as plain objects. */
async function bothOf(dice: Dice, sizes: readonly number[]) {
  // Ids that begin alike, in an order that is not theirs.
  const upstreams = ["b", "a1", "a", "a-b"].slice(0, sizes.length).map((id) => ({ id, provider: `${id}-provider` }));
  const lists = sizes.map((size) => Array.from({ length: size }, () => someListing(dice)));
  const snapshots = await Promise.all(upstreams.map((upstream, at) => snapshotOf(upstream, lists[at] ?? [], TIME)));
  const kept = snapshots.flatMap((snapshot) => {
    const payload = writeCatalogPayload(snapshot);
    return readCatalogPayload(payload, snapshot.upstream, snapshot.fetchTime) ?? [];
  });
  const offers = upstreams.map((upstream, at) => plainOffers(upstream, lists[at] ?? [], TIME));
  return { upstreams, snapshots: kept, offers };
}

/** With what is read of it when it is asked for. */
const whole = (offer: Offer) => copyOf(offer);

const SEEDS = Array.from({ length: 20 }, (_, seed) => seed + 1);
const SIZES = [
  [300, 60, 5, 0],
  [40, 40, 40, 40],
  [1, 500],
];

describe("offers in columns", () => {
  it.each(SEEDS)("are the offers that went in, to the last field (seed %i)", async (seed) => {
    const { snapshots, offers } = await bothOf(createDice(seed), SIZES[seed % 3] ?? []);
    expect(snapshots.map(offersOf)).toStrictEqual(offers);
  });

  it.each(SEEDS)("answer every question as a look at each of them would (seed %i)", async (seed) => {
    const dice = createDice(seed);
    const { upstreams, snapshots, offers } = await bothOf(dice, SIZES[seed % 3] ?? []);
    const view = createView(1, await Promise.all(snapshots.map((snapshot) => indexSnapshot(snapshot, setImmediate))));
    const plain = createPlain(offers.flat());
    // An eSIM plan is for no service, and may be for no single country.
    const numbers = createPlain(offers.flat().filter(({ product }) => product !== "ESIM"));
    const ids = upstreams.map(({ id }) => id);
    for (let question = 0; question < 60; question += 1) {
      const filter = someFilter(dice, ids);
      const [found, expected] = [view.offers(filter), plain.offers(filter)];
      expect([filter, found.length]).toEqual([filter, expected.length]);
      expect(found.slice(0, found.length).map(whole)).toEqual(expected);
      const start = dice.below(found.length + 2);
      expect(found.slice(start, start + 7).map(whole)).toEqual(expected.slice(start, start + 7));
      const { product, country = "", service = "", allow, search = "" } = filter;
      const names = { ...(product && { product }), ...(allow && { allow }) };
      const countries = plain.countries({ ...names, service }).filter((each) => each.country !== "");
      expect(view.countries({ ...names, service })).toEqual(countries);
      expect(view.services({ ...names, country, search })).toEqual(numbers.services({ ...names, country, search }));
    }
    for (const { product, country, service, offerId } of offers.flat().slice(0, 50)) {
      expect(view.offersFor(product, country, service).map(whole)).toEqual(plain.offersFor(product, country, service));
      const found = view.findOffer(offerId);
      expect(found && whole(found)).toEqual(plain.find(offerId));
      const other = view.findOffer(`${offerId}0`);
      expect(other && whole(other)).toEqual(plain.find(`${offerId}0`));
    }
    expect(view.findOffer("")).toBeUndefined();
  });

  it("are the same when there are more than fit in a slice of work", async () => {
    const dice = createDice(7);
    const listings = Array.from({ length: 20_000 }, (_, n) => ({
      ...someListing(dice),
      ref: `${(n * 7919) % 20_000}`,
    }));
    const upstream = { id: "a", provider: "acme" };
    expect(offersOf(await snapshotOf(upstream, listings, TIME))).toEqual(plainOffers(upstream, listings, TIME));
  });

  it("are found among more services than a number of 32 bits has room for beside the row", async () => {
    const names = Array.from({ length: 66_000 }, (_, n) => `app ${n}`);
    const listings = names.map((serviceName, n) => listing(`${n}`, { serviceName }));
    const snapshot = await snapshotOf({ id: "a", provider: "acme" }, listings, TIME);
    const view = createView(1, [await indexSnapshot(snapshot, setImmediate)]);
    for (const n of [0, 40_000, 65_999, 9_999]) {
      const one = [{ offerId: `a:${n}`, service: `app${n}` }];
      expect(view.offersFor("VERIFICATION", "US", `app${n}`)).toMatchObject(one);
      expect(view.offers({ service: `app${n}` }).slice(0, 9)).toMatchObject(one);
      expect(view.services({ allow: { services: [`app${n}`] } })).toMatchObject([
        { service: `app${n}`, offerCount: 1 },
      ]);
    }
  });
});

describe("a kept catalogue", () => {
  it.each([
    ["cut off", (payload: string) => payload.slice(0, payload.length / 2)],
    [
      "with a letter changed",
      (payload: string) => `${payload.slice(0, 900)}${payload[900] === "A" ? "B" : "A"}${payload.slice(901)}`,
    ],
    ["that is empty", () => ""],
    ["in other words", () => '{"offerIds":[]}'],
  ])("%s is none", async (_, damage) => {
    const dice = createDice(1);
    const listings = Array.from({ length: 100 }, () => someListing(dice));
    const payload = writeCatalogPayload(await snapshotOf({ id: "a", provider: "acme" }, listings, TIME));
    expect(readCatalogPayload(payload, "a", TIME)?.offers.size).toBeGreaterThan(20);
    expect(readCatalogPayload(damage(payload), "a", TIME)).toBeUndefined();
  });
});
