import type { Inbox } from "../../core/desks.ts";
import { GatewayError } from "../../core/error.ts";
import { isRentalOver, type Rental } from "../../core/rental.ts";
import type { Verification } from "../../core/verification.ts";
import { persist } from "../persist.ts";
import { collect } from "./inbox.ts";
import type { RentalParts } from "./parts.ts";

/** By less, what an upstream says of an end is the rounding of its clock. */
const DRIFT_MS = 120_000;
/** An answer that was sent before an extension may come after it. */
const AFTER_EXTENSION_MS = 60_000;

export interface CollectHooks {
  /** It ends at another time than was known. */
  moved(rental: Rental): void;
  /** The upstream has ended it. */
  ended(rental: Rental): Promise<void>;
  /** A verification that waited on it has its code. */
  received(verification: Verification): void;
}

/** Records what upstreams show of rentals, and publishes it. */
export function createCollecting(parts: RentalParts, hooks: CollectHooks) {
  const { store, clock, bell } = parts;
  const { rentals } = store;
  const now = () => new Date(clock.now());

  /** The upstream's word on the end is the truth, unless it may be older than what is known. */
  async function correctEnd(rental: Rental, end: Date): Promise<Rental> {
    const { rentalId, expireTime, status, extension, extendTime } = rental;
    const isFresh = extendTime !== undefined && clock.now() - extendTime.getTime() < AFTER_EXTENSION_MS;
    if (status !== "ACTIVE" || !expireTime || extension || isFresh) return rental;
    if (Math.abs(end.getTime() - expireTime.getTime()) < DRIFT_MS) return rental;
    const moved = await persist(parts, () => rentals.recordExpiry(rentalId, end, now()));
    bell.ring(rentalId);
    hooks.moved(moved);
    return moved;
  }

  async function endEarly(rental: Rental, ended: NonNullable<Inbox["ended"]>): Promise<Rental> {
    const left = (rental.expireTime?.getTime() ?? 0) - clock.now();
    // At its time it ends by itself.
    if (left < DRIFT_MS && ended === "expired") return rental;
    const over = await persist(parts, () => rentals.recordEnd(rental.rentalId, "CANCELLED", undefined, now()));
    bell.ring(rental.rentalId);
    await hooks.ended(over);
    return over;
  }

  return {
    /** Gives the rental as it is then. */
    async apply(rental: Rental, { messages, leftMs, ended }: Inbox): Promise<Rental> {
      const { rentalId } = rental;
      let present = rental;
      try {
        if (messages.length > 0) {
          const collected = collect(messages, now());
          const record = () => rentals.recordMessages(rentalId, collected, now());
          const recorded = await persist(parts, record);
          present = recorded.rental;
          if (recorded.added.length > 0) bell.ring(rentalId);
          for (const verification of recorded.waits) hooks.received(verification);
        }
        if (isRentalOver(present.status)) return present;
        if (ended) return await endEarly(present, ended);
        return leftMs === undefined ? present : await correctEnd(present, new Date(clock.now() + leftMs));
      } catch (error) {
        // It ended at the same moment.
        if (error instanceof GatewayError && error.reason === "ALREADY_ENDED")
          return rentals.get(rental.caller, rentalId);
        throw error;
      }
    },

    correctEnd,
  };
}
