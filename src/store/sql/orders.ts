// Orders, and of them verifications.
//
// The statements in this folder mean the same to every engine. `?1` is the first parameter. Every change of status names
// the statuses it may start from, so that TRANSITIONS decides inside the database.

import { isTerminal, predecessors, STATUSES, type VerificationStatus } from "../../core/verification.ts";

function list(statuses: readonly VerificationStatus[]): string {
  return statuses.map((status) => `'${status}'`).join(", ");
}

export const insertVerification = `
  insert into orders
    (order_id, product, caller, version, request_id, fingerprint, request, country, service, status, create_time)
  values (?1, 'VERIFICATION', ?2, 1, ?3, ?4, ?5, ?6, ?7, 'PENDING', ?8)
  returning *`;

export const insertLabel = "insert into labels (order_seq, caller, key, value) values (?1, ?2, ?3, ?4)";

export const findVerification = "select * from orders where order_id = ?1 and product = 'VERIFICATION'";

/** Of any product: a request id is a caller's once. */
export const findByRequestId = "select * from orders where caller = ?1 and request_id = ?2";

/** By `+seq`, or SQLite would walk through all that ever was to save itself the sorting. */
export const listOpen = `
  select * from orders where end_time is null and product = 'VERIFICATION' order by +seq`;

/** Of any product. */
export const countOpenOfCaller = "select count(*) as open from orders where caller = ?1 and end_time is null";

export const countOpenByUpstream = `
  select upstream, count(*) as open from orders
  where end_time is null and upstream is not null and product = 'VERIFICATION'
  group by upstream`;

function change(from: string, assignments: readonly string[]): string {
  return `
  update orders set ${["version = version + 1", ...assignments].join(", ")}
  where order_id = ?1 and product = 'VERIFICATION' and status in (${from})
  returning *`;
}

/** What is bought for is only decided while nothing was. */
const BUYING = "'PENDING'";

export const holdOffer = change(BUYING, [
  "country = ?2",
  "service = ?3",
  "upstream = ?4",
  "provider = ?5",
  "offer_id = ?6",
  "offer_ref = ?7",
  "quoted_micros = ?8",
  "quoted_currency = ?9",
]);

export const dropOffer = change(BUYING, [
  "upstream = null",
  "provider = null",
  "offer_id = null",
  "offer_ref = null",
  "quoted_micros = null",
  "quoted_currency = null",
]);

/** What changes is only the attempt. */
export const keepOffer = change(BUYING, []);

export const startWaiting = change(BUYING, [
  "status = 'WAITING'",
  "order_ref = ?2",
  "phone_number = ?3",
  "number_as_sold = ?4",
  "price_micros = ?5",
  "price_currency = ?6",
  "expire_time = ?7",
  "cancellable_time = ?8",
]);

/** Charged for, and never to be had. */
export const loseNumber = change(BUYING, [
  "status = 'FAILED'",
  "price_micros = ?2",
  "price_currency = ?3",
  "end_time = ?4",
]);

/** Of one that waits, or has received before. */
export const receive = change(`${list(predecessors("RECEIVED"))}, 'RECEIVED'`, [
  "status = 'RECEIVED'",
  "code = coalesce(?2, code)",
  "code_time = coalesce(?3, code_time)",
  "holds_texts = 1",
]);

/** The ends of what was bought. */
const ENDED = list(STATUSES.filter((status) => isTerminal(status) && !predecessors(status).includes("PENDING")));

/** The first code stays. */
export const receiveLate = change(ENDED, [
  "code_time = case when code is null then ?3 else code_time end",
  "code = coalesce(code, ?2)",
  "holds_texts = 1",
]);

/** Of one that has received: its code is history, and the next is waited for. */
export const waitAgain = change("'RECEIVED'", ["status = 'WAITING'", "code = null", "code_time = null"]);

function end(status: VerificationStatus): string {
  return change(list(predecessors(status)), [
    `status = '${status}'`,
    "refund_micros = coalesce(refund_micros, ?2)",
    "refund_currency = coalesce(refund_currency, ?3)",
    "end_time = ?4",
  ]);
}

export const END = {
  COMPLETED: end("COMPLETED"),
  CANCELLED: end("CANCELLED"),
  EXPIRED: end("EXPIRED"),
  FAILED: end("FAILED"),
};

export const addRefund = change(list(STATUSES), ["refund_micros = ?2", "refund_currency = ?3"]);

/**
 * What else the upstream sold under the same order. Another provider that was given the same upstream id has orders of
 * its own.
 */
export const listOtherSales = `
  select seq, end_time from orders
  where upstream = ?1 and provider = ?2 and order_ref = ?3 and seq <> ?4`;

export const findSale = "select seq from orders where upstream = ?1 and provider = ?2 and order_ref = ?3 limit 1";
