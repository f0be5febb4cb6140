import type { Change, HistoryEvent, HistoryFilter } from "../core/books.ts";
import type { Attempt } from "../core/verification.ts";
import { fromTime, type Row, toEntry, toHistoryEvent, toInteger, toText, type Value } from "./rows.ts";
import * as sql from "./sql/history.ts";
import { listEntries } from "./sql/ledger.ts";
import { lastOf } from "./sqlite-attempts.ts";
import type { Ledger, Moved } from "./sqlite-ledger.ts";
import type { Statements } from "./sqlite-statements.ts";

/** What became of orders, with the money that moved. */
export interface Recorder {
  /** Adds the event that made the order what the row says. With attempts it is about the last one, and so is the money. */
  record(row: Row, change: Change, time: Date, attempts?: readonly Attempt[], moved?: Moved): void;
}

export function createRecorder(db: Statements, ledger: Ledger): Recorder {
  return {
    record(row, change, time, attempts, moved) {
      const [seq, version] = [toInteger(row.seq), toInteger(row.version)];
      const [caller, status] = [toText(row.caller), toText(row.status)];
      const event = [seq, version, fromTime(time), caller, change, status];
      if (!attempts) {
        db.add(sql.addEvent, ...event, null, null, null);
        return;
      }
      const { outcome, reason, startTime } = lastOf(attempts);
      const number = BigInt(attempts.length);
      db.add(sql.addEvent, ...event, number, outcome ?? null, reason ?? null);
      const account = { orderSeq: seq, version, attempt: number, caller, startTime };
      if (moved) ledger.book(account, moved, time);
    },
  };
}

/** Committed changes, oldest first. */
export function listHistory(db: Statements, filter: HistoryFilter): readonly HistoryEvent[] {
  return listRows(db, filter).map((row) => {
    const entries = db.all(listEntries, toInteger(row.order_seq), toInteger(row.version));
    return toHistoryEvent(row, entries.map(toEntry));
  });
}

function listRows(db: Statements, { after, orderId, caller, since, limit }: HistoryFilter): readonly Row[] {
  const params: Value[] = [after ?? placeBefore(db, since), BigInt(limit)];
  const bind = (value: Value) => `?${params.push(value)}`;
  const conditions: string[] = [];
  if (orderId !== undefined) conditions.push(`o.order_id = ${bind(orderId)}`);
  if (caller !== undefined) conditions.push(`h.caller = ${bind(caller)}`);
  if (since) conditions.push(`h.time >= ${bind(fromTime(since))}`);
  return db.all(sql.listEvents(conditions), ...params);
}

/** Just before the first event that is not before that time. */
function placeBefore(db: Statements, since: Date | undefined): bigint {
  if (!since) return 0n;
  const first = db.get(sql.findFirstEvent, fromTime(since))?.first;
  return typeof first === "bigint" ? first - 1n : 0n;
}
