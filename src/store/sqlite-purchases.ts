import type { Caller } from "../core/caller.ts";
import type { Reason } from "../core/error.ts";
import type { Money } from "../core/money.ts";
import type { NewAttempt } from "../core/store.ts";
import type { Attempt } from "../core/verification.ts";
import type { Kind } from "./kinds.ts";
import { orderTaken, requireOpen, requireRefused } from "./refusals.ts";
import { fromTime, type Row, toInteger, toText, type Value } from "./rows.ts";
import { attemptsOf, beginAttempt, lastOf, settleAttempt } from "./sqlite-attempts.ts";
import type { Callers } from "./sqlite-callers.ts";
import type { Recorder } from "./sqlite-history.ts";
import type { Ledger } from "./sqlite-ledger.ts";
import { changeOrder, findOf } from "./sqlite-orders.ts";
import { listOtherSales } from "./sqlite-reads.ts";
import type { Statements } from "./sqlite-statements.ts";

export interface PurchaseParts {
  readonly db: Statements;
  readonly ledger: Ledger;
  readonly recorder: Recorder;
  readonly callers: Pick<Callers, "ended">;
}

export interface Sale {
  readonly price: Money;
  readonly reason?: Reason | undefined;
  readonly time: Date;
  /** What the upstream calls the order; absent where it is none of its own. */
  readonly orderRef?: string;
}

/**
 * A purchase as it is recorded, whatever is bought. To be run inside a transaction; what is refused is refused before
 * anything is written.
 */
export interface PurchaseCommands<T> {
  beginAttempt(id: string, caller: Caller, attempt: NewAttempt): T;
  recordRefusal(id: string, reason: Reason, time: Date): T;
  recordUncertain(id: string, time: Date): T;
  recordLoss(id: string, price: Money, time: Date): T;
  recordFailure(id: string, time: Date): T;

  /** The last attempt bought, and these columns say what. */
  recordBought(id: string, sale: Sale, columns: Readonly<Record<string, Value>>): T;
}

/** `whole` makes what the order's row and attempts stand for. */
export function createPurchaseCommands<T>(
  { db, ledger, recorder, callers }: PurchaseParts,
  kind: Kind,
  whole: (row: Row, attempts: readonly Attempt[]) => T,
): PurchaseCommands<T> {
  const findPending = (id: string, caller?: string) => findOf(db, kind, id, { statuses: ["PENDING"], caller });

  return {
    beginAttempt(id, caller, attempt) {
      const before = findPending(id, caller.name);
      const earlier = attemptsOf(db, before);
      requireRefused(kind, id, earlier);
      const { quotedPrice, time } = attempt;
      ledger.checkBudget(caller, quotedPrice, time);

      const row = changeOrder(db, before, {
        country: attempt.country,
        service: attempt.service,
        upstream: attempt.upstream,
        provider: attempt.provider,
        offer_id: attempt.offerId,
        offer_ref: attempt.offerRef,
        quoted_micros: quotedPrice.micros,
        quoted_currency: quotedPrice.currency,
      });
      const attempts = beginAttempt(db, row, earlier, attempt);
      recorder.record(row, "attempt_began", time, attempts, { reserve: quotedPrice });
      return whole(row, attempts);
    },

    recordRefusal(id, reason, time) {
      const before = findPending(id);
      const tried = attemptsOf(db, before);
      requireOpen(kind, id, tried);
      const row = changeOrder(db, before, {
        upstream: null,
        provider: null,
        offer_id: null,
        offer_ref: null,
        quoted_micros: null,
        quoted_currency: null,
      });
      const attempts = settleAttempt(db, row, tried, { outcome: "REFUSED", reason, time });
      recorder.record(row, "refused", time, attempts, { release: lastOf(attempts).quotedPrice });
      return whole(row, attempts);
    },

    recordUncertain(id, time) {
      const before = findPending(id);
      const tried = attemptsOf(db, before);
      requireOpen(kind, id, tried, [undefined]);
      const row = changeOrder(db, before, {});
      const attempts = settleAttempt(db, row, tried, { outcome: "UNCERTAIN", reason: "PURCHASE_UNCERTAIN", time });
      recorder.record(row, "uncertain", time, attempts);
      return whole(row, attempts);
    },

    recordLoss(id, price, time) {
      const before = findPending(id);
      const tried = attemptsOf(db, before);
      requireOpen(kind, id, tried, ["UNCERTAIN"]);
      const row = changeOrder(db, before, {
        status: "FAILED",
        price_micros: price.micros,
        price_currency: price.currency,
        end_time: fromTime(time),
      });
      const attempts = settleAttempt(db, row, tried, { outcome: "BOUGHT", time });
      recorder.record(row, "lost", time, attempts, { release: lastOf(attempts).quotedPrice, charge: price });
      callers.ended(toText(row.caller));
      return whole(row, attempts);
    },

    recordFailure(id, time) {
      const before = findPending(id);
      const attempts = attemptsOf(db, before);
      requireRefused(kind, id, attempts);
      const row = changeOrder(db, before, { status: "FAILED", end_time: fromTime(time) });
      recorder.record(row, "failed", time);
      callers.ended(toText(row.caller));
      return whole(row, attempts);
    },

    recordBought(id, { price, reason, time, orderRef }, columns) {
      const before = findPending(id);
      const tried = attemptsOf(db, before);
      requireOpen(kind, id, tried);
      const sales = orderRef === undefined ? [] : listOtherSales(db, before, orderRef);
      if (sales.some((other) => other.end_time === null)) throw orderTaken(kind, id, toText(before.upstream));

      const row = changeOrder(db, before, {
        ...(orderRef !== undefined && { order_ref: orderRef }),
        price_micros: price.micros,
        price_currency: price.currency,
        ...columns,
      });
      const attempts = settleAttempt(db, row, tried, { outcome: "BOUGHT", reason, time });
      recorder.record(row, "bought", time, attempts, { release: lastOf(attempts).quotedPrice, charge: price });
      if (row.end_time !== null) callers.ended(toText(row.caller));
      return whole(row, attempts);
    },
  };
}

/** Once, and no more than was charged: an upstream's mistake must not lift a budget. */
export function mayComeBack(row: Row, { micros, currency }: Money): boolean {
  if (row.refund_micros !== null || row.price_micros === null) return false;
  return currency === row.price_currency && micros >= 0n && micros <= toInteger(row.price_micros);
}
