import type { Caller } from "../core/caller.ts";
import { GatewayError } from "../core/error.ts";
import { formatDecimal, formatMoney, type Money } from "../core/money.ts";
import type { Offer } from "../core/offer.ts";
import { compareWorth, inDollars, isAtMost, type Rates } from "../core/rates.ts";
import type { VerificationRequest } from "../core/verification.ts";
import { rentalQuote } from "./terms.ts";

/** An offer that satisfies a request; its price is known. */
export interface Candidate {
  readonly offer: Offer;
  readonly price: Money;
  /** One sentence: why it stands where it stands. */
  readonly explanation: string;
}

export interface Ranking {
  /** In the order in which they are to be tried. */
  readonly candidates: readonly Candidate[];
  /** How many offers each constraint removed; an offer counts at the first that it fails. */
  readonly removed: ReadonlyMap<Exclusion, number>;
  /** Of the offers that failed nothing but the maximum price. */
  readonly lowestPriceAboveMax: Money | undefined;
}

/** Why an offer is left out, in the words of the API's RankedOffer.excluded_reason. */
export type Exclusion =
  | "UPSTREAM_EXCLUDED"
  | "NOT_ALLOWED"
  | "CAPABILITY_MISSING"
  | "AREA_CODE_UNSUPPORTED"
  | "DAYS_NOT_SOLD"
  | "PRICE_UNKNOWN"
  | "SUCCESS_RATE_BELOW_MIN"
  | "OUT_OF_STOCK"
  | "CURRENCY_DIFFERS"
  | "PRICE_ABOVE_MAX";

type Holds = (offer: Offer, request: VerificationRequest, caller: Caller, rates: Rates) => boolean;

/** What prices are compared in where no bound says otherwise. */
const NOTHING: Money = { currency: "USD", micros: 0n };

/** In this order: what removes the last offer tells most about what the caller could change. */
const CONSTRAINTS: readonly (readonly [Exclusion, Holds])[] = [
  [
    "UPSTREAM_EXCLUDED",
    ({ upstream }, { upstreams, excludeUpstreams }) =>
      (upstreams.length === 0 || upstreams.includes(upstream)) && !excludeUpstreams.includes(upstream),
  ],
  ["NOT_ALLOWED", ({ upstream }, _, { allow }) => allow.upstreams?.includes(upstream) ?? true],
  ["CAPABILITY_MISSING", ({ capabilities }, { capability }) => capabilities.includes(capability)],
  ["AREA_CODE_UNSUPPORTED", ({ supportsAreaCode }, { areaCode }) => areaCode === undefined || supportsAreaCode],
  ["PRICE_UNKNOWN", ({ price }) => price !== undefined],
  // An offer that publishes no rate does not promise the one that is asked for.
  [
    "SUCCESS_RATE_BELOW_MIN",
    ({ publishedSuccessRate = 0 }, { minSuccessRate = 0 }) => publishedSuccessRate >= minSuccessRate,
  ],
  ["OUT_OF_STOCK", ({ available, availableCount }) => available && availableCount !== 0],
  ["CURRENCY_DIFFERS", isComparable],
  [
    "PRICE_ABOVE_MAX",
    ({ price }, request, caller, rates) =>
      priceBounds(request, caller).every((max) => price && isAtMost(price, max, rates)),
  ],
];

/** Without a bound only an offer that the caller chose may be in a currency whose worth nobody knows. */
function isComparable({ price }: Offer, request: VerificationRequest, caller: Caller, rates: Rates): boolean {
  const set = priceBounds(request, caller);
  const yardsticks = set.length > 0 || request.offerId !== undefined ? set : [NOTHING];
  return yardsticks.every((yardstick) => price && compareWorth(price, yardstick, rates) !== undefined);
}

/** The most that may be paid: by what the caller asked for, and by what the operator allows it. */
export function priceBounds(
  { maxPrice }: Pick<VerificationRequest, "maxPrice">,
  { budget }: Pick<Caller, "budget">,
): Money[] {
  return [maxPrice, budget.maxPrice].filter((max) => max !== undefined);
}

/** Which offers satisfy a request, cheapest first. Buys nothing and asks no upstream. */
export function rank(offers: readonly Offer[], request: VerificationRequest, caller: Caller, rates: Rates): Ranking {
  if (request.strategy !== "CHEAPEST") {
    throw new GatewayError("NOT_SUPPORTED", `the strategy ${request.strategy} is not served by this version`, {
      metadata: { strategy: request.strategy },
    });
  }
  const removed = new Map<Exclusion, number>();
  let lowestPriceAboveMax: Money | undefined;
  const fitting = offers.filter((offer) => {
    const failed = CONSTRAINTS.find(([, holds]) => !holds(offer, request, caller, rates))?.[0];
    if (failed === undefined) return true;
    removed.set(failed, (removed.get(failed) ?? 0) + 1);
    if (
      failed === "PRICE_ABOVE_MAX" &&
      offer.price &&
      (!lowestPriceAboveMax || isAtMost(offer.price, lowestPriceAboveMax, rates))
    ) {
      lowestPriceAboveMax = offer.price;
    }
    return false;
  });
  const priced = fitting
    .flatMap((offer) => (offer.price ? [{ offer, price: offer.price }] : []))
    .sort((a, b) => byPrice(a, b, rates));
  return {
    candidates: priced.map((candidate, at) => ({ ...candidate, explanation: explain(priced, at, rates) })),
    removed,
    lowestPriceAboveMax,
  };
}

/** As `rank`, for a rental of exactly so many days, by the price of that length. */
export function rankRentals(
  offers: readonly Offer[],
  days: number,
  request: VerificationRequest,
  caller: Caller,
  rates: Rates,
): Ranking {
  const quotes = offers.map((offer) => rentalQuote(offer, days));
  const sold = quotes.filter(({ isSold }) => isSold).map(({ offer, price }): Offer => ({ ...offer, price }));
  const ranking = rank(sold, request, caller, rates);
  const others = quotes.length - sold.length;
  return others === 0 ? ranking : { ...ranking, removed: new Map([...ranking.removed, ["DAYS_NOT_SOLD", others]]) };
}

/** Why nothing can be bought, once a ranking came out empty. */
export function nothingToBuy({ removed, lowestPriceAboveMax }: Ranking, request: VerificationRequest): GatewayError {
  const what = request.offerId ?? `${request.service} in ${request.country}`;
  if (lowestPriceAboveMax) {
    return new GatewayError("PRICE_ABOVE_MAX", `the lowest price for ${what} is ${formatMoney(lowestPriceAboveMax)}`, {
      metadata: { lowest_price: formatDecimal(lowestPriceAboveMax), currency: lowestPriceAboveMax.currency },
    });
  }
  const counts = Object.fromEntries([...removed].map(([exclusion, count]) => [exclusion, String(count)]));
  if (removed.has("OUT_OF_STOCK")) {
    return new GatewayError("NO_NUMBERS", `every offer of ${what} is out of stock`, {
      metadata: counts,
      retryAfterMs: 60_000,
    });
  }
  return new GatewayError("NO_OFFERS", `no offer of ${what} satisfies the request`, { metadata: counts });
}

type Priced = Pick<Candidate, "offer" | "price">;

/** Of two equal prices the upstream's own best goes first, then the higher published rate. */
function byPrice(a: Priced, b: Priced, rates: Rates): number {
  return (
    (compareWorth(a.price, b.price, rates) ?? 0) ||
    Number(b.offer.curated) - Number(a.offer.curated) ||
    (b.offer.publishedSuccessRate ?? 0) - (a.offer.publishedSuccessRate ?? 0) ||
    (a.offer.offerId < b.offer.offerId ? -1 : 1)
  );
}

function explain(priced: readonly Priced[], at: number, rates: Rates): string {
  const name = ({ offer, price }: Priced) => `${offer.offerId} at ${formatMoney(price)}${worth(price)}`;
  const worth = (price: Money) => {
    const dollars = price.currency === "USD" ? undefined : inDollars(price, rates);
    return dollars ? ` (${formatMoney(dollars)})` : "";
  };
  const [self, next, before] = [priced[at], priced[at + 1], priced[at - 1]];
  if (!self) return "";
  if (before) return `${name(self)}: the cheapest after ${name(before)}`;
  return next
    ? `${name(self)}: the cheapest of ${priced.length} offers, before ${name(next)}`
    : `${name(self)}: the only offer that satisfies the request`;
}
