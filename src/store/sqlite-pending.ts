import type { PendingPurchase } from "../core/records.ts";
import { present, type Row, textIfAny, toInteger, toText, toTime } from "./rows.ts";
import { listPending as sql } from "./sql/orders.ts";
import { attemptsOf } from "./sqlite-attempts.ts";
import type { Statements } from "./sqlite-statements.ts";

/** Every purchase that is under way, or of which nobody knows whether it was made; few at any time. */
export function listPending(db: Statements): readonly PendingPurchase[] {
  return db.all(sql).map((row) => ({
    orderId: toText(row.order_id),
    product: toText(row.product) as PendingPurchase["product"],
    caller: toText(row.caller),
    country: toText(row.country),
    service: toText(row.service),
    createTime: toTime(row.create_time),
    ...present({
      upstream: textIfAny(row.upstream),
      provider: textIfAny(row.provider),
      offerRef: textIfAny(row.offer_ref),
      extends: extension(row),
    }),
    attempts: attemptsOf(db, row),
  }));
}

function extension(row: Row): PendingPurchase["extends"] {
  if (row.product !== "EXTENSION") return undefined;
  return {
    orderRef: toText(row.parent_ref),
    fromTime: toTime(row.expire_time),
    days: Number(toInteger(row.days)),
  };
}
