import type { Money } from "../../core/money.ts";
import type { PendingPurchase } from "../../core/records.ts";
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

/** Ends a doubt about one kind of purchase one way or another: recorded first, then published. */
export interface Outcomes {
  /** It was bought, and is the caller's. Throws PURCHASE_UNCERTAIN when the order is another one's. */
  sold(doubt: Doubt, order: FoundOrder, terms: Terms): Promise<Settled>;
  /** Nothing was bought: FAILED. */
  notSold(doubt: Doubt): Promise<Settled>;
  /** It was bought, and what was bought is not to be had: FAILED, and paid. */
  lost(doubt: Doubt, price: Money): Promise<Settled>;
}

/** What a purchase that was uncertain has become. */
export interface Settled {
  readonly status: string;
}

export type OutcomesByProduct = Readonly<Record<PendingPurchase["product"], Outcomes>>;

export function createVerificationOutcomes(
  parts: Pick<OrderParts, "store" | "feed" | "clock" | "log">,
  bought: (verification: Verification) => void = () => {},
): Outcomes {
  const { store, feed, clock } = parts;
  const now = () => new Date(clock.now());

  async function recorded(command: () => Promise<Verification>): Promise<Verification> {
    const verification = await persist(parts, command);
    feed.publish(verification);
    return verification;
  }

  return {
    async sold({ purchase, attempt }, { price, ...order }, { lifetimeMs, cancelDelayMs }) {
      const { orderId, country } = purchase;
      const [orderRef, numberAsSold] = [order.orderRef.toWellFormed(), order.numberAsSold.toWellFormed()];
      // The upstream counts from when it sold the number.
      const after = (ms: number) => new Date(attempt.startTime.getTime() + ms);
      const verification = await recorded(() =>
        store.recordPurchase(orderId, {
          orderRef,
          numberAsSold,
          phoneNumber: toE164(numberAsSold, country),
          price: price ?? attempt.quotedPrice,
          expireTime: after(lifetimeMs),
          ...(cancelDelayMs !== undefined && { cancellableTime: after(cancelDelayMs) }),
          time: now(),
        }),
      );
      bought(verification);
      return verification;
    },

    async notSold({ purchase: { orderId } }) {
      await persist(parts, () => store.recordRefusal(orderId, "UPSTREAMS_UNAVAILABLE", now()));
      return recorded(() => store.recordFailure(orderId, now()));
    },

    lost: ({ purchase: { orderId } }, price) => recorded(() => store.recordLoss(orderId, price, now())),
  };
}
