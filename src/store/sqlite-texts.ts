import type { Message } from "../core/verification.ts";
import { fromTime, type Row, toInteger, toMessage, toText } from "./rows.ts";
import * as sql from "./sql/messages.ts";
import type { Statements } from "./sqlite-statements.ts";

/** What an order received, in the order in which it came. */
export function messagesOf(db: Statements, row: Row): readonly Message[] {
  if (row.holds_texts === 0n) return [];
  const id = toText(row.order_id);
  const known = db.kept.find(id)?.messages;
  if (known) return known;
  const messages = db.all(sql.listMessages, toInteger(row.seq)).map(toMessage);
  db.kept.add(id, { messages });
  return messages;
}

/** False when it was there already. */
export function addMessage(db: Statements, row: Row, { messageId, sender, text, code, receiveTime }: Message): boolean {
  const said = [messageId, sender ?? null, text, code ?? null, fromTime(receiveTime)];
  const added = db.run(sql.insertMessage, toInteger(row.seq), ...said, row.end_time === null ? 0n : 1n);
  if (added === 0) return false;
  // They are read again, not put together: then they are as they will be told after a restart.
  db.kept.add(toText(row.order_id), { messages: undefined });
  return true;
}
