import type { VerificationStatus } from "../core/verification.ts";
import { type Kind, VERIFICATION } from "./kinds.ts";
import { notFound, whyUnchanged } from "./refusals.ts";
import { type Row, toInteger, toText, type Value } from "./rows.ts";
import * as sql from "./sql/orders.ts";
import type { Statements } from "./sqlite-statements.ts";

/**
 * The row of an order of that kind. With a caller, another's is not there. With statuses, one that may not change because
 * it is in another is refused.
 */
export function findOf(
  db: Statements,
  kind: Kind,
  id: string,
  { caller, statuses }: { readonly caller?: string | undefined; readonly statuses?: readonly string[] } = {},
): Row {
  const row = findRow(db, id);
  if (!row || row.product !== kind.product || (caller !== undefined && row.caller !== caller)) throw notFound(kind, id);
  const status = toText(row.status);
  if (statuses && !statuses.includes(status)) throw whyUnchanged(kind, id, status);
  return row;
}

function findRow(db: Statements, id: string): Row | undefined {
  const kept = db.kept.find(id);
  if (kept) return kept.row;
  const row = db.get(sql.findById, id);
  if (row) db.kept.keep(id, { row });
  return row;
}

/** The verification's row. With a caller, another's is not there. */
export function findVerification(db: Statements, verificationId: string, caller?: string): Row {
  return findOf(db, VERIFICATION, verificationId, { caller });
}

/** As findVerification, of one that may change because it is in one of these statuses. */
export function findChangeable(db: Statements, verificationId: string, statuses: readonly VerificationStatus[]): Row {
  return findOf(db, VERIFICATION, verificationId, { statuses });
}

export function requireStatus(row: Row, statuses: readonly VerificationStatus[]): void {
  const status = toText(row.status) as VerificationStatus;
  if (!statuses.includes(status)) throw whyUnchanged(VERIFICATION, toText(row.order_id), status);
}

/** The row of an order that is known to be there. */
export function orderAt(db: Statements, seq: bigint): Row {
  const row = db.get(sql.findOrder, seq);
  if (!row) throw new Error("an order that must be there is not");
  return row;
}

/** The row of the order that the statement adds. It is read back because `returning` takes SQLite twice as long. */
export function addOrder(db: Statements, insert: string, ...params: readonly Value[]): Row {
  const row = orderAt(db, db.insert(insert, ...params));
  db.kept.keep(toText(row.order_id), { row, attempts: [], messages: [] });
  return row;
}

/** The order's next version, with these columns changed. */
export function changeOrder(db: Statements, row: Row, changes: Readonly<Record<string, Value>>): Row {
  const version = toInteger(row.version);
  const update = sql.updateOrder(Object.keys(changes));
  const changed = db.run(update, toInteger(row.seq), version, ...Object.values(changes));
  const id = toText(row.order_id);
  if (changed !== 1) {
    db.kept.forget(id);
    throw new Error(`order ${id} is no longer of version ${version}`);
  }
  const next = { ...row, ...changes, version: version + 1n };
  db.kept.keep(id, { ...db.kept.find(id), row: next });
  return next;
}
