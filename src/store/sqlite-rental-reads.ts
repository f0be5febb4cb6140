import type { OrderFilter, Page, PlacedMessage } from "../core/records.ts";
import type { Extension, Rental, RentalStatus } from "../core/rental.ts";
import type { Message, Verification } from "../core/verification.ts";
import { EXTENSION, RENTAL } from "./kinds.ts";
import { listHash, readPageToken, writePageToken } from "./list-query.ts";
import { notFound } from "./refusals.ts";
import { toExtension, toRental } from "./rental-rows.ts";
import { type Row, toAttempt, toInteger, toMessage, toText } from "./rows.ts";
import { findMessage } from "./sql/messages.ts";
import { findOrder } from "./sql/orders.ts";
import * as sql from "./sql/rentals.ts";
import { attemptsOf } from "./sqlite-attempts.ts";
import { findOf } from "./sqlite-orders.ts";
import { findWish, listOrders, wholeVerification } from "./sqlite-reads.ts";
import type { Statements } from "./sqlite-statements.ts";

const NEWEST = 2n ** 63n - 1n;

/** The row's rental with its attempts and the extension that is under way. */
export function wholeRental(db: Statements, row: Row): Rental {
  const seq = toInteger(row.seq);
  const open = db.get(sql.findOpenExtension, seq);
  const attempts = db.all(sql.listAttemptsOf, seq).map(toAttempt);
  return toRental(row, attempts, open && toExtension(open, toText(row.order_id), attemptsOf(db, open)));
}

export function wholeExtension(db: Statements, row: Row): Extension {
  const rental = db.get(findOrder, toInteger(row.parent));
  return toExtension(row, toText(rental?.order_id), attemptsOf(db, row));
}

export function getRental(db: Statements, caller: string, rentalId: string): Rental {
  return wholeRental(db, findOf(db, RENTAL, rentalId, { caller }));
}

export function findRentalRequest(db: Statements, caller: string, requestId: string, fingerprint: string) {
  const row = findWish(db, RENTAL, caller, requestId, fingerprint);
  return row && wholeRental(db, row);
}

export function findExtensionRequest(db: Statements, caller: string, requestId: string, fingerprint: string) {
  const row = findWish(db, EXTENSION, caller, requestId, fingerprint);
  return row && wholeExtension(db, row);
}

export function getExtension(db: Statements, extensionId: string): Extension {
  return wholeExtension(db, findOf(db, EXTENSION, extensionId));
}

export function listRentals(db: Statements, caller: string, filter: OrderFilter<RentalStatus>): Page<Rental> {
  return listOrders(db, RENTAL, caller, filter, (row) => wholeRental(db, row));
}

export function openRentals(db: Statements): readonly Rental[] {
  return db.all(sql.listOpenRentals).map((row) => wholeRental(db, row));
}

export function openWaits(db: Statements, rentalId: string): readonly Verification[] {
  const rental = findOf(db, RENTAL, rentalId);
  return db.all(sql.listOpenWaits, toInteger(rental.seq)).map((row) => wholeVerification(db, row));
}

export function listRentalMessages(
  db: Statements,
  caller: string,
  rentalId: string,
  pageSize: number,
  pageToken: string | undefined,
): Page<Message> {
  const list = listHash({ messages: rentalId, caller });
  const seq = toInteger(findOf(db, RENTAL, rentalId, { caller }).seq);
  const before = pageToken === undefined ? NEWEST : readPageToken(pageToken, list);
  const rows = db.all(sql.listMessagesBefore, seq, before, BigInt(pageSize) + 1n);
  const page = rows.slice(0, pageSize);
  const last = page.at(-1);
  const items = page.map(toMessage);
  if (!last || rows.length === page.length) return { items };
  return { items, nextPageToken: writePageToken(toInteger(last.seq), list) };
}

export function messagesAfter(
  db: Statements,
  rentalId: string,
  place: bigint,
  limit: number,
): readonly PlacedMessage[] {
  const seq = toInteger(findOf(db, RENTAL, rentalId).seq);
  return db
    .all(sql.listMessagesAfter, seq, place, BigInt(limit))
    .map((row) => ({ ...toMessage(row), place: toInteger(row.seq) }));
}

export function placeOf(db: Statements, caller: string, rentalId: string, messageId: string): bigint {
  const row = db.get(findMessage, toInteger(findOf(db, RENTAL, rentalId, { caller }).seq), messageId);
  if (!row) throw notFound({ ...RENTAL, noun: "message", idField: "message_id" }, messageId);
  return toInteger(row.seq);
}
