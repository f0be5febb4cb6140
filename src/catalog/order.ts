import { GatewayError } from "../core/error.ts";
import type { Money } from "../core/money.ts";
import type { Offer } from "../core/offer.ts";

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Amounts in different currencies are not compared as numbers: the currency comes first. No price comes last. */
export function comparePrices(a: Money | undefined, b: Money | undefined): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  if (a.currency !== b.currency) return compareText(a.currency, b.currency);
  return a.micros < b.micros ? -1 : a.micros > b.micros ? 1 : 0;
}

/** Ties go by the offer's id, so that an order has no loose ends that pages could fall through. */
export function cheapestFirst(a: Offer, b: Offer): number {
  return comparePrices(a.price, b.price) || compareText(a.offerId, b.offerId);
}

/** What offers are put in order by. Those where it is not known come last, and equal ones go by their ids. */
export interface Order {
  readonly by: "price" | "successRate" | "wait" | "availableCount";
  readonly descending: boolean;
}

export const CHEAPEST_FIRST: Order = { by: "price", descending: false };

/** What `order_by` may be. */
const ORDERS: ReadonlyMap<string, Order> = new Map([
  ["price", CHEAPEST_FIRST],
  ["price desc", { by: "price", descending: true }],
  ["success_rate desc", { by: "successRate", descending: true }],
  ["wait", { by: "wait", descending: false }],
  ["available_count desc", { by: "availableCount", descending: true }],
]);

export function requireOrder(orderBy: string): Order {
  if (orderBy === "") return CHEAPEST_FIRST;
  const order = ORDERS.get(orderBy);
  if (order) return order;
  const description = `must be one of: ${[...ORDERS.keys()].join(", ")}`;
  throw new GatewayError("INVALID_REQUEST", `order_by ${description}`, {
    violations: [{ field: "order_by", description }],
  });
}
