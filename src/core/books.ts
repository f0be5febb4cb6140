import type { Reason } from "./error.ts";
import type { Money } from "./money.ts";
import type { Outcome } from "./verification.ts";

// What the ledger tells: the history of orders, the money that moved with it, and what accounts should hold by that.

/**
 * What became of an order, one word for each kind of change. `carried_over` is what an order was, with all its money so
 * far, when history began to be kept.
 */
export type Change =
  | "carried_over"
  | "created"
  | "attempt_began"
  | "bought"
  | "refused"
  | "uncertain"
  | "failed"
  | "lost"
  | "received"
  | "received_late"
  | "waits_again"
  | "completed"
  | "cancelled"
  | "expired"
  | "refunded"
  // Of a rental: what one of its extensions came to, and what became of its term.
  | "extension_changed"
  | "extended"
  | "expiry_moved"
  | "expires_soon"
  | "auto_renewal_set";

export type EntryKind = "reserve" | "charge" | "release" | "refund";

/** One committed change of an order, with the money that it moved. Holds no phone number and no text. */
export interface HistoryEvent {
  /** Its place in the whole history; grows, and is never used again. */
  readonly seq: bigint;
  readonly time: Date;
  readonly caller: string;
  readonly orderId: string;
  readonly change: Change;
  /** The order's, after the change. */
  readonly status: string;
  readonly version: number;
  /** The attempt that the change is about, from 1, as it was then. */
  readonly attempt?: {
    readonly number: number;
    readonly upstream: string;
    readonly offerId: string;
    readonly quotedPrice: Money;
    readonly outcome?: Outcome;
    readonly reason?: Reason;
    readonly explanation: string;
  };
  readonly entries: readonly { readonly kind: EntryKind; readonly money: Money }[];
}

export interface HistoryFilter {
  /** Only what is after this place; absent: from the beginning. */
  readonly after?: bigint;
  readonly orderId?: string;
  readonly caller?: string;
  /** Not before this time. */
  readonly since?: Date;
  readonly limit: number;
}

/** A counter of the ledger that is not the sum of its entries. */
export interface Discrepancy {
  readonly caller: string;
  /** Midnight UTC. */
  readonly day: Date;
  readonly counted: Money;
  readonly entered: Money;
}

/** What an upstream said was left on the account, at a moment when nothing that moves it was under way. */
export interface RecordedBalance {
  readonly upstream: string;
  readonly provider: string;
  readonly balance: Money;
  readonly time: Date;
}

/** What an account's balance should have moved by, as far as the ledger knows. */
export interface Movement {
  /** Charged less refunded, by currency. */
  readonly spent: readonly Money[];
  /** Attempts whose outcome, and ends whose refund, nobody knows: with any of them the sums prove nothing. */
  readonly unknown: number;
}
