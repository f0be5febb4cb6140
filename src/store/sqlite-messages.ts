import type { Message, Verification } from "../core/verification.ts";
import { whyUnchanged } from "./refusals.ts";
import { fromTime, type Row, toInteger, toText } from "./rows.ts";
import { findMessage, insertMessage } from "./sql/messages.ts";
import * as sql from "./sql/orders.ts";
import type { Statements } from "./sqlite-database.ts";
import type { Guard } from "./sqlite-guard.ts";
import type { Recorder } from "./sqlite-history.ts";
import { wholeVerification } from "./sqlite-reads.ts";

/** What a number received, to be run inside a transaction. */
export function createMessageCommands(db: Statements, recorder: Recorder, guard: Guard) {
  /** Whether the order takes it, and has not had it. */
  function isNew(before: Row, { messageId }: Message, sales: readonly Row[]): boolean {
    const seq = toInteger(before.seq);
    // The order was sold again: what comes now is the later buyer's.
    if (before.end_time !== null && sales.some((other) => toInteger(other.seq) > seq)) return false;
    return !sales.some((other) => toInteger(other.seq) < seq && db.get(findMessage, toInteger(other.seq), messageId));
  }

  /** False when it was there already. */
  function add(before: Row, { messageId, sender, text, code, receiveTime }: Message): boolean {
    const said = [messageId, sender ?? null, text, code ?? null, fromTime(receiveTime)];
    return db.run(insertMessage, toInteger(before.seq), ...said, before.end_time === null ? 0n : 1n) > 0;
  }

  return function recordMessages(
    verificationId: string,
    messages: readonly Message[],
    time: Date,
  ): { verification: Verification; added: boolean } {
    const before = db.get(sql.findVerification, verificationId);
    if (!before || before.phone_number === null) throw whyUnchanged(verificationId, before);
    const sales = listOtherSales(db, before);
    const added = messages.filter((message) => isNew(before, message, sales) && add(before, message));
    if (added.length === 0) return { verification: wholeVerification(db, before), added: false };

    const code = added.findLast((message) => message.code !== undefined)?.code;
    const params = code === undefined ? [null, null] : [code, fromTime(time)];
    const late = before.end_time !== null;
    const row = db.get(late ? sql.receiveLate : sql.receive, verificationId, ...params);
    if (!row) throw whyUnchanged(verificationId, before);
    recorder.record(row, late ? "received_late" : "received", time);
    guard.received(toText(row.caller));
    return { verification: wholeVerification(db, row), added: true };
  };
}

/** What else the upstream sold under the same order as this one, which is bought. */
export function listOtherSales(db: Statements, row: Row): readonly Row[] {
  return db.all(
    sql.listOtherSales,
    toText(row.upstream),
    toText(row.provider),
    toText(row.order_ref),
    toInteger(row.seq),
  );
}
