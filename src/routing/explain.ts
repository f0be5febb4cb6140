import { formatMoney, type Money } from "../core/money.ts";
import { inDollars, type Rates } from "../core/rates.ts";
import type { Strategy, VerificationRequest } from "../core/verification.ts";
import type { Exclusion, Quote } from "./constraints.ts";
import type { Estimate } from "./estimates.ts";
import type { Candidate, SetBack } from "./rank.ts";

/** One sentence: what is known of the candidate, and why it stands where it does. */
export function explainCandidate(among: readonly Candidate[], at: number, strategy: Strategy, rates: Rates): string {
  const [self, next, before] = [among[at], among[at + 1], among[at - 1]];
  if (!self) return "";
  const name = ({ offer, price }: Candidate) => `${offer.offerId} at ${amount(price, rates)}`;
  const { estimate } = self;
  const known = estimate ? `: ${numbers(estimate)}; ` : ": ";
  return `${name(self)}${known}${standing()}`;

  function standing(): string {
    if (!self) return "";
    if (self.setBack) return `${told(self.setBack)}, so it is tried ${before?.setBack ? "after those" : "last"}`;
    const notes = `${self.probes ? "; this tells whether its outage is over" : ""}${
      self.explores ? "; its place was drawn, to learn more of it" : ""
    }`;
    if (!next && !before) return `the only offer that satisfies the request${notes}`;
    // It may cost less all the same.
    if (!before && next?.setBack) {
      return `the first of ${among.length}, before ${name(next)}: ${told(next.setBack)}${notes}`;
    }
    const other = before ?? next;
    const compared = other && compare(self, other, strategy, estimate !== undefined);
    const rank = before ? `after ${name(before)}` : `before ${other ? name(other) : ""}`;
    return `${before ? "" : `the first of ${among.length}, `}${compared}, ${rank}${notes}`;
  }
}

function compare(self: Candidate, other: Candidate, strategy: Strategy, isEstimated: boolean): string {
  if (!isEstimated) return "by price";
  if (strategy === "MOST_RELIABLE") {
    return `at least ${percent(1 - self.score)} with 90 % confidence, against ${percent(1 - other.score)}`;
  }
  const time = strategy === "CHEAPEST" ? "" : " with the worth of time";
  return `expected cost of a code${time} ${dollars(self.score)} against ${dollars(other.score)}`;
}

/** Less is not worth a word. */
const LEAST_SAID = 0.005;

function numbers({ seen, seenShare, share, outage, medianWaitMs, refundShare }: Estimate): string {
  const bought =
    seen > 0 && seenShare !== undefined ? `${percent(seenShare)} of ${seen} got a code` : "none bought yet";
  const wait = `${Math.round(medianWaitMs / 1000)} s at median`;
  const doubt = outage >= LEAST_SAID ? `, ${percent(outage)} likely to be in an outage` : "";
  return `${bought}${doubt}, ${percent(share)} expected to get a code, in ${wait}, ${percent(refundShare)} refunded when not`;
}

const SET_BACK: Readonly<Record<SetBack["why"], string>> = {
  SOLD_OUT: "sold out a moment ago, until",
  BENCHED: "benched for failures in a row until",
  PROBED: "another order finds out whether its outage is over, until",
};

function told({ why, until }: SetBack): string {
  return `${SET_BACK[why]} ${new Date(until).toISOString()}`;
}

const LEFT_OUT: Readonly<Record<Exclusion, (quote: Quote, request: VerificationRequest) => string>> = {
  UPSTREAM_EXCLUDED: ({ offer }) => `the request leaves ${offer.upstream} out`,
  NOT_ALLOWED: ({ offer }) => `the operator does not allow the caller ${offer.upstream}, or this country or service`,
  CAPABILITY_MISSING: (_, { capability }) => `it does not receive by ${capability}`,
  AREA_CODE_UNSUPPORTED: () => "no area code can be asked for",
  DAYS_NOT_SOLD: () => "it is not rented for so many days",
  PRICE_UNKNOWN: () => "its price is not known",
  SUCCESS_RATE_BELOW_MIN: (_, { minSuccessRate = 0 }) =>
    `its estimated success rate is below ${percent(minSuccessRate)}`,
  OUT_OF_STOCK: ({ offer }) => `${offer.upstream} says that it has none`,
  CURRENCY_DIFFERS: ({ price }, { maxPrice }) => {
    const currency = price?.currency ?? "its currency";
    const other = maxPrice && maxPrice.currency !== currency ? maxPrice.currency : "USD";
    return `nobody knows what ${currency} is worth in ${other}`;
  },
  PRICE_ABOVE_MAX: ({ price }) => `${price ? formatMoney(price) : "its price"} is above the maximum`,
  UPSTREAM_FUNDS: ({ offer }) => `the account at ${offer.upstream} cannot pay for it`,
  UPSTREAM_CREDENTIALS: ({ offer }) => `${offer.upstream} rejects the account's key`,
  UPSTREAM_UNREACHABLE: ({ offer }) => `${offer.upstream} does not answer`,
};

/** One sentence: why the offer is left out. */
export function explainExclusion(quote: Quote, exclusion: Exclusion, request: VerificationRequest): string {
  return `${quote.offer.offerId} is left out: ${LEFT_OUT[exclusion](quote, request)}`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function amount(price: Money, rates: Rates): string {
  const worth = price.currency === "USD" ? undefined : inDollars(price, rates);
  return `${formatMoney(price)}${worth ? ` (${formatMoney(worth)})` : ""}`;
}

/** An expectation, to three digits. */
function dollars(micros: number): string {
  return String(Number((micros / 1_000_000).toPrecision(3)));
}
