import { isTerminal, type Message, predecessors, STATUSES, type Verification } from "../core/verification.ts";
import { fromTime, type Row, toInteger, toText } from "./rows.ts";
import { findMessage } from "./sql/messages.ts";
import type { Callers } from "./sqlite-callers.ts";
import type { Recorder } from "./sqlite-history.ts";
import { changeOrder, findChangeable } from "./sqlite-orders.ts";
import { listOtherSales, wholeVerification } from "./sqlite-reads.ts";
import type { Statements } from "./sqlite-statements.ts";
import { addMessage, messagesOf } from "./sqlite-texts.ts";

/** All that have a number. */
const RECEIVING = STATUSES.filter((status) =>
  isTerminal(status) ? !predecessors(status).includes("PENDING") : status !== "PENDING",
);

/** What a number received, to be run inside a transaction. */
export function createMessageCommands(db: Statements, recorder: Recorder, callers: Callers) {
  /** Whether the order takes it, and has not had it. */
  function isNew(before: Row, { messageId }: Message, sales: readonly Row[]): boolean {
    const seq = toInteger(before.seq);
    // The order was sold again: what comes now is the later buyer's.
    if (before.end_time !== null && sales.some((other) => toInteger(other.seq) > seq)) return false;
    return !sales.some((other) => toInteger(other.seq) < seq && db.get(findMessage, toInteger(other.seq), messageId));
  }

  return function recordMessages(
    verificationId: string,
    messages: readonly Message[],
    time: Date,
  ): { verification: Verification; added: boolean } {
    const before = findChangeable(db, verificationId, RECEIVING);
    const sales = listOtherSales(db, before, toText(before.order_ref));
    const earlier = messagesOf(db, before);
    const fresh = messages.filter((message) => isNew(before, message, sales));
    const added = fresh.flatMap((message) => addMessage(db, before, message) ?? []);
    if (added.length === 0) return { verification: wholeVerification(db, before), added: false };

    const late = before.end_time !== null;
    const code = added.findLast((message) => message.code !== undefined)?.code;
    const takesCode = code !== undefined && !(late && before.code !== null);
    const row = changeOrder(db, before, {
      ...(!late && { status: "RECEIVED" }),
      ...(takesCode && { code, code_time: fromTime(time) }),
      holds_texts: 1n,
    });
    db.kept.add(verificationId, { messages: [...earlier, ...added] });
    recorder.record(row, late ? "received_late" : "received", time);
    callers.received(toText(row.caller));
    return { verification: wholeVerification(db, row), added: true };
  };
}
