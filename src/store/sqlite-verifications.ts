import type { Caller } from "../core/caller.ts";
import type { Reason } from "../core/error.ts";
import type { Money } from "../core/money.ts";
import type { NewAttempt, NewVerification, RecordedPurchase } from "../core/store.ts";
import type { Outcome, Verification } from "../core/verification.ts";
import { notFound, orderTaken, refuseUnsettled, stillWaits, tooManyOpen, whyUnchanged } from "./refusals.ts";
import { fromRequest, fromTime, type Row, toAttempt, toInteger, toText, toVerification } from "./rows.ts";
import * as attemptSql from "./sql/attempts.ts";
import * as sql from "./sql/orders.ts";
import type { Statements } from "./sqlite-database.ts";
import type { Guard } from "./sqlite-guard.ts";
import type { ChangedAttempt, Recorder } from "./sqlite-history.ts";
import type { Booking, Ledger } from "./sqlite-ledger.ts";
import { listOtherSales } from "./sqlite-messages.ts";
import { attemptsOf, findRequest, wholeVerification } from "./sqlite-reads.ts";

export interface CommandParts {
  readonly db: Statements;
  readonly ledger: Ledger;
  readonly recorder: Recorder;
  readonly guard: Guard;
}

/** The commands that change a verification, each to be run inside a transaction. As in Store, but at once. */
export function createVerificationCommands({ db, ledger, recorder, guard }: CommandParts) {
  return {
    create(wish: NewVerification): { verification: Verification; created: boolean } {
      const { verificationId, caller, requestId, fingerprint, request, time } = wish;
      const earlier = findRequest(db, caller.name, requestId, fingerprint);
      if (earlier) return { verification: earlier, created: false };

      checkOpen(db, caller);
      const trial = guard.admit(caller, time);
      const { country, service, labels } = request;
      const asked = [fingerprint, fromRequest(request), country, service];
      const params = [verificationId, caller.name, requestId, ...asked, fromTime(time)];
      const row = existing(db.get(sql.insertVerification, ...params));
      for (const [key, value] of Object.entries(labels)) {
        db.run(sql.insertLabel, toInteger(row.seq), caller.name, key, value);
      }
      recorder.record(row, "created", time);
      if (trial) guard.tries(caller.name, toInteger(row.seq));
      return { verification: toVerification(row, [], []), created: true };
    },

    beginAttempt(verificationId: string, caller: Caller, attempt: NewAttempt): Verification {
      const { upstream, provider, offerId, offerRef, country, service, quotedPrice, explanation, time } = attempt;
      const { micros, currency } = quotedPrice;
      const params = [country, service, upstream, provider, offerId, offerRef, micros, currency];
      const row = changed(db, db.get(sql.holdOffer, verificationId, ...params), verificationId, caller.name);
      const earlier = attemptsOf(db, row);
      refuseUnsettled(verificationId, earlier);
      ledger.checkBudget(caller, quotedPrice, time);

      const [seq, number] = [toInteger(row.seq), earlier.length + 1];
      const offer = [upstream, offerId, micros, currency, explanation, fromTime(time)];
      const begun = toAttempt(existing(db.get(attemptSql.insertAttempt, seq, BigInt(number), ...offer)));
      const account = { orderSeq: seq, attempt: number, caller: caller.name, startTime: time };
      const booking: Booking = { account, entries: [{ kind: "reserve", money: quotedPrice }] };
      recorder.record(row, "attempt_began", time, { number }, booking);
      return toVerification(row, [...earlier, begun], []);
    },

    recordPurchase(verificationId: string, purchase: RecordedPurchase): Verification {
      const { orderRef, phoneNumber, numberAsSold, price, expireTime, cancellableTime, reason, time } = purchase;
      const cancellable = cancellableTime ? fromTime(cancellableTime) : null;
      const bought = [orderRef, phoneNumber, numberAsSold, price.micros, price.currency];
      const params = [...bought, fromTime(expireTime), cancellable];
      const row = changed(db, db.get(sql.startWaiting, verificationId, ...params), verificationId);
      const attempt = settle(db, row, "BOUGHT", reason, time);
      const taken = listOtherSales(db, row).some((other) => other.end_time === null);
      if (taken) throw orderTaken(verificationId, toText(row.upstream));
      recorder.record(row, "bought", time, attempt, charge(row, attempt, price));
      return wholeVerification(db, row);
    },

    recordRefusal(verificationId: string, reason: Reason, time: Date): Verification {
      const row = changed(db, db.get(sql.dropOffer, verificationId), verificationId);
      const attempt = settle(db, row, "REFUSED", reason, time);
      recorder.record(row, "refused", time, attempt, release(row, attempt));
      return wholeVerification(db, row);
    },

    recordUncertain(verificationId: string, time: Date): Verification {
      const row = changed(db, db.get(sql.keepOffer, verificationId), verificationId);
      const doubted = db.get(attemptSql.doubtAttempt, toInteger(row.seq), fromTime(time));
      if (!doubted) throw new Error(`no attempt of verification ${verificationId} is under way`);
      recorder.record(row, "uncertain", time, toNumbered(doubted));
      return wholeVerification(db, row);
    },

    recordLoss(verificationId: string, price: Money, time: Date): Verification {
      const params = [price.micros, price.currency, fromTime(time)];
      const row = changed(db, db.get(sql.loseNumber, verificationId, ...params), verificationId);
      const lost = db.get(attemptSql.loseAttempt, toInteger(row.seq), fromTime(time));
      if (!lost) throw new Error(`no attempt of verification ${verificationId} is in doubt`);
      const attempt = toNumbered(lost);
      recorder.record(row, "lost", time, attempt, charge(row, attempt, price));
      return wholeVerification(db, row);
    },

    recordFailure(verificationId: string, time: Date): Verification {
      const row = changed(db, db.get(sql.END.FAILED, verificationId, null, null, fromTime(time)), verificationId);
      const attempts = attemptsOf(db, row);
      refuseUnsettled(verificationId, attempts);
      recorder.record(row, "failed", time);
      return toVerification(row, attempts, []);
    },

    recordAnother(verificationId: string, time: Date): Verification {
      const found = db.get(sql.findVerification, verificationId);
      if (found?.status === "WAITING") return wholeVerification(db, found);
      const row = changed(db, db.get(sql.waitAgain, verificationId), verificationId);
      recorder.record(row, "waits_again", time);
      return wholeVerification(db, row);
    },

    recordEnd(
      verificationId: string,
      status: "COMPLETED" | "CANCELLED" | "EXPIRED",
      refund: Money | undefined,
      time: Date,
    ): Verification {
      const before = db.get(sql.findVerification, verificationId);
      if (status === "COMPLETED" && before?.status === "WAITING") throw stillWaits(verificationId);
      const back = before && refund && mayComeBack(before, refund) ? refund : undefined;
      const params = [back?.micros ?? null, back?.currency ?? null, fromTime(time)];
      const row = changed(db, db.get(sql.END[status], verificationId, ...params), verificationId);
      const change = CHANGES[status];
      if (back) recordRefunded(row, change, back, time);
      else recorder.record(row, change, time);
      if (row.holds_texts === 0n) guard.endedWithoutMessage(toText(row.caller), time);
      return wholeVerification(db, row);
    },

    recordRefund(verificationId: string, refund: Money, time: Date): Verification {
      const before = changed(db, db.get(sql.findVerification, verificationId), verificationId);
      if (!mayComeBack(before, refund)) return wholeVerification(db, before);
      const row = existing(db.get(sql.addRefund, verificationId, refund.micros, refund.currency));
      recordRefunded(row, "refunded", refund, time);
      return wholeVerification(db, row);
    },
  };

  /** Nothing is no entry: the unknown and the nothing are told apart by the verification. */
  function recordRefunded(
    row: Row,
    change: "refunded" | "completed" | "cancelled" | "expired",
    refund: Money,
    time: Date,
  ) {
    const attempt = toNumbered(existing(db.get(attemptSql.findBought, toInteger(row.seq))));
    const booking: Booking = { account: accountOf(row, attempt), entries: [{ kind: "refund", money: refund }] };
    recorder.record(row, change, time, attempt, refund.micros > 0n ? booking : undefined);
  }
}

const CHANGES = { COMPLETED: "completed", CANCELLED: "cancelled", EXPIRED: "expired" } as const;

type NumberedAttempt = ChangedAttempt & ReturnType<typeof toAttempt>;

function toNumbered(row: Row): NumberedAttempt {
  return { number: Number(toInteger(row.number)), ...toAttempt(row) };
}

/** Gives the one attempt that waits for its outcome that outcome. */
function settle(db: Statements, row: Row, outcome: Outcome, reason: Reason | undefined, time: Date): NumberedAttempt {
  const attempt = db.get(attemptSql.settleAttempt, toInteger(row.seq), outcome, reason ?? null, fromTime(time));
  if (!attempt) throw new Error(`no attempt of verification ${toText(row.order_id)} waits for its outcome`);
  return toNumbered(attempt);
}

/** Where the attempt's money is booked. */
function accountOf(row: Row, { number, startTime }: NumberedAttempt): Booking["account"] {
  return { orderSeq: toInteger(row.seq), attempt: number, caller: toText(row.caller), startTime };
}

function release(row: Row, attempt: NumberedAttempt): Booking {
  return { account: accountOf(row, attempt), entries: [{ kind: "release", money: attempt.quotedPrice }] };
}

function charge(row: Row, attempt: NumberedAttempt, price: Money): Booking {
  const { account, entries } = release(row, attempt);
  return { account, entries: [...entries, { kind: "charge", money: price }] };
}

/** Once, and no more than was charged: an upstream's mistake must not lift a budget. */
function mayComeBack(row: Row, { micros, currency }: Money): boolean {
  if (row.refund_micros !== null || row.price_micros === null) return false;
  return currency === row.price_currency && micros >= 0n && micros <= toInteger(row.price_micros);
}

function checkOpen(db: Statements, { name, budget: { maxOpen } }: Caller): void {
  if (maxOpen === undefined) return;
  const open = toInteger(existing(db.get(sql.countOpenOfCaller, name)).open);
  if (open >= BigInt(maxOpen)) throw tooManyOpen(open, maxOpen);
}

/** The row of a conditional change; throws why when there is none. With a caller, another's row is no row. */
function changed(db: Statements, row: Row | undefined, verificationId: string, caller?: string): Row {
  const found = row ?? db.get(sql.findVerification, verificationId);
  if (caller !== undefined && found && toText(found.caller) !== caller) throw notFound(verificationId);
  if (!row) throw whyUnchanged(verificationId, found);
  return row;
}

function existing(row: Row | undefined): Row {
  if (!row) throw new Error("a statement that always answers did not");
  return row;
}
