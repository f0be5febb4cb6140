import type { OrderFilter, Page } from "../core/records.ts";
import type { OpenFilter } from "../core/store.ts";
import type { Verification, VerificationStatus } from "../core/verification.ts";
import { type Kind, VERIFICATION } from "./kinds.ts";
import { filterHash, listQuery, rowsOf, writePageToken } from "./list-query.ts";
import { requestIdReused } from "./refusals.ts";
import { fromTime, type Row, toAttempt, toInteger, toMessage, toText, toVerification } from "./rows.ts";
import * as sql from "./sql/orders.ts";
import { attemptsOf } from "./sqlite-attempts.ts";
import { findVerification } from "./sqlite-orders.ts";
import type { Statements } from "./sqlite-statements.ts";
import { messagesOf } from "./sqlite-texts.ts";

/** The caller's verification with that request id. Throws REQUEST_ID_REUSED when it was for another request. */
export function findRequest(
  db: Statements,
  caller: string,
  requestId: string,
  fingerprint: string,
): Verification | undefined {
  const row = findWish(db, VERIFICATION, caller, requestId, fingerprint);
  return row && wholeVerification(db, row);
}

/** The row of the caller's order with that request id, which must be of that kind. */
export function findWish(
  db: Statements,
  { product }: Kind,
  caller: string,
  requestId: string,
  fingerprint: string,
): Row | undefined {
  const row = db.get(sql.findByRequestId, caller, requestId);
  if (row && (row.product !== product || row.fingerprint !== fingerprint)) throw requestIdReused(requestId);
  return row;
}

const told = new WeakMap<Row, Verification>();

/** The same object for the same state, while that is kept: what is made of it for one who asks serves all who ask again. */
export function getVerification(db: Statements, caller: string, verificationId: string): Verification {
  const row = findVerification(db, verificationId, caller);
  const [attempts, messages] = [attemptsOf(db, row), messagesOf(db, row)];
  const earlier = told.get(row);
  if (earlier?.attempts === attempts && earlier.messages === messages) return earlier;
  const verification = toVerification(row, attempts, messages);
  told.set(row, verification);
  return verification;
}

export function listPage(db: Statements, caller: string, filter: OrderFilter<VerificationStatus>): Page<Verification> {
  return listOrders(db, VERIFICATION, caller, filter, (row) => wholeVerification(db, row));
}

/** A page of a caller's orders of one kind. */
export function listOrders<T>(
  db: Statements,
  kind: Kind,
  caller: string,
  filter: OrderFilter<string>,
  whole: (row: Row) => T,
): Page<T> {
  const query = listQuery(kind, caller, filter);
  const rows = db.all(query.sql, ...query.params);
  const page = rows.slice(0, rowsOf(filter));
  const items = page.map(whole);
  const last = page.at(-1);
  if (!last || rows.length === page.length) return { items };
  return { items, nextPageToken: writePageToken(toInteger(last.seq), filterHash(kind, caller, filter)) };
}

/** Three statements, and not two more for each of ten thousand. */
export function listOpen(db: Statements, { upstream, expiresBy }: OpenFilter): readonly Verification[] {
  const params = [upstream ?? null, expiresBy ? fromTime(expiresBy) : null];
  const attempts = Map.groupBy(db.all(sql.listOpenAttempts, ...params), orderOf);
  const messages = Map.groupBy(db.all(sql.listOpenMessages, ...params), orderOf);
  return db.all(sql.listOpen, ...params).map((row) => {
    const seq = toInteger(row.seq);
    const [tried, got] = [attempts.get(seq) ?? [], messages.get(seq) ?? []];
    return toVerification(row, tried.map(toAttempt), got.map(toMessage));
  });
}

function orderOf(row: Row): bigint {
  return toInteger(row.order_seq);
}

export function countOpen(db: Statements): ReadonlyMap<string, number> {
  return new Map(db.all(sql.countOpenByUpstream).map((row) => [toText(row.upstream), Number(toInteger(row.open))]));
}

/** What else the upstream sold under the same order as to this row's. */
export function listOtherSales(db: Statements, row: Row, orderRef: string): readonly Row[] {
  return db.all(sql.listOtherSales, toText(row.upstream), toText(row.provider), orderRef, toInteger(row.seq));
}

/** Which of these orders of an account are here, ended or not. */
export function heldOrders(
  db: Statements,
  upstream: string,
  provider: string,
  orderRefs: readonly string[],
): ReadonlySet<string> {
  return new Set(orderRefs.filter((ref) => db.get(sql.findSale, upstream, provider, ref)));
}

/** The row's verification with its attempts and messages. */
export function wholeVerification(db: Statements, row: Row): Verification {
  return toVerification(row, attemptsOf(db, row), messagesOf(db, row));
}
