import type { Money } from "./money.ts";

/** What one unit of each other currency is worth, in millionths of a US dollar: an operator's word, for comparing only. */
export type Rates = ReadonlyMap<string, bigint>;

const MICROS_PER_UNIT = 1_000_000n;

/** Less than 0 when `a` is worth less than `b`; undefined when nobody knows. Exact: nothing is rounded. */
export function compareWorth(a: Money, b: Money, rates: Rates): number | undefined {
  if (a.currency === b.currency) return sign(a.micros - b.micros);
  const [rateOfA, rateOfB] = [rateOf(a.currency, rates), rateOf(b.currency, rates)];
  if (rateOfA === undefined || rateOfB === undefined) return undefined;
  return sign(a.micros * rateOfA - b.micros * rateOfB);
}

/** False as well when nobody knows. */
export function isAtMost(amount: Money, bound: Money, rates: Rates): boolean {
  const difference = compareWorth(amount, bound, rates);
  return difference !== undefined && difference <= 0;
}

/** What the amount is worth in another currency, in millionths rounded up; undefined when nobody knows. */
export function microsIn(currency: string, amount: Money, rates: Rates): bigint | undefined {
  if (amount.currency === currency) return amount.micros;
  const [from, to] = [rateOf(amount.currency, rates), rateOf(currency, rates)];
  if (from === undefined || to === undefined) return undefined;
  const worth = amount.micros * from;
  return worth > 0n ? (worth + to - 1n) / to : worth / to;
}

/** The amount in US dollars, rounded to a millionth: for people. */
export function inDollars({ currency, micros }: Money, rates: Rates): Money | undefined {
  const rate = rateOf(currency, rates);
  return rate === undefined ? undefined : { currency: "USD", micros: (micros * rate) / MICROS_PER_UNIT };
}

function rateOf(currency: string, rates: Rates): bigint | undefined {
  return currency === "USD" ? MICROS_PER_UNIT : rates.get(currency);
}

function sign(difference: bigint): number {
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
