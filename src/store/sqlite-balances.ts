import type { Movement, RecordedBalance } from "../core/books.ts";
import { fromTime, toInteger, toMoney, toRecordedBalance } from "./rows.ts";
import * as sql from "./sql/balances.ts";
import type { Statements } from "./sqlite-statements.ts";

export function saveBalance(db: Statements, { upstream, provider, balance, time }: RecordedBalance): void {
  db.run(sql.saveBalance, upstream, provider, balance.micros, balance.currency, fromTime(time));
}

export function findBalance(db: Statements, upstream: string, provider: string): RecordedBalance | undefined {
  const row = db.get(sql.findBalance, upstream, provider);
  return row && toRecordedBalance(row);
}

/** What moved at the account after that time, as in Store. */
export function sumMovement(
  db: Statements,
  upstream: string,
  provider: string,
  time: Date,
  verificationId: string,
): Movement {
  const since = [upstream, provider, fromTime(time), verificationId];
  const count = (query: string, ...params: (string | bigint)[]) => Number(toInteger(db.get(query, ...params)?.unknown));
  return {
    spent: db.all(sql.sumMovement, ...since).map((row) => toMoney(row.micros, row.currency)),
    unknown: count(sql.countUnsettled, upstream, provider, verificationId) + count(sql.countUnknownRefunds, ...since),
  };
}
