import { formatDecimal, type Money, parseMoney } from "../core/money.ts";

// TypeScript's libraries do not know it yet.
const { rawJSON } = JSON as typeof JSON & { rawJSON(text: string): unknown };

/** The amount as a JSON number with the decimals that the documents print: `0.50`. No float is involved. */
export function moneyNumber(money: Money): unknown {
  return rawJSON(formatDecimal(money));
}

/** A decimal as a JSON number that keeps its zeros: `5.0`. */
export function decimalNumber(decimal: string): unknown {
  return rawJSON(decimal);
}

/** So many days' worth of a daily price. */
export function timesDays({ currency, micros }: Money, days: number): Money {
  return { currency, micros: micros * BigInt(days) };
}

/** A UTC time to the second, as the documents print it: `2026-04-04T12:30:00Z`. */
export function timestamp(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, "Z");
}

/** What every upstream here sells in, unless it is told otherwise. */
export function dollars(decimal: string): Money {
  const money = parseMoney(decimal, "USD");
  if (!money) throw new TypeError(`not an amount of money: ${decimal}`);
  return money;
}

export function cents(count: number): Money {
  return { currency: "USD", micros: BigInt(count) * 10_000n };
}
