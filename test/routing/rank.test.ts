import { describe, expect, it } from "vitest";
import { type Caller, LOCAL_CALLER } from "../../src/core/caller.ts";
import type { Money } from "../../src/core/money.ts";
import type { Offer } from "../../src/core/offer.ts";
import type { VerificationRequest } from "../../src/core/verification.ts";
import type { Exclusion } from "../../src/routing/constraints.ts";
import { nothingToBuy } from "../../src/routing/nothing.ts";
import { caller, createLives, offer, request, usd, visitRouter } from "./support.ts";

const rub = (micros: bigint): Money => ({ currency: "RUB", micros });

/** A rouble is 1.1 cents, a euro 1.25 dollars. */
const RATES = new Map([
  ["RUB", 11_000n],
  ["EUR", 1_250_000n],
]);
const NO_RATES = new Map<string, bigint>();

async function ranked(
  offers: readonly Offer[],
  {
    wish = request(),
    who = LOCAL_CALLER,
    rates = NO_RATES,
  }: { wish?: VerificationRequest; who?: Caller; rates?: Map<string, bigint> } = {},
) {
  const { router } = await visitRouter({ rates });
  const ranking = router.rank(offers, wish, who);
  return {
    refs: ranking.candidates.map(({ offer }) => offer.ref),
    removed: Object.fromEntries(ranking.removed),
    ranking,
  };
}

describe("a constraint", () => {
  const plain = offer("plain");

  it.each<[Exclusion, Offer, Partial<VerificationRequest>, Partial<Caller>]>([
    ["UPSTREAM_EXCLUDED", plain, { upstreams: ["other"] }, {}],
    ["UPSTREAM_EXCLUDED", plain, { excludeUpstreams: ["acme"] }, {}],
    ["NOT_ALLOWED", plain, {}, { allow: { upstreams: ["other"] } }],
    ["CAPABILITY_MISSING", plain, { capability: "VOICE" }, {}],
    ["AREA_CODE_UNSUPPORTED", plain, { areaCode: "212" }, {}],
    ["PRICE_UNKNOWN", offer("unpriced", { price: undefined }), {}, {}],
    ["NOT_ALLOWED", plain, {}, { allow: { countries: ["GB"] } }],
    ["NOT_ALLOWED", plain, {}, { allow: { services: ["telegram"] } }],
    ["SUCCESS_RATE_BELOW_MIN", offer("poor", { publishedSuccessRate: 0.1 }), { minSuccessRate: 0.6 }, {}],
    ["SUCCESS_RATE_BELOW_MIN", plain, { minSuccessRate: 0.5 }, {}],
    ["OUT_OF_STOCK", offer("gone", { available: false }), {}, {}],
    ["OUT_OF_STOCK", offer("none", { availableCount: 0 }), {}, {}],
    ["CURRENCY_DIFFERS", plain, { maxPrice: rub(50_000_000n) }, {}],
    ["PRICE_ABOVE_MAX", plain, { maxPrice: usd(499_999n) }, {}],
    ["PRICE_ABOVE_MAX", plain, {}, { budget: { maxPrice: usd(499_999n) } }],
  ])("%s removes the offer", async (exclusion, only, wish, who) => {
    expect(await ranked([only], { wish: request(wish), who: caller(who) })).toMatchObject({
      refs: [],
      removed: { [exclusion]: 1 },
    });
  });

  it.each<[string, Partial<Offer>, Partial<VerificationRequest>]>([
    ["a price of just the maximum", {}, { maxPrice: usd(500_000n) }],
    ["an area code that is supported", { supportsAreaCode: true }, { areaCode: "212" }],
    ["an estimated rate above the minimum", { publishedSuccessRate: 0.8 }, { minSuccessRate: 0.75 }],
    ["a named upstream", {}, { upstreams: ["acme"] }],
    ["a stock that is known", { availableCount: 1 }, {}],
  ])("leaves an offer with %s", async (_, fields, wish) => {
    expect((await ranked([offer("kept", fields)], { wish: request(wish) })).refs).toEqual(["kept"]);
  });

  it("counts an offer at the first that it fails", async () => {
    const gone = offer("gone", { available: false, price: usd(900_000n) });
    expect((await ranked([gone], { wish: request({ maxPrice: usd(1n) }) })).removed).toEqual({ OUT_OF_STOCK: 1 });
  });
});

describe("the order", () => {
  it("is by price", async () => {
    const offers = [offer("b", { price: usd(2n) }), offer("c", { price: usd(3n) }), offer("a", { price: usd(1n) })];
    expect((await ranked(offers)).refs).toEqual(["a", "b", "c"]);
  });

  it("puts the one that promises more first among equals, then the upstream's own best, then the id", async () => {
    const offers = [
      offer("d"),
      offer("c"),
      offer("rated", { publishedSuccessRate: 0.9 }),
      offer("curated", { curated: true }),
    ];
    expect((await ranked(offers)).refs).toEqual(["rated", "curated", "c", "d"]);
  });

  it("tells amounts apart that no float could", async () => {
    const price = 9_007_199_254_740_993n;
    const offers = [offer("more", { price: usd(price) }), offer("less", { price: usd(price - 1n) })];
    expect((await ranked(offers)).refs).toEqual(["less", "more"]);
  });

  it("is by what the prices are worth, across currencies", async () => {
    const offers = [
      offer("euro", { price: { currency: "EUR", micros: 90_000n } }),
      offer("dollar", { price: usd(111_000n) }),
      offer("rouble", { price: rub(10_000_000n) }),
    ];
    // 0.1125, 0.111 and 0.110 dollars.
    expect((await ranked(offers, { rates: RATES })).refs).toEqual(["rouble", "dollar", "euro"]);
  });
});

describe("an offer in another currency", () => {
  const cheap = offer("cheap", { price: rub(10_000_000n) });
  const plain = offer("plain");

  it("is not bought by price when nobody knows what it is worth", async () => {
    expect(await ranked([cheap, plain])).toMatchObject({ refs: ["plain"], removed: { CURRENCY_DIFFERS: 1 } });
  });

  it("is bought when the caller chose it and set no bound", async () => {
    expect((await ranked([cheap], { wish: request({ offerId: "acme:cheap" }) })).refs).toEqual(["cheap"]);
  });

  it("is not bought, though chosen, when a bound cannot be compared with it", async () => {
    const wish = request({ offerId: "acme:cheap", maxPrice: usd(1_000_000n) });
    expect((await ranked([cheap], { wish })).removed).toEqual({ CURRENCY_DIFFERS: 1 });
    const who = caller({ budget: { maxPrice: usd(1_000_000n) } });
    expect((await ranked([cheap], { wish: request({ offerId: "acme:cheap" }), who })).removed).toEqual({
      CURRENCY_DIFFERS: 1,
    });
  });

  it.each<[string, Money, string[]]>([
    ["within", usd(110_000n), ["cheap"]],
    ["above", usd(109_999n), []],
    ["within, in a third currency", { currency: "EUR", micros: 88_000n }, ["cheap"]],
    ["above, in a third currency", { currency: "EUR", micros: 87_999n }, []],
    ["within, in its own", rub(10_000_000n), ["cheap"]],
  ])("is held against the maximum through the rate: %s", async (_, maxPrice, refs) => {
    expect((await ranked([cheap], { wish: request({ maxPrice }), rates: RATES })).refs).toEqual(refs);
  });

  it("needs no rate where the bound is in its own currency", async () => {
    const wish = request({ maxPrice: rub(10_000_000n) });
    expect(await ranked([cheap, plain], { wish })).toMatchObject({ refs: ["cheap"], removed: { CURRENCY_DIFFERS: 1 } });
  });
});

describe("the explanation", () => {
  it("holds the numbers, and those of the neighbour that it was compared with", async () => {
    const offers = [offer("a", { price: usd(400_000n) }), offer("b"), offer("c", { price: rub(100_000_000n) })];
    const { ranking } = await ranked(offers, { rates: RATES });
    const unknown = "none bought yet, 75 % expected to get a code, in 18 s at median, 80 % refunded when not";
    expect(ranking.candidates.map((candidate) => candidate.explain())).toEqual([
      `acme:a at 0.40 USD: ${unknown}; the first of 3, expected cost of a code 0.427 against 0.533, before acme:b at 0.50 USD`,
      `acme:b at 0.50 USD: ${unknown}; expected cost of a code 0.533 against 0.427, after acme:a at 0.40 USD`,
      `acme:c at 100.00 RUB (1.10 USD): ${unknown}; expected cost of a code 1.17 against 0.533, after acme:b at 0.50 USD`,
    ]);
  });

  it("of the first says why a cheaper one that is set back comes after it", async () => {
    const visit = await visitRouter();
    const [cheap, dear] = [offer("cheap", { price: usd(400_000n) }), offer("dear", { upstream: "other" })];
    createLives(visit).refuse(cheap);
    const [first] = visit.router.rank([cheap, dear], request(), LOCAL_CALLER).candidates;
    expect(first?.explain()).toMatch(
      /^other:dear at .* refunded when not; the first of 2, before acme:cheap at 0.40 USD: sold out a moment ago, until 20\S+Z$/,
    );
  });

  it("of the only offer says so", async () => {
    expect((await ranked([offer("a")])).ranking.candidates[0]?.explain()).toContain(
      "; the only offer that satisfies the request",
    );
  });

  it("of an offer that is left out says why", async () => {
    const { ranking } = await ranked([offer("a")], { wish: request({ maxPrice: usd(1n) }) });
    expect(ranking.excluded.map((left) => [left.exclusion, left.explain()])).toEqual([
      ["PRICE_ABOVE_MAX", "acme:a is left out: 0.50 USD is above the maximum"],
    ]);
  });

  it.each([
    ["USD is worth in EUR", offer("a"), { maxPrice: { currency: "EUR", micros: 1n } }],
    ["RUB is worth in USD", offer("a", { price: rub(1n) }), {}],
  ])("of a price that cannot be compared says that nobody knows what %s", async (what, only, wish) => {
    const { ranking } = await ranked([only], { wish: request(wish) });
    expect(ranking.excluded[0]?.explain()).toBe(`acme:a is left out: nobody knows what ${what}`);
  });
});

describe("when nothing can be bought, the reason", () => {
  async function reasonFor(offers: readonly Offer[], wish: VerificationRequest, rates = NO_RATES) {
    return nothingToBuy((await ranked(offers, { wish, rates })).ranking, wish);
  }

  it("names the lowest price when the maximum is what stands in the way", async () => {
    const offers = [offer("a", { price: usd(700_000n) }), offer("b"), offer("gone", { available: false })];
    expect(await reasonFor(offers, request({ maxPrice: usd(1n) }))).toMatchObject({
      reason: "PRICE_ABOVE_MAX",
      metadata: { lowest_price: "0.50", currency: "USD" },
    });
  });

  it("names the price that is worth least", async () => {
    const offers = [offer("dollar"), offer("rouble", { price: rub(20_000_000n) })];
    expect(await reasonFor(offers, request({ maxPrice: usd(1n) }), RATES)).toMatchObject({
      metadata: { lowest_price: "20.00", currency: "RUB" },
    });
  });

  it("is NO_NUMBERS when something is out of stock", async () => {
    expect(await reasonFor([offer("gone", { available: false })], request())).toMatchObject({
      reason: "NO_NUMBERS",
      metadata: { OUT_OF_STOCK: "1" },
    });
  });

  it("is not NO_NUMBERS where no stock would help, because the maximum cannot be compared", async () => {
    const offers = [offer("gone", { available: false }), offer("a")];
    expect(await reasonFor(offers, request({ maxPrice: rub(50_000_000n) }))).toMatchObject({
      reason: "NO_OFFERS",
      metadata: { CURRENCY_DIFFERS: "2" },
    });
  });

  it("is NO_OFFERS otherwise, with what each constraint removed", async () => {
    const offers = [offer("a"), offer("b", { price: undefined })];
    expect(await reasonFor(offers, request({ capability: "VOICE" }))).toMatchObject({
      reason: "NO_OFFERS",
      message: "no offer of whatsapp in US satisfies the request (2 CAPABILITY_MISSING)",
      metadata: { CAPABILITY_MISSING: "2" },
    });
  });

  it("is NO_OFFERS, and says that there is none, where nobody sells it", async () => {
    expect(await reasonFor([], request())).toMatchObject({
      reason: "NO_OFFERS",
      message: "there is no offer of whatsapp in US",
    });
  });
});
