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
  const row = db.get(sql.findOfProduct, id, kind.product);
  if (!row || (caller !== undefined && row.caller !== caller)) throw notFound(kind, id);
  const status = toText(row.status);
  if (statuses && !statuses.includes(status)) throw whyUnchanged(kind, id, status);
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
  return orderAt(db, db.insert(insert, ...params));
}

/** The order's next version, with these columns changed. */
export function changeOrder(db: Statements, row: Row, changes: Readonly<Record<string, Value>>): Row {
  const version = toInteger(row.version);
  const update = sql.updateOrder(Object.keys(changes));
  const changed = db.run(update, toInteger(row.seq), version, ...Object.values(changes));
  if (changed !== 1) throw new Error(`order ${toText(row.order_id)} is no longer of version ${version}`);
  return { ...row, ...changes, version: version + 1n };
}
