import type { OpenFilter, VerificationFilter, VerificationPage } from "../core/store.ts";
import type { Message, Verification } from "../core/verification.ts";
import { listQuery, rowsOf, writePageToken } from "./list-query.ts";
import { requestIdReused } from "./refusals.ts";
import { fromTime, type Row, toAttempt, toInteger, toMessage, toText, toVerification } from "./rows.ts";
import { listMessages } from "./sql/messages.ts";
import * as sql from "./sql/orders.ts";
import { attemptsOf } from "./sqlite-attempts.ts";
import type { Statements } from "./sqlite-database.ts";
import { findVerification } from "./sqlite-orders.ts";

/** The caller's verification with that request id. Throws REQUEST_ID_REUSED when it was for another request. */
export function findRequest(
  db: Statements,
  caller: string,
  requestId: string,
  fingerprint: string,
): Verification | undefined {
  const row = db.get(sql.findByRequestId, caller, requestId);
  if (!row) return undefined;
  const same = row.product === "VERIFICATION" && row.fingerprint === fingerprint;
  if (!same) throw requestIdReused(requestId);
  return wholeVerification(db, row);
}

export function getVerification(db: Statements, caller: string, verificationId: string): Verification {
  return wholeVerification(db, findVerification(db, verificationId, caller));
}

export function listPage(db: Statements, caller: string, filter: VerificationFilter): VerificationPage {
  const query = listQuery(caller, filter);
  const rows = db.all(query.sql, ...query.params);
  const page = rows.slice(0, rowsOf(filter));
  const verifications = page.map((row) => wholeVerification(db, row));
  const last = page.at(-1);
  if (!last || rows.length === page.length) return { verifications };
  return { verifications, nextPageToken: writePageToken(toInteger(last.seq), caller, filter) };
}

/** Three statements, and not two more for each of ten thousand. */
export function listOpen(db: Statements, { upstream, status, expiresBy }: OpenFilter): readonly Verification[] {
  const params = [upstream ?? null, status ?? null, expiresBy ? fromTime(expiresBy) : null];
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

export function messagesOf(db: Statements, row: Row): readonly Message[] {
  return row.holds_texts === 0n ? [] : db.all(listMessages, toInteger(row.seq)).map(toMessage);
}
