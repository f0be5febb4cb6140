import type { Caller } from "../core/caller.ts";
import type { Reason } from "../core/error.ts";
import type { Money } from "../core/money.ts";
import type { NewAttempt, NewVerification, RecordedPurchase } from "../core/store.ts";
import type { Attempt, Message, Outcome, Verification } from "../core/verification.ts";
import {
  notFound,
  orderTaken,
  refuseUnsettled,
  requestIdReused,
  stillWaits,
  tooManyOpen,
  whyUnchanged,
} from "./refusals.ts";
import {
  fromRequest,
  fromTime,
  type Row,
  toAttempt,
  toInteger,
  toMessage,
  toMoney,
  toText,
  toTime,
  toVerification,
} from "./rows.ts";
import * as sql from "./sql.ts";
import type { Statements } from "./sqlite-database.ts";
import { type Account, createLedger } from "./sqlite-ledger.ts";

/** The commands that change a verification, each to be run inside a transaction. As in Store, but at once. */
export function createVerificationCommands(db: Statements) {
  const ledger = createLedger(db);

  /** Nothing is no entry: the unknown and the nothing are told apart by the verification. */
  function bookRefund(row: Row, refund: Money, time: Date): void {
    if (refund.micros > 0n) ledger.book(boughtAccount(db, row), "refund", refund, time);
  }

  return {
    create(wish: NewVerification): { verification: Verification; created: boolean } {
      const { verificationId, caller, requestId, fingerprint, request, time } = wish;
      const earlier = findRequest(db, caller.name, requestId, fingerprint);
      if (earlier) return { verification: earlier, created: false };

      checkOpen(db, caller);
      const { country, service, labels } = request;
      const asked = [fingerprint, fromRequest(request), country, service];
      const params = [verificationId, caller.name, requestId, ...asked, fromTime(time)];
      const row = existing(db.get(sql.insertVerification, ...params));
      for (const [key, value] of Object.entries(labels)) {
        db.run(sql.insertLabel, toInteger(row.seq), caller.name, key, value);
      }
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
      const start = fromTime(time);
      db.run(sql.insertAttempt, seq, BigInt(number), upstream, offerId, micros, currency, explanation, start);
      const account = { verification: seq, attempt: number, caller: caller.name, startTime: time };
      ledger.book(account, "reserve", quotedPrice, time);
      return wholeVerification(db, row);
    },

    recordPurchase(verificationId: string, purchase: RecordedPurchase): Verification {
      const { orderRef, phoneNumber, numberAsSold, price, expireTime, cancellableTime, time } = purchase;
      const cancellable = cancellableTime ? fromTime(cancellableTime) : null;
      const params = [
        orderRef,
        phoneNumber,
        numberAsSold,
        price.micros,
        price.currency,
        fromTime(expireTime),
        cancellable,
      ];
      const row = changed(db, db.get(sql.startWaiting, verificationId, ...params), verificationId);
      const { account, reserved } = settle(db, row, "BOUGHT", null, time);
      const taken = db.get(sql.findOrderElsewhere, toInteger(row.seq));
      if (taken) throw orderTaken(verificationId, toText(row.upstream));
      ledger.book(account, "release", reserved, time);
      ledger.book(account, "charge", price, time);
      return wholeVerification(db, row);
    },

    recordRefusal(verificationId: string, reason: Reason, time: Date): Verification {
      const row = changed(db, db.get(sql.dropOffer, verificationId), verificationId);
      const { account, reserved } = settle(db, row, "REFUSED", reason, time);
      ledger.book(account, "release", reserved, time);
      return wholeVerification(db, row);
    },

    recordUncertain(verificationId: string, time: Date): Verification {
      const row = changed(db, db.get(sql.keepOffer, verificationId), verificationId);
      const attempt = db.get(sql.doubtAttempt, toInteger(row.seq), fromTime(time));
      if (!attempt) throw new Error(`no attempt of verification ${verificationId} is under way`);
      return wholeVerification(db, row);
    },

    recordFailure(verificationId: string, time: Date): Verification {
      const row = changed(db, db.get(sql.end("FAILED"), verificationId, null, null, fromTime(time)), verificationId);
      refuseUnsettled(verificationId, attemptsOf(db, row));
      return wholeVerification(db, row);
    },

    recordMessages(verificationId: string, messages: readonly Message[], time: Date) {
      const row = changed(db, db.get(sql.findReceiving, verificationId), verificationId);
      const added = messages.filter((message) => addMessage(db, row, message));
      if (added.length === 0) return { verification: wholeVerification(db, row), added: false };

      const code = added.findLast((message) => message.code !== undefined)?.code;
      const params = code === undefined ? [null, null] : [code, fromTime(time)];
      const received = changed(db, db.get(sql.receive, verificationId, ...params), verificationId);
      return { verification: wholeVerification(db, received), added: true };
    },

    recordAnother(verificationId: string): Verification {
      const found = db.get(sql.findVerification, verificationId);
      if (found?.status === "WAITING") return wholeVerification(db, found);
      return wholeVerification(db, changed(db, db.get(sql.waitAgain, verificationId), verificationId));
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
      const row = changed(db, db.get(sql.end(status), verificationId, ...params), verificationId);
      if (back) bookRefund(row, back, time);
      return wholeVerification(db, row);
    },

    recordRefund(verificationId: string, refund: Money, time: Date): Verification {
      const before = changed(db, db.get(sql.findVerification, verificationId), verificationId);
      if (!mayComeBack(before, refund)) return wholeVerification(db, before);
      const row = existing(db.get(sql.addRefund, verificationId, refund.micros, refund.currency));
      bookRefund(row, refund, time);
      return wholeVerification(db, row);
    },
  };
}

/** The caller's verification with that request id. Throws REQUEST_ID_REUSED when it was for another request. */
export function findRequest(
  db: Statements,
  caller: string,
  requestId: string,
  fingerprint: string,
): Verification | undefined {
  const row = db.get(sql.findByRequestId, caller, requestId);
  if (!row) return undefined;
  if (toText(row.fingerprint) !== fingerprint) throw requestIdReused(requestId);
  return wholeVerification(db, row);
}

/** The row's verification with its attempts and messages. */
export function wholeVerification(db: Statements, row: Row): Verification {
  const attempts = attemptsOf(db, row);
  // Nothing arrives before something is bought.
  const messages = row.phone_number === null ? [] : messagesOf(db, row);
  return toVerification(row, attempts, messages);
}

function attemptsOf(db: Statements, row: Row): readonly Attempt[] {
  return db.all(sql.listAttempts, toInteger(row.seq)).map(toAttempt);
}

function messagesOf(db: Statements, row: Row): readonly Message[] {
  return db.all(sql.listMessages, toInteger(row.seq)).map(toMessage);
}

/** False when it was there already. */
function addMessage(db: Statements, row: Row, { messageId, sender, text, code, receiveTime }: Message): boolean {
  const params = [messageId, sender ?? null, text, code ?? null, fromTime(receiveTime)];
  return db.run(sql.insertMessage, toInteger(row.seq), ...params) > 0;
}

/** Gives the one attempt that waits for its outcome that outcome. */
function settle(db: Statements, row: Row, outcome: Outcome, reason: Reason | null, time: Date) {
  const attempt = db.get(sql.settleAttempt, toInteger(row.seq), outcome, reason, fromTime(time));
  if (!attempt) throw new Error(`no attempt of verification ${toText(row.verification_id)} waits for its outcome`);
  const account: Account = {
    verification: toInteger(row.seq),
    attempt: Number(toInteger(attempt.number)),
    caller: toText(row.caller),
    startTime: toTime(attempt.start_time),
  };
  return { account, reserved: toMoney(attempt.quoted_micros, attempt.quoted_currency) };
}

/** Where the money of the attempt that bought is booked. */
function boughtAccount(db: Statements, row: Row): Account {
  const attempts = attemptsOf(db, row);
  const index = attempts.findIndex((attempt) => attempt.outcome === "BOUGHT");
  const bought = attempts[index];
  if (!bought) throw new Error(`verification ${toText(row.verification_id)} has a price, and bought nothing`);
  const [verification, caller] = [toInteger(row.seq), toText(row.caller)];
  return { verification, attempt: index + 1, caller, startTime: bought.startTime };
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
