import type { Money } from "../core/money.ts";
import type { NewRental, NewRentalWait } from "../core/records.ts";
import type { AutoRenewal, Rental } from "../core/rental.ts";
import type { RecordedPurchase } from "../core/store.ts";
import type { Verification } from "../core/verification.ts";
import { RENTAL, VERIFICATION } from "./kinds.ts";
import { fromRequest } from "./requests.ts";
import { fromTime, type Row, toInteger, toText, toVerification } from "./rows.ts";
import { insertLabel } from "./sql/orders.ts";
import * as sql from "./sql/rentals.ts";
import { attemptsOf } from "./sqlite-attempts.ts";
import { addOrder, changeOrder, findOf } from "./sqlite-orders.ts";
import { createPurchaseCommands, mayComeBack } from "./sqlite-purchases.ts";
import { findWish, wholeVerification } from "./sqlite-reads.ts";
import { createRentalMessages } from "./sqlite-rental-messages.ts";
import { wholeRental } from "./sqlite-rental-reads.ts";
import type { CommandParts } from "./sqlite-verifications.ts";

/** The commands that change a rental, each to be run inside a transaction. As in RentalRecords, but at once. */
export function createRentalCommands(parts: CommandParts) {
  const { db, recorder, callers } = parts;
  const purchases = createPurchaseCommands(parts, RENTAL, (row) => wholeRental(db, row));
  const findActive = (rentalId: string) => findOf(db, RENTAL, rentalId, { statuses: ["ACTIVE"] });

  return {
    ...purchases,
    recordMessages: createRentalMessages(db, recorder),

    create(wish: NewRental): { rental: Rental; created: boolean } {
      const { rentalId, caller, requestId, fingerprint, request, autoRenewal, time } = wish;
      const earlier = findWish(db, RENTAL, caller.name, requestId, fingerprint);
      if (earlier) return { rental: wholeRental(db, earlier), created: false };

      const { country, service, days, labels } = request;
      const asked = [fingerprint, fromRequest(request), country, service];
      const params = [rentalId, caller.name, requestId, ...asked, fromTime(time), BigInt(days)];
      const { renew_days, renew_micros, renew_currency } = fromRenewal(autoRenewal);
      const row = admitted(wish, labels, () =>
        addOrder(db, sql.insertRental, ...params, renew_days, renew_micros, renew_currency),
      );
      return { rental: wholeRental(db, row), created: true };
    },

    recordPurchase(rentalId: string, purchase: RecordedPurchase): Rental {
      return purchases.recordBought(rentalId, purchase, {
        status: "ACTIVE",
        phone_number: purchase.phoneNumber,
        number_as_sold: purchase.numberAsSold,
        expire_time: fromTime(purchase.expireTime),
      });
    },

    recordExpiry(rentalId: string, expireTime: Date, time: Date): Rental {
      const row = changeOrder(db, findActive(rentalId), { expire_time: fromTime(expireTime) });
      recorder.record(row, "expiry_moved", time);
      return wholeRental(db, row);
    },

    recordWarning(rentalId: string, time: Date): Rental {
      const before = findOf(db, RENTAL, rentalId);
      const isTold = before.status !== "ACTIVE" || before.warned_time === before.expire_time;
      if (isTold) return wholeRental(db, before);
      const row = changeOrder(db, before, { warned_time: toInteger(before.expire_time) });
      recorder.record(row, "expires_soon", time);
      return wholeRental(db, row);
    },

    recordAutoRenewal(caller: string, rentalId: string, renewal: AutoRenewal | undefined, time: Date): Rental {
      const before = findOf(db, RENTAL, rentalId, { caller, statuses: ["PENDING", "ACTIVE"] });
      const row = changeOrder(db, before, fromRenewal(renewal));
      recorder.record(row, "auto_renewal_set", time);
      return wholeRental(db, row);
    },

    recordEnd(rentalId: string, status: "EXPIRED" | "CANCELLED", refund: Money | undefined, time: Date): Rental {
      const row = changeOrder(db, findActive(rentalId), { status, end_time: fromTime(time) });
      recorder.record(row, status === "EXPIRED" ? "expired" : "cancelled", time);
      callers.ended(toText(row.caller));
      return refund && mayComeBack(row, refund) ? giveBack(row, refund, time) : wholeRental(db, row);
    },

    recordRefund(rentalId: string, refund: Money, time: Date): Rental {
      const before = findOf(db, RENTAL, rentalId);
      return mayComeBack(before, refund) ? giveBack(before, refund, time) : wholeRental(db, before);
    },

    createWait(wish: NewRentalWait): { verification: Verification; created: boolean } {
      const { verificationId, caller, requestId, fingerprint, rentalId, expireTime, labels, time } = wish;
      const earlier = findWish(db, VERIFICATION, caller.name, requestId, fingerprint);
      if (earlier) return { verification: wholeVerification(db, earlier), created: false };

      const rental = findOf(db, RENTAL, rentalId, { caller: caller.name, statuses: ["ACTIVE"] });
      const request = { ...JSON.parse(toText(rental.request)), maxPrice: undefined, labels, rentalId };
      const asked = [requestId, fingerprint, fromRequest(request), fromTime(time)];
      const params = [verificationId, ...asked, fromTime(expireTime), toInteger(rental.seq)];
      const row = admitted(wish, labels, () => addOrder(db, sql.insertWait, ...params));
      return { verification: toVerification(row, [], []), created: true };
    },
  };

  /** The row of a new order that counts as one of the caller's open ones. */
  function admitted(
    { caller, time }: Pick<NewRental, "caller" | "time">,
    labels: Readonly<Record<string, string>>,
    insert: () => Row,
  ): Row {
    callers.requireRoom(caller);
    const row = insert();
    const seq = toInteger(row.seq);
    for (const [key, value] of Object.entries(labels)) db.run(insertLabel, seq, caller.name, key, value);
    callers.began(caller.name, seq, false);
    recorder.record(row, "created", time);
    return row;
  }

  /** The newest days come back first, each no further than it cost: money returns to the day that it was taken from. */
  function giveBack(rental: Row, refund: Money, time: Date): Rental {
    const { currency } = refund;
    let left = refund.micros;
    const upTo = (charged: bigint) => (charged < left ? charged : left);
    for (const extension of db.all(sql.listExtensions, toInteger(rental.seq)).toReversed()) {
      if (extension.status !== "DONE" || extension.price_currency !== currency || left === 0n) continue;
      const micros = upTo(toInteger(extension.price_micros));
      record(extension, { currency, micros }, micros);
      left -= micros;
    }
    return wholeRental(db, record(rental, { currency, micros: left }, refund.micros));

    function record(before: Row, part: Money, shown: bigint): Row {
      const row = changeOrder(db, before, { refund_micros: shown, refund_currency: currency });
      recorder.record(row, "refunded", time, attemptsOf(db, row), { refund: part });
      return row;
    }
  }
}

function fromRenewal(renewal: AutoRenewal | undefined) {
  return {
    renew_days: renewal ? BigInt(renewal.days) : null,
    renew_micros: renewal ? renewal.maxPrice.micros : null,
    renew_currency: renewal ? renewal.maxPrice.currency : null,
  };
}
