import { GatewayError } from "../core/error.ts";
import type { Money } from "../core/money.ts";
import type { Offer } from "../core/offer.ts";

export type Comparator = (a: Offer, b: Offer) => number;

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Amounts in different currencies are not compared as numbers: the currency comes first. No price comes last. */
export function comparePrices(a: Money | undefined, b: Money | undefined): number {
  return absentLast(a, b, (x, y) => compareText(x.currency, y.currency) || compareMicros(x, y));
}

function compareMicros(a: Money, b: Money): number {
  return a.micros < b.micros ? -1 : a.micros > b.micros ? 1 : 0;
}

function absentLast<T>(a: T | undefined, b: T | undefined, compare: (a: T, b: T) => number): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  return compare(a, b);
}

/** Ties go by the offer's id, so that an order has no loose ends that pages could fall through. */
export function cheapestFirst(a: Offer, b: Offer): number {
  return comparePrices(a.price, b.price) || compareText(a.offerId, b.offerId);
}

function by<T>(read: (offer: Offer) => T | undefined, compare: (a: T, b: T) => number): Comparator {
  return (a, b) => absentLast(read(a), read(b), compare) || compareText(a.offerId, b.offerId);
}

const ascending = (a: number, b: number) => a - b;
const descending = (a: number, b: number) => b - a;

/** What `order_by` may be. */
export const ORDERS: ReadonlyMap<string, Comparator> = new Map([
  ["price", cheapestFirst],
  [
    "price desc",
    by(
      ({ price }) => price,
      (a, b) => compareText(a.currency, b.currency) || compareMicros(b, a),
    ),
  ],
  ["success_rate desc", by(({ publishedSuccessRate }) => publishedSuccessRate, descending)],
  ["wait", by(({ publishedWaitMs }) => publishedWaitMs, ascending)],
  ["available_count desc", by(({ availableCount }) => availableCount, descending)],
]);

export function requireOrder(orderBy: string): Comparator {
  if (orderBy === "") return cheapestFirst;
  const order = ORDERS.get(orderBy);
  if (order) return order;
  const description = `must be one of: ${[...ORDERS.keys()].join(", ")}`;
  throw new GatewayError("INVALID_REQUEST", `order_by ${description}`, {
    violations: [{ field: "order_by", description }],
  });
}
