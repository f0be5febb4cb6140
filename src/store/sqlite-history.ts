import type { Change, HistoryEvent, HistoryFilter } from "../core/store.ts";
import type { Attempt } from "../core/verification.ts";
import { fromTime, type Row, toEntry, toHistoryEvent, toInteger, toText, type Value } from "./rows.ts";
import * as sql from "./sql/history.ts";
import { listEntries } from "./sql/ledger.ts";
import type { Statements } from "./sqlite-database.ts";
import type { Booking, Ledger } from "./sqlite-ledger.ts";

/** The attempt that a change is about, as it is after it. */
export type ChangedAttempt = { readonly number: number } & Pick<Attempt, "outcome" | "reason">;

/** What became of orders, with the money that moved. */
export interface Recorder {
  /** Adds the event that made the order what the row says, and books its money. */
  record(row: Row, change: Change, time: Date, attempt?: ChangedAttempt, booking?: Booking): void;
}

export function createRecorder(db: Statements, ledger: Ledger): Recorder {
  return {
    record(row, change, time, attempt, booking) {
      const version = toInteger(row.version);
      const about = attempt ? [BigInt(attempt.number), attempt.outcome ?? null, attempt.reason ?? null] : NO_ATTEMPT;
      const [caller, status] = [toText(row.caller), toText(row.status)];
      db.run(sql.insertEvent, toInteger(row.seq), version, fromTime(time), caller, change, status, ...about);
      if (booking) ledger.book(booking, version, time);
    },
  };
}

const NO_ATTEMPT = [null, null, null];

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
