import type { Money } from "../core/money.ts";
import { compareWorth, inDollars, isAtMost, type Rates } from "../core/rates.ts";
import type { Strategy } from "../core/verification.ts";
import type { Belief } from "./belief.ts";
import type { Benching } from "./bench.ts";
import { type Asked, type Exclusion, exclusionOf, type Quote } from "./constraints.ts";
import type { Estimate } from "./estimates.ts";
import { explainCandidate, explainExclusion } from "./explain.ts";
import { explore } from "./explore.ts";
import { expectedCost, type Worth, worthOf } from "./score.ts";

/** An offer that satisfies a request; its price is known. */
export interface Candidate extends Quote {
  readonly price: Money;
  /** Absent of a rental: it is ranked by its price. */
  readonly estimate: Estimate | undefined;
  /** Lower is tried earlier, apart from what is set back. Comparable within one ranking. */
  readonly score: number;
  /** Why it is tried after those that are not set back, whatever its score. */
  readonly setBack: SetBack | undefined;
  /** Its place was drawn, so that something is learned. */
  readonly explores: boolean;
  /** It is out of its bench, and this order finds out whether its outage is over. */
  readonly probes: boolean;
  /** One sentence, with the numbers: why it stands where it stands. Only what is tried, or shown, is put into words. */
  explain(): string;
}

export interface SetBack {
  readonly why: "SOLD_OUT" | "BENCHED" | "PROBED";
  readonly until: number;
}

/** An offer that is left out. */
export interface Excluded extends Quote {
  readonly exclusion: Exclusion;
  /** One sentence: why. */
  explain(): string;
}

export interface Ranking {
  /** In the order in which they are to be tried. */
  readonly candidates: readonly Candidate[];
  readonly excluded: readonly Excluded[];
  /** How many offers each constraint removed; an offer counts at the first that it fails. */
  readonly removed: ReadonlyMap<Exclusion, number>;
  /** Of the offers that failed nothing but the maximum price. */
  readonly lowestPriceAboveMax: Money | undefined;
  /** When an upstream that is out of reach is asked again, if that is what is in the way. */
  readonly retryAfterMs: number | undefined;
}

/** What is known of one offer. */
export interface Known {
  /** Undefined of a rental. */
  readonly estimate: Estimate | undefined;
  readonly benching: Benching;
  readonly soldOutUntil: number | undefined;
}

/** What is known beside the offers. */
export interface Knowledge {
  of(quote: Quote): Known;
  retryAfterMs(excluded: readonly Excluded[]): number | undefined;
  /** Whose purchase it is; without one nothing is drawn. */
  readonly order?: string | undefined;
}

/** Which offers satisfy a request, and in which order they are to be tried. Buys nothing and asks no upstream. */
export function rank(quotes: readonly Quote[], asked: Asked, known: Knowledge): Ranking {
  const { rates, request } = asked;
  const excluded: Excluded[] = [];
  const fitting: Fitting[] = [];
  for (const quote of quotes) {
    const { offer, price } = quote;
    const exclusion = exclusionOf(quote, asked);
    if (exclusion === undefined && price) fitting.push({ offer, price, weighed: weigh(price, rates) });
    else excluded.push(leftOut(quote, exclusion ?? "PRICE_UNKNOWN", asked));
  }
  const worth = worthOf(request.strategy, () => median(fitting));
  const placed = fitting.map((quote) => place(quote, request.strategy, worth, asked, known));
  placed.sort((a, b) => compare(a, b, rates));
  const drawn = known.order === undefined ? placed : explore(placed, known.order, request.strategy, worth);
  drawn.forEach((candidate, at) => {
    candidate.at = at;
    candidate.among = drawn;
  });
  return {
    candidates: drawn,
    excluded,
    removed: count(excluded),
    lowestPriceAboveMax: lowestAboveMax(excluded, rates),
    retryAfterMs: known.retryAfterMs(excluded),
  };
}

interface Fitting extends Quote {
  readonly price: Money;
  /** The price in millionths of a dollar: for weighing, never for paying. */
  readonly weighed: number;
}

/** A candidate while it is being placed. */
export interface Placed extends Candidate, Fitting {
  readonly price: Money;
  score: number;
  explores: boolean;
  at: number;
  among: readonly Candidate[];
  readonly strategy: Strategy;
  readonly rates: Rates;
}

function place(quote: Fitting, strategy: Strategy, worth: Worth, { rates }: Asked, known: Knowledge): Placed {
  const { offer, price, weighed } = quote;
  const { estimate: present, benching, soldOutUntil } = known.of(quote);
  const estimate = present && benching.state === "back" ? asBefore(present, benching.before) : present;
  return {
    offer,
    price,
    estimate,
    weighed,
    score: estimate ? scoreOf(weighed, estimate, strategy, worth) : weighed,
    setBack: setBackOf(benching, soldOutUntil),
    explores: false,
    probes: benching.state === "back",
    at: 0,
    among: NOBODY,
    strategy,
    rates,
    explain,
  };
}

const NOBODY: readonly Candidate[] = [];

/** One for all: a ranking makes many candidates, and few explanations. */
function explain(this: Placed): string {
  return explainCandidate(this.among, this.at, this.strategy, this.rates);
}

/** What is tried after its outage is judged by what was known before it, as if there were none. */
function asBefore(estimate: Estimate, before: Belief | undefined): Estimate {
  const { alpha, beta } = before ?? estimate;
  const share = alpha / (alpha + beta);
  return { ...estimate, alpha, beta, share, usualShare: share, outage: 0, low: undefined };
}

function scoreOf(weighed: number, estimate: Estimate, strategy: Strategy, worth: Worth): number {
  return strategy === "MOST_RELIABLE"
    ? 1 - estimate.lowShare()
    : expectedCost(weighed, estimate.share, estimate, worth);
}

function setBackOf(benching: Benching, soldOutUntil: number | undefined): SetBack | undefined {
  if (benching.state === "benched") return { why: "BENCHED", until: benching.until };
  if (benching.state === "probed") return { why: "PROBED", until: benching.until };
  return soldOutUntil === undefined ? undefined : { why: "SOLD_OUT", until: soldOutUntil };
}

/** What may be sold out may also be there again; what is benched sells, and does not deliver. */
function setBackBy({ setBack }: Candidate): number {
  if (!setBack) return 0;
  return setBack.why === "SOLD_OUT" ? 1 : 2;
}

/** Of two equals the likelier goes first, then the cheaper, the upstream's own best, the one that claims more. */
function compare(a: Candidate, b: Candidate, rates: Rates): number {
  return (
    setBackBy(a) - setBackBy(b) ||
    a.score - b.score ||
    (b.estimate?.share ?? 0) - (a.estimate?.share ?? 0) ||
    (compareWorth(a.price, b.price, rates) ?? 0) ||
    Number(b.offer.curated) - Number(a.offer.curated) ||
    (b.offer.publishedSuccessRate ?? 0) - (a.offer.publishedSuccessRate ?? 0) ||
    (a.offer.offerId < b.offer.offerId ? -1 : 1)
  );
}

function weigh(price: Money, rates: Rates): number {
  return Number((price.currency === "USD" ? price : (inDollars(price, rates) ?? price)).micros);
}

function median(quotes: readonly Fitting[]): number {
  const sorted = quotes.map(({ weighed }) => weighed).sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}

function leftOut(quote: Quote, exclusion: Exclusion, { request }: Asked): Excluded {
  return { ...quote, exclusion, explain: () => explainExclusion(quote, exclusion, request) };
}

function count(excluded: readonly Excluded[]): ReadonlyMap<Exclusion, number> {
  const removed = new Map<Exclusion, number>();
  for (const { exclusion } of excluded) removed.set(exclusion, (removed.get(exclusion) ?? 0) + 1);
  return removed;
}

function lowestAboveMax(excluded: readonly Excluded[], rates: Rates): Money | undefined {
  let lowest: Money | undefined;
  for (const { exclusion, price } of excluded) {
    if (exclusion === "PRICE_ABOVE_MAX" && price && (!lowest || isAtMost(price, lowest, rates))) lowest = price;
  }
  return lowest;
}
