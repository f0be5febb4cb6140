import type { Caller } from "../core/caller.ts";
import type { Reason } from "../core/error.ts";
import type { Money } from "../core/money.ts";
import type { NewAttempt, NewVerification, RecordedPurchase } from "../core/store.ts";
import { predecessors, type Verification } from "../core/verification.ts";
import { orderTaken, requireOpen, requireRefused, stillWaits } from "./refusals.ts";
import { fromRequest, fromTime, type Row, toInteger, toText, toVerification } from "./rows.ts";
import * as sql from "./sql/orders.ts";
import { attemptsOf, beginAttempt, lastOf, settleAttempt } from "./sqlite-attempts.ts";
import type { Callers } from "./sqlite-callers.ts";
import type { Statements } from "./sqlite-database.ts";
import type { Recorder } from "./sqlite-history.ts";
import type { Ledger } from "./sqlite-ledger.ts";
import { changeOrder, findChangeable, findVerification, requireStatus } from "./sqlite-orders.ts";
import { findRequest, listOtherSales, messagesOf, wholeVerification } from "./sqlite-reads.ts";

export interface CommandParts {
  readonly db: Statements;
  readonly ledger: Ledger;
  readonly recorder: Recorder;
  readonly callers: Callers;
}

/**
 * The commands that change a verification, each to be run inside a transaction. As in Store, but at once. What they
 * refuse, they refuse before they write.
 */
export function createVerificationCommands({ db, ledger, recorder, callers }: CommandParts) {
  return {
    create(wish: NewVerification): { verification: Verification; created: boolean } {
      const { verificationId, caller, requestId, fingerprint, request, time } = wish;
      const earlier = findRequest(db, caller.name, requestId, fingerprint);
      if (earlier) return { verification: earlier, created: false };

      const isTrial = callers.admit(caller, time);
      const asked = [fingerprint, fromRequest(request), request.country, request.service];
      const seq = db.insert(sql.insertVerification, verificationId, caller.name, requestId, ...asked, fromTime(time));
      for (const [key, value] of Object.entries(request.labels)) {
        db.run(sql.insertLabel, seq, caller.name, key, value);
      }
      const row = existing(db.get(sql.findOrder, seq));
      callers.began(caller.name, seq, isTrial);
      recorder.record(row, "created", time);
      return { verification: toVerification(row, [], []), created: true };
    },

    beginAttempt(verificationId: string, caller: Caller, attempt: NewAttempt): Verification {
      const before = findChangeable(db, verificationId, ["PENDING"], caller.name);
      const earlier = attemptsOf(db, before);
      requireRefused(verificationId, earlier);
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
      return toVerification(row, attempts, []);
    },

    recordPurchase(verificationId: string, purchase: RecordedPurchase): Verification {
      const { orderRef, phoneNumber, numberAsSold, price, expireTime, cancellableTime, reason, time } = purchase;
      const before = findChangeable(db, verificationId, ["PENDING"]);
      const tried = attemptsOf(db, before);
      requireOpen(verificationId, tried);
      const sales = listOtherSales(db, before, orderRef);
      if (sales.some((other) => other.end_time === null)) throw orderTaken(verificationId, toText(before.upstream));

      const row = changeOrder(db, before, {
        status: "WAITING",
        order_ref: orderRef,
        phone_number: phoneNumber,
        number_as_sold: numberAsSold,
        price_micros: price.micros,
        price_currency: price.currency,
        expire_time: fromTime(expireTime),
        cancellable_time: cancellableTime ? fromTime(cancellableTime) : null,
      });
      const attempts = settleAttempt(db, row, tried, { outcome: "BOUGHT", reason, time });
      recorder.record(row, "bought", time, attempts, { release: lastOf(attempts).quotedPrice, charge: price });
      return toVerification(row, attempts, []);
    },

    recordRefusal(verificationId: string, reason: Reason, time: Date): Verification {
      const before = findChangeable(db, verificationId, ["PENDING"]);
      const tried = attemptsOf(db, before);
      requireOpen(verificationId, tried);
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
      return toVerification(row, attempts, []);
    },

    recordUncertain(verificationId: string, time: Date): Verification {
      const before = findChangeable(db, verificationId, ["PENDING"]);
      const tried = attemptsOf(db, before);
      requireOpen(verificationId, tried, [undefined]);
      const row = changeOrder(db, before, {});
      const attempts = settleAttempt(db, row, tried, { outcome: "UNCERTAIN", reason: "PURCHASE_UNCERTAIN", time });
      recorder.record(row, "uncertain", time, attempts);
      return toVerification(row, attempts, []);
    },

    recordLoss(verificationId: string, price: Money, time: Date): Verification {
      const before = findChangeable(db, verificationId, ["PENDING"]);
      const tried = attemptsOf(db, before);
      requireOpen(verificationId, tried, ["UNCERTAIN"]);
      const row = changeOrder(db, before, {
        status: "FAILED",
        price_micros: price.micros,
        price_currency: price.currency,
        end_time: fromTime(time),
      });
      const attempts = settleAttempt(db, row, tried, { outcome: "BOUGHT", time });
      recorder.record(row, "lost", time, attempts, { release: lastOf(attempts).quotedPrice, charge: price });
      callers.ended(toText(row.caller));
      return toVerification(row, attempts, []);
    },

    recordFailure(verificationId: string, time: Date): Verification {
      const before = findChangeable(db, verificationId, predecessors("FAILED"));
      const attempts = attemptsOf(db, before);
      requireRefused(verificationId, attempts);
      const row = changeOrder(db, before, { status: "FAILED", end_time: fromTime(time) });
      recorder.record(row, "failed", time);
      callers.ended(toText(row.caller));
      return toVerification(row, attempts, []);
    },

    recordAnother(verificationId: string, time: Date): Verification {
      const before = findChangeable(db, verificationId, ["RECEIVED", "WAITING"]);
      if (before.status === "WAITING") return wholeVerification(db, before);
      const row = changeOrder(db, before, { status: "WAITING", code: null, code_time: null });
      recorder.record(row, "waits_again", time);
      return wholeVerification(db, row);
    },

    recordEnd(
      verificationId: string,
      status: "COMPLETED" | "CANCELLED" | "EXPIRED",
      refund: Money | undefined,
      time: Date,
    ): Verification {
      const before = findVerification(db, verificationId);
      if (status === "COMPLETED" && before.status === "WAITING") throw stillWaits(verificationId);
      requireStatus(before, predecessors(status));
      const back = refund && mayComeBack(before, refund) ? refund : undefined;
      const row = changeOrder(db, before, {
        status,
        ...(back && { refund_micros: back.micros, refund_currency: back.currency }),
        end_time: fromTime(time),
      });
      const attempts = attemptsOf(db, row);
      recorder.record(row, ENDS[status], time, back && attempts, back && { refund: back });
      if (row.holds_texts === 0n) callers.endedWithoutMessage(toText(row.caller), time);
      else callers.ended(toText(row.caller));
      return toVerification(row, attempts, messagesOf(db, row));
    },

    recordRefund(verificationId: string, refund: Money, time: Date): Verification {
      const before = findVerification(db, verificationId);
      if (!mayComeBack(before, refund)) return wholeVerification(db, before);
      const row = changeOrder(db, before, { refund_micros: refund.micros, refund_currency: refund.currency });
      const attempts = attemptsOf(db, row);
      recorder.record(row, "refunded", time, attempts, { refund });
      return toVerification(row, attempts, messagesOf(db, row));
    },
  };
}

const ENDS = { COMPLETED: "completed", CANCELLED: "cancelled", EXPIRED: "expired" } as const;

/** Once, and no more than was charged: an upstream's mistake must not lift a budget. */
function mayComeBack(row: Row, { micros, currency }: Money): boolean {
  if (row.refund_micros !== null || row.price_micros === null) return false;
  return currency === row.price_currency && micros >= 0n && micros <= toInteger(row.price_micros);
}

function existing(row: Row | undefined): Row {
  if (!row) throw new Error("a statement that always answers did not");
  return row;
}
