import type { Message } from "../core/verification.ts";
import { fromTime, type Row, toInteger, toMessage, toText } from "./rows.ts";
import * as sql from "./sql/messages.ts";
import type { Statements } from "./sqlite-statements.ts";

const NONE: readonly Message[] = [];

/** What an order received, in the order in which it came. */
export function messagesOf(db: Statements, row: Row): readonly Message[] {
  if (row.holds_texts === 0n) return NONE;
  const id = toText(row.order_id);
  const known = db.kept.find(id)?.messages;
  if (known) return known;
  const messages = db.all(sql.listMessages, toInteger(row.seq)).map(toMessage);
  db.kept.add(id, { messages });
  return messages;
}

/** Answers with the message as it will be told after a restart; with nothing when it was there already. */
export function addMessage(
  db: Statements,
  row: Row,
  { messageId, sender, text, code, receiveTime }: Message,
): Message | undefined {
  const columns = {
    message_id: messageId,
    sender: sender ?? null,
    text,
    code: code ?? null,
    receive_time: fromTime(receiveTime),
    late: row.end_time === null ? 0n : 1n,
  };
  const added = db.run(sql.insertMessage, toInteger(row.seq), ...Object.values(columns));
  if (added === 0) return undefined;
  db.kept.add(toText(row.order_id), { messages: undefined });
  return toMessage(columns);
}
