import type { Reason } from "../core/error.ts";
import type { NewAttempt } from "../core/store.ts";
import type { Attempt, Outcome } from "../core/verification.ts";
import { fromTime, type Row, toAttempt, toInteger, toText } from "./rows.ts";
import * as sql from "./sql/attempts.ts";
import type { Statements } from "./sqlite-statements.ts";

/** In the order in which they were made: the nth has the number n. */
export function attemptsOf(db: Statements, row: Row): readonly Attempt[] {
  const known = db.kept.find(toText(row.order_id))?.attempts;
  return known ?? keep(db, row, db.all(sql.listAttempts, toInteger(row.seq)).map(toAttempt));
}

function keep(db: Statements, row: Row, attempts: readonly Attempt[]): readonly Attempt[] {
  db.kept.add(toText(row.order_id), { attempts });
  return attempts;
}

/** The attempts with the one that begins. */
export function beginAttempt(
  db: Statements,
  row: Row,
  earlier: readonly Attempt[],
  { upstream, offerId, quotedPrice, explanation, time }: NewAttempt,
): readonly Attempt[] {
  const number = BigInt(earlier.length + 1);
  const offer = [upstream, offerId, quotedPrice.micros, quotedPrice.currency, explanation];
  db.run(sql.insertAttempt, toInteger(row.seq), number, ...offer, fromTime(time));
  return keep(db, row, [...earlier, { upstream, offerId, quotedPrice, explanation, startTime: time }]);
}

/** The attempts with the last one's outcome, which was open. */
export function settleAttempt(
  db: Statements,
  row: Row,
  attempts: readonly Attempt[],
  settled: { readonly outcome: Outcome; readonly reason?: Reason | undefined; readonly time: Date },
): readonly Attempt[] {
  const { outcome, reason, time } = settled;
  const number = BigInt(attempts.length);
  db.run(sql.settleAttempt, toInteger(row.seq), number, outcome, reason ?? null, fromTime(time));
  const { reason: _, ...last } = lastOf(attempts);
  const ended = { ...last, outcome, endTime: time };
  return keep(db, row, [...attempts.slice(0, -1), reason === undefined ? ended : { ...ended, reason }]);
}

export function lastOf(attempts: readonly Attempt[]): Attempt {
  const last = attempts.at(-1);
  if (!last) throw new Error("an order that bought has no attempt");
  return last;
}
