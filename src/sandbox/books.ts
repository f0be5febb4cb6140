import { formatDecimal } from "../core/money.ts";
import type { Account } from "./account.ts";
import { timestamp } from "./json.ts";
import { type Order, type OrderStatus, receivedBy, statusOf, withoutSpaces } from "./order.ts";
import type { Misuse } from "./wire.ts";

/** An order as the upstream has it. Amounts are decimals, in dollars. */
export interface OrderEntry {
  readonly ref: string;
  readonly service: string;
  readonly country: string;
  readonly phone: string;
  readonly status: OrderStatus;
  readonly price: string;
  readonly refunded: string;
  /** Null until it has arrived. */
  readonly code: string | null;
  readonly bought: string;
  readonly expires: string;
}

/** What an upstream knows of its customer: the truth that a gateway's own records are held against. */
export interface UpstreamBooks {
  readonly balance: string;
  /** Oldest first. */
  readonly orders: readonly OrderEntry[];
  /** Calls that arrived, by endpoint, whatever was answered. */
  readonly calls: Readonly<Record<string, number>>;
  /** Calls over a documented limit, each answered 429. A 429 by a fault is not one of them. */
  readonly limited: number;
  /** Calls that the document does not allow. */
  readonly disallowed: { readonly total: number; readonly reasons: Readonly<Partial<Record<Misuse, number>>> };
  /** Polls of one order within three seconds of the last: allowed, but Ping's document asks for 3 to 5. */
  readonly hasty: number;
}

/** The counters of an upstream's books. */
export interface Tally {
  calls: Record<string, number>;
  limited: number;
  disallowed: Partial<Record<Misuse, number>>;
  hasty: number;
}

export function createTally(): Tally {
  return { calls: {}, limited: 0, disallowed: {}, hasty: 0 };
}

export function resetTally(tally: Tally): void {
  Object.assign(tally, createTally());
}

export function countCall(tally: Tally, operation: string): void {
  tally.calls[operation] = (tally.calls[operation] ?? 0) + 1;
}

export function countMisuse(tally: Tally, misuse: Misuse): void {
  tally.disallowed[misuse] = (tally.disallowed[misuse] ?? 0) + 1;
}

export function booksOf(account: Account, tally: Tally, now: number): UpstreamBooks {
  return {
    balance: formatDecimal(account.balance()),
    orders: account.orders().map((order) => orderEntry(order, now)),
    calls: { ...tally.calls },
    limited: tally.limited,
    disallowed: {
      total: Object.values(tally.disallowed).reduce((sum, count) => sum + count, 0),
      reasons: { ...tally.disallowed },
    },
    hasty: tally.hasty,
  };
}

export function orderEntry(order: Order, now: number): OrderEntry {
  return {
    ref: order.ref,
    service: order.offer.service,
    country: order.offer.country,
    phone: withoutSpaces(order.phone),
    status: statusOf(order, now),
    price: formatDecimal(order.price),
    refunded: formatDecimal(order.refunded),
    code: receivedBy(order, now)?.code ?? null,
    bought: timestamp(order.createTime),
    expires: timestamp(order.expireTime),
  };
}
