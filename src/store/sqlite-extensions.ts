import { GatewayError } from "../core/error.ts";
import type { Money } from "../core/money.ts";
import type { NewExtension } from "../core/records.ts";
import type { Extension, Rental } from "../core/rental.ts";
import { EXTENSION, RENTAL } from "./kinds.ts";
import { fromRequest } from "./requests.ts";
import { fromTime, type Row, toInteger, toText } from "./rows.ts";
import * as sql from "./sql/rentals.ts";
import type { Recorder } from "./sqlite-history.ts";
import { addOrder, changeOrder, findOf, orderAt } from "./sqlite-orders.ts";
import { createPurchaseCommands, type PurchaseParts } from "./sqlite-purchases.ts";
import { findWish } from "./sqlite-reads.ts";
import { wholeExtension, wholeRental } from "./sqlite-rental-reads.ts";

/** The commands that buy more days, each to be run inside a transaction. As in ExtensionRecords, but at once. */
export function createExtensionCommands(parts: Omit<PurchaseParts, "callers">) {
  const { db } = parts;
  const rentalRow = (extension: Row) => orderAt(db, toInteger(extension.parent));
  /** What becomes of an extension is a change of its rental too. */
  const recorder: Recorder = {
    record(row, change, time, attempts, moved) {
      parts.recorder.record(row, change, time, attempts, moved);
      if (change !== "bought") parts.recorder.record(changeOrder(db, rentalRow(row), {}), "extension_changed", time);
    },
  };
  // It is no number of its own, and no open order.
  const callers = { ended: () => {} };
  const rentalOf = (row: Row) => wholeRental(db, rentalRow(row));
  const purchases = createPurchaseCommands({ ...parts, recorder, callers }, EXTENSION, rentalOf);

  return {
    ...purchases,

    create(wish: NewExtension): { extension: Extension; created: boolean } {
      const { extensionId, rentalId, caller, requestId, fingerprint, days, maxPrice, onlyIfExpiring, time } = wish;
      const earlier = findWish(db, EXTENSION, caller.name, requestId, fingerprint);
      if (earlier) return { extension: wholeExtension(db, earlier), created: false };

      const rental = findOf(db, RENTAL, rentalId, { caller: caller.name, statuses: ["PENDING", "ACTIVE"] });
      if (rental.status === "PENDING") throw notYet(rentalId);
      if (onlyIfExpiring && rental.expire_time !== fromTime(onlyIfExpiring)) throw renewed(rentalId);
      if (db.get(sql.findOpenExtension, toInteger(rental.seq))) throw unsettled(rentalId, toText(rental.upstream));
      const request = fromRequest({ days, maxPrice });
      const params = [extensionId, requestId, fingerprint, request, fromTime(time), BigInt(days)];
      const row = addOrder(db, sql.insertExtension, ...params, toInteger(rental.seq));
      parts.recorder.record(row, "created", time);
      return { extension: wholeExtension(db, row), created: true };
    },

    recordPurchase(
      extensionId: string,
      { price, expireTime, time }: { readonly price: Money; readonly expireTime: Date; readonly time: Date },
    ): Rental {
      const extension = findOf(db, EXTENSION, extensionId);
      purchases.recordBought(extensionId, { price, time }, { status: "DONE", end_time: fromTime(time) });
      const rental = rentalRow(extension);
      // Of a rental that has ended the end does not move, and money of another currency cannot be added.
      const row = changeOrder(db, rental, {
        days: toInteger(rental.days) + toInteger(extension.days),
        ...(rental.end_time === null && { expire_time: fromTime(expireTime) }),
        ...(rental.price_currency === price.currency && {
          price_micros: toInteger(rental.price_micros) + price.micros,
        }),
        extend_time: fromTime(time),
      });
      parts.recorder.record(row, "extended", time);
      return wholeRental(db, row);
    },
  };
}

function notYet(rentalId: string): GatewayError {
  return new GatewayError("PURCHASE_UNCERTAIN", `nobody knows yet whether ${rentalId} was rented`, {
    metadata: { rental_id: rentalId },
  });
}

function renewed(rentalId: string): GatewayError {
  return new GatewayError("ALREADY_ENDED", `the term of ${rentalId} that was to be renewed is over`, {
    metadata: { rental_id: rentalId },
  });
}

function unsettled(rentalId: string, upstream: string): GatewayError {
  const message = `nobody knows yet whether ${upstream} extended ${rentalId}: until then it is not extended again`;
  return new GatewayError("PURCHASE_UNCERTAIN", message, { metadata: { rental_id: rentalId, upstream } });
}
