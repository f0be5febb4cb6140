import type { Discrepancy, HistoryEvent, HistoryFilter, Movement, RecordedBalance } from "./books.ts";
import type { Caller } from "./caller.ts";
import type { CatalogSnapshot } from "./catalog.ts";
import type { Verb } from "./desks.ts";
import type { Reason } from "./error.ts";
import type { Money } from "./money.ts";
import type { EsimRecords, ExtensionRecords, OrderFilter, Page, PendingPurchase, RentalRecords } from "./records.ts";
import type { Message, Verification, VerificationRequest, VerificationStatus } from "./verification.ts";

export interface NewVerification {
  readonly verificationId: string;
  readonly caller: Caller;
  /** Unique per caller. */
  readonly requestId: string;
  readonly request: VerificationRequest;
  /**
   * What tells two requests with one request id apart: equal when they were sent alike. How `request` was read depends
   * on defaults and on a catalogue, and both change.
   */
  readonly fingerprint: string;
  readonly time: Date;
}

export interface NewAttempt {
  readonly upstream: string;
  /** The provider that the upstream is of. */
  readonly provider: string;
  readonly offerId: string;
  readonly offerRef: string;
  readonly country: string;
  readonly service: string;
  readonly quotedPrice: Money;
  readonly explanation: string;
  readonly time: Date;
}

export interface RecordedPurchase {
  readonly orderRef: string;
  readonly phoneNumber: string;
  readonly numberAsSold: string;
  readonly price: Money;
  readonly expireTime: Date;
  /** Absent when it can be cancelled at once. */
  readonly cancellableTime?: Date;
  /** PRICE_ABOVE_MAX when it was charged above the maximum, and is to be given back: kept with the attempt. */
  readonly reason?: Reason;
  readonly time: Date;
}

/** Of what has not ended. Absent fields allow everything. */
export interface OpenFilter {
  readonly upstream?: string;
  /** Only what has a number that runs out by then. */
  readonly expiresBy?: Date;
}

/** A request that was sent to an upstream, remembered so that a restart knows how full the limits' windows are. */
export interface SentCall {
  readonly upstream: string;
  readonly verb: Verb;
  readonly time: Date;
}

/** Something learned from what happened, so that a restart knows it. */
export interface Learned {
  /** Who learned it, and what it is: `delay`, `delivery`. */
  readonly kind: string;
  /** Unique within its kind. */
  readonly key: string;
  /** In the form of whoever learned it. */
  readonly value: string;
  readonly time: Date;
}

/**
 * What outlives the daemon: the ledger, the catalogues, and what was learned.
 *
 * Each method is one command, atomic by itself and durable once its promise resolves. Commands that change a
 * verification answer with its new state. A change that TRANSITIONS does not allow is refused with ALREADY_ENDED when the
 * verification has ended, with ALREADY_RECEIVED when its code was first, with NOT_SUPPORTED while it waits for its code,
 * else it is a bug. A verification that is not there, or is another caller's, is NOT_FOUND.
 */
export interface Store {
  readonly rentals: RentalRecords;
  readonly extensions: ExtensionRecords;
  readonly esims: EsimRecords;
  /** Of all callers, oldest first. */
  pendingPurchases(): Promise<readonly PendingPurchase[]>;

  /**
   * Records the wish to buy, as PENDING. The same caller's earlier verification with that request id comes back instead,
   * as it is now, unless it has another fingerprint: REQUEST_ID_REUSED. Throws TOO_MANY_OPEN at the caller's bound, and
   * BUDGET_EXCEEDED when the caller's last purchases, as many as its budget allows, all ended without a code: one more may
   * be tried an hour after the last of them.
   */
  createVerification(wish: NewVerification): Promise<{ verification: Verification; created: boolean }>;

  /**
   * The caller's verification with that request id, as it is now. Throws REQUEST_ID_REUSED when it was for another
   * request, by its fingerprint.
   */
  findRequest(caller: string, requestId: string, fingerprint: string): Promise<Verification | undefined>;

  /**
   * Records the intent to buy, and reserves the quoted price. To be called before the one request to the upstream.
   * Throws BUDGET_EXCEEDED when the caller's charges and reservations would pass a bound, and then nothing is recorded.
   * All money of an attempt counts towards the UTC day and month in which it began; money in another currency than the
   * bound's cannot be weighed, and exceeds it. It is a bug to begin one while another may have bought.
   */
  beginAttempt(verificationId: string, caller: Caller, attempt: NewAttempt): Promise<Verification>;

  /**
   * The last attempt bought: WAITING. The reservation is released and the price charged. Throws PURCHASE_UNCERTAIN, and
   * records nothing, while the upstream's order is another verification's that has not ended.
   */
  recordPurchase(verificationId: string, purchase: RecordedPurchase): Promise<Verification>;

  /** The last attempt was refused for certain: still PENDING, and holding no offer. The reservation is released. */
  recordRefusal(verificationId: string, reason: Reason, time: Date): Promise<Verification>;

  /** Nobody knows whether the last attempt bought: still PENDING. The money stays reserved. */
  recordUncertain(verificationId: string, time: Date): Promise<Verification>;

  /**
   * The last attempt, which was UNCERTAIN, bought a number that nobody will ever learn: BOUGHT, and FAILED. The reservation
   * is released and the price charged.
   */
  recordLoss(verificationId: string, price: Money, time: Date): Promise<Verification>;

  /** Nothing was bought, and nothing more will be tried: FAILED. A bug while an attempt may have bought. */
  recordFailure(verificationId: string, time: Date): Promise<Verification>;

  /**
   * Adds the messages that are not there yet, by messageId, nor at an earlier verification of the same order: an upstream
   * may sell a number again and still show what it received. WAITING becomes RECEIVED; the code of the last one added
   * that has one becomes the verification's, and `time` its codeTime. What comes after the end is added too, marked late:
   * the status stays, and a code is taken over where there is none. `added` is false when all were known: nothing
   * changes.
   */
  recordMessages(
    verificationId: string,
    messages: readonly Message[],
    time: Date,
  ): Promise<{ verification: Verification; added: boolean }>;

  /** One more code is waited for: RECEIVED becomes WAITING, without a code and with its messages. WAITING stays. */
  recordAnother(verificationId: string, time: Date): Promise<Verification>;

  /** Ends it, and books the refund where it is known, and can be one, as in recordRefund. */
  recordEnd(
    verificationId: string,
    status: "COMPLETED" | "CANCELLED" | "EXPIRED",
    refund: Money | undefined,
    time: Date,
  ): Promise<Verification>;

  /**
   * Books a refund that became known after the end, or whose cancel a code came before. Nothing changes when one is
   * known already, or when this cannot be one: another currency, or more than was charged.
   */
  recordRefund(verificationId: string, refund: Money, time: Date): Promise<Verification>;

  getVerification(caller: string, verificationId: string): Promise<Verification>;
  listVerifications(caller: string, filter: OrderFilter<VerificationStatus>): Promise<Page<Verification>>;

  /** Those that have not ended, of all callers, oldest first. */
  openVerifications(filter?: OpenFilter): Promise<readonly Verification[]>;

  /** How many have not ended, by upstream id. */
  countOpen(): Promise<ReadonlyMap<string, number>>;

  /** Committed changes, oldest first, at most as many as the filter's limit. */
  history(filter: HistoryFilter): Promise<readonly HistoryEvent[]>;

  /**
   * The counters that are not the sums of their entries, of the days since `since`, or of all. Entries are the truth: with
   * `repair` the counters become their sums.
   */
  checkLedger(options?: { readonly since?: Date; readonly repair?: boolean }): Promise<readonly Discrepancy[]>;

  /**
   * Forgets one batch of what is past its keeping: messages and codes of orders that ended before `messages`, and whole
   * orders, with their history and money entries, that ended before `orders`: a day ago at least, or a repeated request
   * would not find its order. What may have bought and is not settled stays, and so do the counters. Answers how many
   * orders were touched: fewer than `limit` when nothing is left.
   */
  forget(before: { readonly messages: Date; readonly orders: Date }, limit: number): Promise<number>;

  /** Remembers the newest balance of an account. */
  recordBalance(balance: RecordedBalance): Promise<void>;
  lastBalance(upstream: string, provider: string): Promise<RecordedBalance | undefined>;
  /** What the ledger moved at this account after that time, without the attempt at hand: the last of `verificationId`. */
  movementSince(upstream: string, provider: string, time: Date, verificationId: string): Promise<Movement>;

  /** Which of these orders of an account are a verification's, ended or not. */
  heldOrders(upstream: string, provider: string, orderRefs: readonly string[]): Promise<ReadonlySet<string>>;

  saveCatalog(snapshot: CatalogSnapshot): Promise<void>;
  /** Without those that cannot be read any more: they are fetched anew. */
  loadCatalogs(): Promise<readonly CatalogSnapshot[]>;

  /** Remembers a call that is about to be sent, and forgets those of its upstream before `forgetBefore`. */
  recordCall(call: SentCall, forgetBefore: Date): Promise<void>;
  callsSince(time: Date): Promise<readonly SentCall[]>;

  /** Keeps what was learned, in the place of what was known by the same kind and key. */
  saveLearned(learned: readonly Learned[]): Promise<void>;
  loadLearned(kind: string): Promise<readonly Learned[]>;

  /** Finishes what is queued, and closes. Commands after it are refused. */
  close(): Promise<void>;
}
