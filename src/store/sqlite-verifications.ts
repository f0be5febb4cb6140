import type { Money } from "../core/money.ts";
import type { NewVerification, RecordedPurchase } from "../core/store.ts";
import { predecessors, type Verification } from "../core/verification.ts";
import { VERIFICATION } from "./kinds.ts";
import { stillWaits } from "./refusals.ts";
import { fromRequest } from "./requests.ts";
import { fromTime, toInteger, toText, toVerification } from "./rows.ts";
import * as sql from "./sql/orders.ts";
import { attemptsOf } from "./sqlite-attempts.ts";
import type { Callers } from "./sqlite-callers.ts";
import { addOrder, changeOrder, findChangeable, findVerification, requireStatus } from "./sqlite-orders.ts";
import { createPurchaseCommands, mayComeBack, type PurchaseParts } from "./sqlite-purchases.ts";
import { findRequest, wholeVerification } from "./sqlite-reads.ts";
import { messagesOf } from "./sqlite-texts.ts";

export interface CommandParts extends PurchaseParts {
  readonly callers: Callers;
}

/**
 * The commands that change a verification, each to be run inside a transaction. As in Store, but at once. What they
 * refuse, they refuse before they write.
 */
export function createVerificationCommands(parts: CommandParts) {
  const { db, recorder, callers } = parts;
  const purchases = createPurchaseCommands(parts, VERIFICATION, (row, attempts) => toVerification(row, attempts, []));

  return {
    ...purchases,

    create(wish: NewVerification): { verification: Verification; created: boolean } {
      const { verificationId, caller, requestId, fingerprint, request, time } = wish;
      const earlier = findRequest(db, caller.name, requestId, fingerprint);
      if (earlier) return { verification: earlier, created: false };

      const isTrial = callers.admit(caller, time);
      const params = [verificationId, caller.name, requestId, fingerprint, fromRequest(request)];
      const row = addOrder(db, sql.insertVerification, ...params, request.country, request.service, fromTime(time));
      const seq = toInteger(row.seq);
      for (const [key, value] of Object.entries(request.labels)) {
        db.run(sql.insertLabel, seq, caller.name, key, value);
      }
      callers.began(caller.name, seq, isTrial);
      recorder.record(row, "created", time);
      return { verification: toVerification(row, [], []), created: true };
    },

    recordPurchase(verificationId: string, purchase: RecordedPurchase): Verification {
      const { phoneNumber, numberAsSold, expireTime, cancellableTime } = purchase;
      return purchases.recordBought(verificationId, purchase, {
        status: "WAITING",
        phone_number: phoneNumber,
        number_as_sold: numberAsSold,
        expire_time: fromTime(expireTime),
        cancellable_time: cancellableTime ? fromTime(cancellableTime) : null,
      });
    },

    recordAnother(verificationId: string, time: Date): Verification {
      const before = findChangeable(db, verificationId, ["RECEIVED", "WAITING"]);
      if (before.status === "WAITING") return wholeVerification(db, before);
      const row = changeOrder(db, before, { status: "WAITING", code: null, code_time: null });
      recorder.record(row, "waits_again", time);
      return wholeVerification(db, row);
    },

    recordEnd(
      verificationId: string,
      status: "COMPLETED" | "CANCELLED" | "EXPIRED",
      refund: Money | undefined,
      time: Date,
    ): Verification {
      const before = findVerification(db, verificationId);
      if (status === "COMPLETED" && before.status === "WAITING" && before.holds_texts === 0n)
        throw stillWaits(verificationId);
      requireStatus(before, predecessors(status));
      const back = refund && mayComeBack(before, refund) ? refund : undefined;
      const row = changeOrder(db, before, {
        status,
        ...(back && { refund_micros: back.micros, refund_currency: back.currency }),
        end_time: fromTime(time),
      });
      const attempts = attemptsOf(db, row);
      recorder.record(row, ENDS[status], time, back && attempts, back && { refund: back });
      // One that waited on a rental bought nothing.
      if (row.holds_texts === 0n && row.parent === null) callers.endedWithoutMessage(toText(row.caller), time);
      else callers.ended(toText(row.caller));
      return toVerification(row, attempts, messagesOf(db, row));
    },

    recordRefund(verificationId: string, refund: Money, time: Date): Verification {
      const before = findVerification(db, verificationId);
      if (!mayComeBack(before, refund)) return wholeVerification(db, before);
      const row = changeOrder(db, before, { refund_micros: refund.micros, refund_currency: refund.currency });
      const attempts = attemptsOf(db, row);
      recorder.record(row, "refunded", time, attempts, { refund });
      return toVerification(row, attempts, messagesOf(db, row));
    },
  };
}

const ENDS = { COMPLETED: "completed", CANCELLED: "cancelled", EXPIRED: "expired" } as const;
