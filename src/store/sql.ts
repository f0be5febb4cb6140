// The statements that mean the same to every engine. `?1` is the first parameter.
//
// Every change of status names the statuses it may start from, so that TRANSITIONS decides inside the database.

import { predecessors, type VerificationStatus } from "../core/verification.ts";

function from(status: VerificationStatus): string {
  return predecessors(status)
    .map((predecessor) => `'${predecessor}'`)
    .join(", ");
}

export const insertVerification = `
  insert into verifications
    (verification_id, caller, version, request_id, fingerprint, request, country, service, status, create_time)
  values (?1, ?2, 1, ?3, ?4, ?5, ?6, ?7, 'PENDING', ?8)
  returning *`;

export const insertLabel = "insert into labels (verification, caller, key, value) values (?1, ?2, ?3, ?4)";

export const findVerification = "select * from verifications where verification_id = ?1";

export const findByRequestId = "select * from verifications where caller = ?1 and request_id = ?2";

/** By `+seq`, or SQLite would walk through all that ever was to save itself the sorting. */
export const listOpen = "select * from verifications where end_time is null order by +seq";

export const countOpenOfCaller = "select count(*) as open from verifications where caller = ?1 and end_time is null";

export const countOpenByUpstream = `
  select upstream, count(*) as open from verifications
  where end_time is null and upstream is not null
  group by upstream`;

function change(from: string, assignments: readonly string[]): string {
  return `
  update verifications set ${["version = version + 1", ...assignments].join(", ")}
  where verification_id = ?1 and status in (${from})
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

/** Of the rows `mine` and `other`. Another provider that was given the same upstream id has orders of its own. */
const sameOrder =
  "other.upstream = mine.upstream and other.provider = mine.provider and other.order_ref = mine.order_ref";

export const findOrderElsewhere = `
  select other.* from verifications mine join verifications other on ${sameOrder}
  where mine.seq = ?1 and other.seq <> mine.seq and other.end_time is null`;

/** Also one that has received before. */
const receiving = `${from("RECEIVED")}, 'RECEIVED'`;

export const findReceiving = `select * from verifications where verification_id = ?1 and status in (${receiving})`;

export const receive = `
  update verifications
  set version = version + 1, status = 'RECEIVED', code = coalesce(?2, code), code_time = coalesce(?3, code_time)
  where verification_id = ?1 and status in (${receiving})
  returning *`;

/** Of one that has received: its code is history, and the next is waited for. */
export const waitAgain = change("'RECEIVED'", ["status = 'WAITING'", "code = null", "code_time = null"]);

export function end(status: VerificationStatus): string {
  return change(from(status), [
    `status = '${status}'`,
    "refund_micros = coalesce(refund_micros, ?2)",
    "refund_currency = coalesce(refund_currency, ?3)",
    "end_time = ?4",
  ]);
}

export const addRefund = `
  update verifications set version = version + 1, refund_micros = ?2, refund_currency = ?3
  where verification_id = ?1
  returning *`;

export const listAttempts = "select * from attempts where verification = ?1 order by number";

export const insertAttempt = `
  insert into attempts
    (verification, number, upstream, offer_id, quoted_micros, quoted_currency, explanation, start_time)
  values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)`;

/** The one attempt whose outcome is open: all before it were refused. */
export const settleAttempt = `
  update attempts set outcome = ?2, reason = ?3, end_time = ?4
  where verification = ?1 and (outcome is null or outcome = 'UNCERTAIN')
  returning *`;

export const doubtAttempt = `
  update attempts set outcome = 'UNCERTAIN', reason = 'PURCHASE_UNCERTAIN', end_time = ?2
  where verification = ?1 and outcome is null
  returning *`;

export const listMessages = "select * from messages where verification = ?1 order by seq";

/** A number that is sold again under the same order may still show what it received for the one before. */
export const insertMessage = `
  insert into messages (verification, message_id, sender, text, code, receive_time)
  select ?1, ?2, ?3, ?4, ?5, ?6 where not exists (
    select 1 from verifications mine
    join verifications other on ${sameOrder} and other.seq < mine.seq
    join messages on messages.verification = other.seq and messages.message_id = ?2
    where mine.seq = ?1)
  on conflict (verification, message_id) do nothing`;

export const insertEntry = `
  insert into entries (verification, attempt, caller, kind, micros, currency, time)
  values (?1, ?2, ?3, ?4, ?5, ?6, ?7)`;

export const addSpending = `
  insert into spending (caller, day, currency, micros) values (?1, ?2, ?3, ?4)
  on conflict (caller, day, currency) do update set micros = spending.micros + excluded.micros`;

export const sumSpending = `
  select currency, cast(sum(micros) as bigint) as micros from spending
  where caller = ?1 and day >= ?2 and day < ?3
  group by currency`;

export const saveCatalog = `
  insert into catalogs (upstream, format, fetch_time, payload) values (?1, ?2, ?3, ?4)
  on conflict (upstream) do update
  set format = excluded.format, fetch_time = excluded.fetch_time, payload = excluded.payload`;

export const loadCatalogs = "select * from catalogs where format = ?1 order by upstream";

export const insertCall = "insert into calls (upstream, verb, time) values (?1, ?2, ?3)";

export const forgetCalls = "delete from calls where upstream = ?1 and time < ?2";

export const listCalls = "select * from calls where time >= ?1 order by time";

export const saveLearned = `
  insert into learned (kind, key, value, time) values (?1, ?2, ?3, ?4)
  on conflict (kind, key) do update set value = excluded.value, time = excluded.time`;

export const loadLearned = "select * from learned where kind = ?1 order by key";
