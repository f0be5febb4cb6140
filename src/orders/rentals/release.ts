import { UNINTERRUPTED } from "../../core/clock.ts";
import { GatewayError, type Reason, UpstreamFault } from "../../core/error.ts";
import type { Money } from "../../core/money.ts";
import type { Rental } from "../../core/rental.ts";
import { persist } from "../persist.ts";
import { createRefundWitness } from "../refund.ts";
import { createSingleFlight } from "../single-flight.ts";
import { type RentalParts, requireRented } from "./parts.ts";

const REFUSED: readonly Reason[] = ["ALREADY_ENDED", "ALREADY_RECEIVED", "NOT_FOUND", "NOT_SUPPORTED"];

/** Gives rented numbers back. Two calls for one rental at the same time are one. */
export function createReleaser(parts: RentalParts, ended: (rental: Rental) => void) {
  const { upstreams, store, clock, balances, bell } = parts;
  const flights = createSingleFlight<Rental>();
  const witness = createRefundWitness(balances, clock);
  /** Those that may have been taken back: a refusal of the next call says that they were. */
  const unanswered = new Set<string>();

  async function release(rental: Rental): Promise<Rental> {
    const { rentalId, upstream = "", price } = rental;
    const metadata = { rental_id: rentalId, upstream };
    const found = requireRented(rental, upstreams);
    const give = found.desk.release;
    if (!give) {
      throw new GatewayError("NOT_SUPPORTED", `${upstream} rents for the whole length only`, { metadata });
    }
    let refund: Money | undefined;
    try {
      refund = await witness.watch(found.upstream, price, () =>
        found.upstream.run("release", () => give(found.order, UNINTERRUPTED)),
      );
      unanswered.delete(rentalId);
    } catch (error) {
      if (error instanceof UpstreamFault) {
        if (error.sent) unanswered.add(rentalId);
        throw new GatewayError("UPSTREAMS_UNAVAILABLE", `${upstream} did not say whether it took the number back`, {
          metadata,
          retryAfterMs: 10_000,
        });
      }
      if (!(error instanceof GatewayError) || !REFUSED.includes(error.reason)) throw error;
      if (!unanswered.delete(rentalId)) {
        throw new GatewayError("NOT_SUPPORTED", `${upstream} does not take this number back any more`, { metadata });
      }
    }
    const time = new Date(clock.now());
    const cancelled = await persist(parts, () => store.rentals.recordEnd(rentalId, "CANCELLED", refund, time));
    bell.ring(rentalId);
    ended(cancelled);
    return cancelled;
  }

  return {
    /** Of a rental that is ACTIVE. */
    release: (rental: Rental): Promise<Rental> => flights.run(rental.rentalId, () => release(rental)),
    /** Resolves when no number is being given back. */
    idle: flights.idle,
  };
}
