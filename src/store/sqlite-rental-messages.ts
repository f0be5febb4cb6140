import type { Rental } from "../core/rental.ts";
import type { Message, Verification } from "../core/verification.ts";
import { RENTAL } from "./kinds.ts";
import { fromTime, type Row, toInteger, toText } from "./rows.ts";
import * as sql from "./sql/rentals.ts";
import type { Recorder } from "./sqlite-history.ts";
import { changeOrder, findOf } from "./sqlite-orders.ts";
import { wholeVerification } from "./sqlite-reads.ts";
import { wholeRental } from "./sqlite-rental-reads.ts";
import type { Statements } from "./sqlite-statements.ts";
import { addMessage } from "./sqlite-texts.ts";

/** An upstream that tells the time by the minute tells one that is up to so much too early. */
const TOLD_BY_THE_MINUTE_MS = 60_000;

type Incoming = Message & { readonly isAnonymous: boolean };

/** What a rented number received, to be run inside a transaction. */
export function createRentalMessages(db: Statements, recorder: Recorder) {
  /** The id under which it is new; undefined when it is there already. */
  function newId(seq: bigint, { messageId, isAnonymous }: Incoming): string | undefined {
    if (!isAnonymous) return messageId;
    // Only the newest is shown, without time or id: the same text again is another message once something else came.
    const newest = db.get(sql.findNewestMessage, seq);
    if (newest && toText(newest.message_id).split(".")[0] === messageId) return undefined;
    const alike = toInteger(db.get(sql.countMessagesLike, seq, messageId)?.count);
    return alike === 0n ? messageId : `${messageId}.${alike}`;
  }

  /** The first of the messages that has a code, and came since, is the one that is waited for. */
  function hand(wait: Row, added: readonly Message[], time: Date): Verification | undefined {
    const since = Number(toInteger(wait.create_time)) - TOLD_BY_THE_MINUTE_MS;
    const message = added.find(({ code, receiveTime }) => code !== undefined && receiveTime.getTime() > since);
    if (!message?.code || !addMessage(db, wait, message)) return undefined;
    const received = { status: "RECEIVED", code: message.code, code_time: fromTime(time), holds_texts: 1n };
    const row = changeOrder(db, wait, received);
    recorder.record(row, "received", time);
    return wholeVerification(db, row);
  }

  return function recordMessages(
    rentalId: string,
    messages: readonly Incoming[],
    time: Date,
  ): { rental: Rental; added: readonly Message[]; waits: readonly Verification[] } {
    const before = findOf(db, RENTAL, rentalId, { statuses: ["ACTIVE", "EXPIRED", "CANCELLED"] });
    const seq = toInteger(before.seq);
    const added: Message[] = [];
    for (const { isAnonymous, ...message } of messages) {
      const messageId = newId(seq, { ...message, isAnonymous });
      const stored = messageId === undefined ? undefined : addMessage(db, before, { ...message, messageId });
      if (stored) added.push(stored);
    }
    if (added.length === 0) return { rental: wholeRental(db, before), added, waits: [] };

    const count = toInteger(before.message_count) + BigInt(added.length);
    const row = changeOrder(db, before, { message_count: count, holds_texts: 1n });
    recorder.record(row, before.end_time === null ? "received" : "received_late", time);
    const waiting = db.all(sql.listOpenWaits, seq).filter(({ status }) => status === "WAITING");
    const waits = waiting.flatMap((wait) => hand(wait, added, time) ?? []);
    return { rental: wholeRental(db, row), added, waits };
  };
}
