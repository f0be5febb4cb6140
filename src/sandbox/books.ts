import { formatDecimal } from "../core/money.ts";
import type { Account } from "./account.ts";
import { timestamp } from "./json.ts";
import { type Product, productOf } from "./offer.ts";
import { messagesBy, type Order, type OrderStatus, statusOf, withoutSpaces } from "./order.ts";
import type { Misuse } from "./wire.ts";

/** An order as the upstream has it. Amounts are decimals, in the account's currency. */
export interface OrderEntry {
  readonly ref: string;
  readonly product: Product;
  readonly service: string;
  readonly country: string;
  /** Empty for an eSIM. */
  readonly phone: string;
  readonly status: OrderStatus;
  /** All that was charged, a rental's extensions included. */
  readonly price: string;
  readonly refunded: string;
  /** How many have arrived. */
  readonly messages: number;
  /** Of the latest message. Null until one has arrived, and for a text without one. */
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
  /** Polls of one order sooner after the last than the document asks for, where it does: allowed all the same. */
  readonly hasty: number;
  /** Attempts to post a message, by what came of them. */
  readonly callbacks: { readonly delivered: number; readonly failed: number };
}

/** The counters of an upstream's books. */
export interface Tally {
  calls: Record<string, number>;
  limited: number;
  disallowed: Partial<Record<Misuse, number>>;
  hasty: number;
  callbacks: { delivered: number; failed: number };
}

export function createTally(): Tally {
  return { calls: {}, limited: 0, disallowed: {}, hasty: 0, callbacks: { delivered: 0, failed: 0 } };
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

/** For an upstream whose document asks for so much time between two polls of one order. */
export function countPoll(tally: Tally, order: Order, now: number, shortestWaitMs: number): void {
  if (order.lastPollTime !== undefined && now - order.lastPollTime < shortestWaitMs) tally.hasty += 1;
  order.lastPollTime = now;
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
    callbacks: { ...tally.callbacks },
  };
}

export function orderEntry(order: Order, now: number): OrderEntry {
  const received = messagesBy(order, now);
  return {
    ref: order.ref,
    product: productOf(order.offer),
    service: order.offer.service,
    country: order.offer.country,
    phone: withoutSpaces(order.phone),
    status: statusOf(order, now),
    price: formatDecimal(order.price),
    refunded: formatDecimal(order.refunded),
    messages: received.length,
    code: received.at(-1)?.code ?? null,
    bought: timestamp(order.createTime),
    expires: timestamp(order.expireTime),
  };
}
