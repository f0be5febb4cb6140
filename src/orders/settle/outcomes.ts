import type { Money } from "../../core/money.ts";
import type { Verification } from "../../core/verification.ts";
import type { OrderParts } from "../parts.ts";
import { persist } from "../persist.ts";
import { toE164 } from "../phone.ts";
import type { Doubt } from "./match.ts";

/** An order that was found to be an uncertain purchase's. */
export interface FoundOrder {
  readonly orderRef: string;
  readonly numberAsSold: string;
  /** Absent: what was quoted. */
  readonly price?: Money | undefined;
}

/** How long an upstream keeps a number that it sold. */
export interface Terms {
  readonly lifetimeMs: number;
  readonly cancelDelayMs?: number;
}

/** Ends a doubt one way or another: recorded first, then published. Each gives the verification as it is then. */
export interface Outcomes {
  /** It was bought, and is the caller's. Throws PURCHASE_UNCERTAIN when the order is another verification's. */
  sold(doubt: Doubt, order: FoundOrder, terms: Terms): Promise<Verification>;
  /** Nothing was bought: FAILED. */
  notSold(doubt: Doubt): Promise<Verification>;
  /** It was bought, and nobody will learn its number: FAILED, and paid. */
  lost(doubt: Doubt, price: Money): Promise<Verification>;
}

export function createOutcomes(parts: Pick<OrderParts, "store" | "feed" | "clock" | "log">): Outcomes {
  const { store, feed, clock } = parts;
  const now = () => new Date(clock.now());

  async function recorded(command: () => Promise<Verification>): Promise<Verification> {
    const verification = await persist(parts, command);
    feed.publish(verification);
    return verification;
  }

  return {
    sold({ verification, attempt }, { price, ...order }, { lifetimeMs, cancelDelayMs }) {
      const { verificationId, country } = verification;
      const [orderRef, numberAsSold] = [order.orderRef.toWellFormed(), order.numberAsSold.toWellFormed()];
      // The upstream counts from when it sold the number.
      const after = (ms: number) => new Date(attempt.startTime.getTime() + ms);
      return recorded(() =>
        store.recordPurchase(verificationId, {
          orderRef,
          numberAsSold,
          phoneNumber: toE164(numberAsSold, country),
          price: price ?? attempt.quotedPrice,
          expireTime: after(lifetimeMs),
          ...(cancelDelayMs !== undefined && { cancellableTime: after(cancelDelayMs) }),
          time: now(),
        }),
      );
    },

    async notSold({ verification: { verificationId } }) {
      await persist(parts, () => store.recordRefusal(verificationId, "UPSTREAMS_UNAVAILABLE", now()));
      return recorded(() => store.recordFailure(verificationId, now()));
    },

    lost: ({ verification: { verificationId } }, price) =>
      recorded(() => store.recordLoss(verificationId, price, now())),
  };
}
