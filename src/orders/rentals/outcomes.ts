import type { Rental } from "../../core/rental.ts";
import type { OrderParts } from "../parts.ts";
import { persist } from "../persist.ts";
import { toE164 } from "../phone.ts";
import type { Doubt } from "../settle/match.ts";
import type { Outcomes } from "../settle/outcomes.ts";
import type { Bell } from "./bell.ts";
import { DAY_MS } from "./parts.ts";

interface OutcomeParts extends Pick<OrderParts, "store" | "clock" | "log"> {
  readonly bell: Pick<Bell, "ring">;
}

/** Ends a doubt about a rental: a number that was rented although nobody was told is collected for like any other. */
export function createRentalOutcomes(parts: OutcomeParts, rented: (rental: Rental) => void = () => {}): Outcomes {
  const { store, clock } = parts;
  const recorded = createRecorded(parts);
  const now = () => new Date(clock.now());

  return {
    async sold({ purchase, attempt }, { price, ...order }) {
      const { orderId, caller, country } = purchase;
      const [orderRef, numberAsSold] = [order.orderRef.toWellFormed(), order.numberAsSold.toWellFormed()];
      const { request } = await store.rentals.get(caller, orderId);
      const rental = await recorded(() =>
        store.rentals.recordPurchase(orderId, {
          orderRef,
          numberAsSold,
          phoneNumber: toE164(numberAsSold, country),
          price: price ?? attempt.quotedPrice,
          // The upstream counts from when it rented the number out.
          expireTime: new Date(attempt.startTime.getTime() + request.days * DAY_MS),
          time: now(),
        }),
      );
      rented(rental);
      return rental;
    },

    async notSold({ purchase: { orderId } }) {
      await persist(parts, () => store.rentals.recordRefusal(orderId, "UPSTREAMS_UNAVAILABLE", now()));
      return recorded(() => store.rentals.recordFailure(orderId, now()));
    },

    lost: ({ purchase: { orderId } }, price) => recorded(() => store.rentals.recordLoss(orderId, price, now())),
  };
}

/** Ends a doubt about an extension. What was paid for is had: nothing of it is lost. */
export function createExtensionOutcomes(parts: OutcomeParts, settled: (rental: Rental) => void = () => {}): Outcomes {
  const { store, clock } = parts;
  const recorded = createRecorded(parts);
  const now = () => new Date(clock.now());

  async function sold({ purchase, attempt }: Doubt, price = attempt.quotedPrice): Promise<{ status: string }> {
    const { fromTime, days } = purchase.extends ?? { fromTime: now(), days: 0 };
    const expireTime = new Date(fromTime.getTime() + days * DAY_MS);
    settled(
      await recorded(() => store.extensions.recordPurchase(purchase.orderId, { price, expireTime, time: now() })),
    );
    return { status: "DONE" };
  }

  return {
    sold: (doubt, { price }) => sold(doubt, price),
    lost: sold,
    async notSold({ purchase: { orderId } }) {
      await persist(parts, () => store.extensions.recordRefusal(orderId, "UPSTREAMS_UNAVAILABLE", now()));
      // What renews itself may be tried again.
      settled(await recorded(() => store.extensions.recordFailure(orderId, now())));
      return { status: "FAILED" };
    },
  };
}

function createRecorded(parts: OutcomeParts) {
  return async (command: () => Promise<Rental>): Promise<Rental> => {
    const rental = await persist(parts, command);
    parts.bell.ring(rental.rentalId);
    return rental;
  };
}
