import { LRUCache } from "lru-cache";
import type { Attempt, Message } from "../core/verification.ts";
import type { Row } from "./rows.ts";

/** Some megabytes. Most steps of an order follow each other within minutes. */
const MOST_KEPT = 2_000;

/** An order as the transaction at hand sees it. */
export interface KeptOrder {
  readonly row: Row;
  /** Undefined while nobody has read them. */
  readonly attempts?: readonly Attempt[] | undefined;
  readonly messages?: readonly Message[] | undefined;
}

/**
 * Orders that were read or changed of late, by their ids, so that a step of one need not read what the step before it
 * wrote. Nothing else writes to the database, so they are what it holds.
 */
export interface KeptOrders {
  find(orderId: string): KeptOrder | undefined;
  /** Instead of what was kept of it. */
  keep(orderId: string, order: KeptOrder): void;
  /** More, or something newer, of an order that is kept; of another it is nothing. */
  add(orderId: string, known: Omit<KeptOrder, "row">): void;
  forget(orderId: string): void;
  forgetAll(): void;
  /** What the transaction changed is now in the database. */
  committed(): void;
  /** What the transaction changed, or read since it did, is not in the database. */
  undone(): void;
}

export function createKeptOrders(isInTransaction: () => boolean): KeptOrders {
  const kept = new LRUCache<string, KeptOrder>({ max: MOST_KEPT });
  const uncommitted = new Set<string>();
  function keep(orderId: string, order: KeptOrder): void {
    kept.set(orderId, order);
    if (isInTransaction()) uncommitted.add(orderId);
  }

  return {
    find: (orderId) => kept.get(orderId),
    keep,
    add(orderId, known) {
      const order = kept.get(orderId);
      if (order) keep(orderId, { ...order, ...known });
    },
    forget: (orderId) => void kept.delete(orderId),
    forgetAll: () => kept.clear(),
    committed: () => uncommitted.clear(),
    undone() {
      for (const orderId of uncommitted) kept.delete(orderId);
      uncommitted.clear();
    },
  };
}
