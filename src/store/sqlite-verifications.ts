import type { Caller } from "../core/caller.ts";
import type { Reason } from "../core/error.ts";
import type { Money } from "../core/money.ts";
import type { NewAttempt, NewVerification, RecordedPurchase } from "../core/store.ts";
import type { Attempt, Message, Outcome, Verification, VerificationRequest } from "../core/verification.ts";
import { notFound, refuseUnsettled, requestIdReused, tooManyOpen, whyUnchanged } from "./refusals.ts";
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

  return {
    create(wish: NewVerification): { verification: Verification; created: boolean } {
      const { verificationId, caller, requestId, request, time } = wish;
      const earlier = findRequest(db, caller.name, requestId, request);
      if (earlier) return { verification: earlier, created: false };

      checkOpen(db, caller);
      const { country, service, labels } = request;
      const params = [verificationId, caller.name, requestId, fromRequest(request), country, service, fromTime(time)];
      const row = existing(db.get(sql.insertVerification, ...params));
      for (const [key, value] of Object.entries(labels)) {
        db.run(sql.insertLabel, toInteger(row.seq), caller.name, key, value);
      }
      return { verification: toVerification(row, [], []), created: true };
    },

    beginAttempt(verificationId: string, caller: Caller, attempt: NewAttempt): Verification {
      const { upstream, offerId, offerRef, country, service, quotedPrice, explanation, time } = attempt;
      const { micros, currency } = quotedPrice;
      const params = [country, service, upstream, offerId, offerRef, micros, currency];
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
      const added = new Set(messages.filter((message) => addMessage(db, row, message)).map((m) => m.messageId));
      if (added.size === 0) return { verification: wholeVerification(db, row), added: false };

      const newest = messagesOf(db, row).findLast((message) => message.code !== undefined);
      const codeTime = newest && added.has(newest.messageId) ? fromTime(time) : null;
      const received = changed(db, db.get(sql.receive, verificationId, newest?.code ?? null, codeTime), verificationId);
      return { verification: wholeVerification(db, received), added: true };
    },

    recordAnother(verificationId: string): Verification {
      return wholeVerification(db, changed(db, db.get(sql.waitAgain, verificationId), verificationId));
    },

    recordEnd(
      verificationId: string,
      status: "COMPLETED" | "CANCELLED" | "EXPIRED",
      refund: Money | undefined,
      time: Date,
    ): Verification {
      const params = [refund?.micros ?? null, refund?.currency ?? null, fromTime(time)];
      const row = changed(db, db.get(sql.end(status), verificationId, ...params), verificationId);
      const verification = wholeVerification(db, row);
      if (refund && refund.micros !== 0n) ledger.book(boughtAccount(row, verification), "refund", refund, time);
      return verification;
    },
  };
}

/** The caller's verification with that request id. Throws REQUEST_ID_REUSED when it was for another request. */
export function findRequest(
  db: Statements,
  caller: string,
  requestId: string,
  request: VerificationRequest,
): Verification | undefined {
  const row = db.get(sql.findByRequestId, caller, requestId);
  if (!row) return undefined;
  if (toText(row.request) !== fromRequest(request)) throw requestIdReused(requestId);
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
function boughtAccount(row: Row, { attempts, verificationId, caller }: Verification): Account {
  const index = attempts.findIndex((attempt) => attempt.outcome === "BOUGHT");
  const bought = attempts[index];
  if (!bought) throw new Error(`verification ${verificationId} bought nothing that could be refunded`);
  return { verification: toInteger(row.seq), attempt: index + 1, caller, startTime: bought.startTime };
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
