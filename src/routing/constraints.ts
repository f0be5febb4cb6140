import { type Caller, isAllowed } from "../core/caller.ts";
import type { Money } from "../core/money.ts";
import type { Offer } from "../core/offer.ts";
import { compareWorth, isAtMost, type Rates } from "../core/rates.ts";
import type { VerificationRequest } from "../core/verification.ts";
import type { Bar } from "./access.ts";

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
  | "PRICE_ABOVE_MAX"
  | Bar;

/** An offer at the price of what is asked for: of a rental, of its exact length. */
export interface Quote {
  readonly offer: Offer;
  /** Undefined when the upstream publishes none. */
  readonly price: Money | undefined;
  /** False for a rental that is not sold for so many days. */
  readonly isSold?: boolean;
}

export interface Asked {
  readonly request: VerificationRequest;
  readonly caller: Caller;
  readonly rates: Rates;
  /** See priceBounds. */
  readonly bounds: readonly Money[];
  /** The estimated success rate; absent of rentals, which fail no minimum. */
  share?(offer: Offer): number;
  bar(offer: Offer, price: Money | undefined): Bar | undefined;
}

type Holds = (quote: Quote, asked: Asked) => boolean;

/** What prices are compared in where no bound says otherwise. */
const USUAL_YARDSTICK: readonly Money[] = [{ currency: "USD", micros: 0n }];

/** In this order: what removes the last offer tells most about what the caller could change. */
const CONSTRAINTS: readonly (readonly [Exclusion, Holds])[] = [
  [
    "UPSTREAM_EXCLUDED",
    ({ offer: { upstream } }, { request: { upstreams, excludeUpstreams } }) =>
      (upstreams.length === 0 || upstreams.includes(upstream)) && !excludeUpstreams.includes(upstream),
  ],
  [
    "NOT_ALLOWED",
    ({ offer }, { caller: { allow } }) =>
      isAllowed(allow.upstreams, offer.upstream) &&
      isAllowed(allow.countries, offer.country) &&
      isAllowed(allow.services, offer.service),
  ],
  ["CAPABILITY_MISSING", ({ offer }, { request }) => offer.capabilities.includes(request.capability)],
  ["AREA_CODE_UNSUPPORTED", ({ offer }, { request }) => request.areaCode === undefined || offer.supportsAreaCode],
  ["DAYS_NOT_SOLD", ({ isSold = true }) => isSold],
  ["PRICE_UNKNOWN", ({ price }) => price !== undefined],
  [
    "SUCCESS_RATE_BELOW_MIN",
    ({ offer }, { request: { minSuccessRate = 0 }, share }) =>
      minSuccessRate === 0 || share === undefined || share(offer) >= minSuccessRate,
  ],
  ["CURRENCY_DIFFERS", isComparable],
  ["OUT_OF_STOCK", ({ offer: { available, availableCount } }) => available && availableCount !== 0],
  ["PRICE_ABOVE_MAX", ({ price }, { bounds, rates }) => bounds.every((max) => price && isAtMost(price, max, rates))],
];

/** Without a bound only an offer that the caller chose may be in a currency whose worth nobody knows. */
function isComparable({ price }: Quote, { request, bounds, rates }: Asked): boolean {
  const yardsticks = bounds.length > 0 || request.offerId !== undefined ? bounds : USUAL_YARDSTICK;
  return yardsticks.every((yardstick) => price && compareWorth(price, yardstick, rates) !== undefined);
}

/** The most that may be paid: by what the caller asked for, and by what the operator allows it. */
export function priceBounds(
  { maxPrice }: Pick<VerificationRequest, "maxPrice">,
  { budget }: Pick<Caller, "budget">,
): Money[] {
  return [maxPrice, budget.maxPrice].filter((max) => max !== undefined);
}

/** The first constraint that the offer fails. What its upstream's state forbids is looked at last. */
export function exclusionOf(quote: Quote, asked: Asked): Exclusion | undefined {
  for (const [exclusion, holds] of CONSTRAINTS) if (!holds(quote, asked)) return exclusion;
  return asked.bar(quote.offer, quote.price);
}
