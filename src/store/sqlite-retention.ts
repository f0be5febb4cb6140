import type { Store } from "../core/store.ts";
import { fromTime } from "./rows.ts";
import { sumForgotten } from "./sql/ledger.ts";
import * as sql from "./sql/retention.ts";
import type { Statements } from "./sqlite-statements.ts";

/** One batch of what is past its keeping, as in Store, but at once. */
export function forget(db: Statements, before: Parameters<Store["forget"]>[0], limit: number): number {
  const texts = forgetTexts(db, before.messages, limit);
  const forgotten = texts + forgetOrders(db, before.orders, limit - texts);
  if (forgotten > 0) db.kept.forgetAll();
  return forgotten;
}

function forgetTexts(db: Statements, before: Date, limit: number): number {
  const chosen = db.run(sql.chooseTexts, fromTime(before), BigInt(limit));
  if (chosen === 0) return 0;
  for (const statement of [sql.forgetMessages, sql.forgetCodes, sql.forgetChoice]) db.run(statement);
  return chosen;
}

function forgetOrders(db: Statements, before: Date, limit: number): number {
  const chosen = db.run(sql.chooseOrders, fromTime(before), BigInt(limit));
  if (chosen === 0) return 0;
  for (const statement of [sumForgotten, ...sql.FORGET_ORDERS, sql.forgetChoice]) db.run(statement);
  return chosen;
}
