import { UNINTERRUPTED } from "../../core/clock.ts";
import { GatewayError, UpstreamFault } from "../../core/error.ts";
import type { Money } from "../../core/money.ts";
import type { Rental } from "../../core/rental.ts";
import { persist } from "../persist.ts";
import { createRetries } from "../retries.ts";
import { createSingleFlight } from "../single-flight.ts";
import { createUnanswered, MAY_BE_BACK } from "../unanswered.ts";
import { isToBeGivenBack } from "./create.ts";
import { type RentalParts, type Rented, requireRented } from "./parts.ts";

/** Gives rented numbers back. Two calls for one rental at the same time are one. */
export function createReleaser(parts: RentalParts, ended: (rental: Rental) => void) {
  const { upstreams, store, clock, bell, log, watchRefund } = parts;
  const flights = createSingleFlight<Rental>();
  const retries = createRetries(clock);
  const unanswered = createUnanswered("release", openIds, parts);

  async function openIds(): Promise<readonly string[]> {
    return (await store.rentals.open()).map(({ rentalId }) => rentalId);
  }

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
      refund = await watchRefund(found.upstream, price, () =>
        found.upstream.run("release", () => unanswered.ask(rentalId, () => give(found.order, UNINTERRUPTED))),
      );
    } catch (error) {
      if (error instanceof UpstreamFault) throw didNotSay(upstream, metadata);
      if (!(error instanceof GatewayError) || ![...MAY_BE_BACK, "NOT_SUPPORTED"].includes(error.reason)) throw error;
      const mayBeBack = error.reason !== "NOT_SUPPORTED" && (await unanswered.has(rentalId));
      if (!mayBeBack || !(await isBack(found))) {
        throw new GatewayError("NOT_SUPPORTED", `${upstream} does not take this number back any more`, { metadata });
      }
    }
    const cancelled = await end(rental, refund);
    unanswered.over(rentalId);
    bell.ring(rentalId);
    ended(cancelled);
    return cancelled;
  }

  /** Of a number whose refusal may mean that an earlier call was carried out: by what the upstream shows of it. */
  async function isBack({ rental, upstream, desk, order }: Rented): Promise<boolean> {
    const { rentals, inbox } = desk;
    try {
      if (upstream.desks.inboxTellsEnd) {
        const { ended } = await upstream.run("inbox", () => inbox(order, UNINTERRUPTED));
        return ended !== undefined;
      }
      if (!rentals) return true;
      const listed = await upstream.run("rentals", () => rentals(UNINTERRUPTED));
      return !listed.some(({ orderRef }) => orderRef === order.orderRef);
    } catch (error) {
      if (error instanceof GatewayError && error.reason === "ALREADY_ENDED") return true;
      if (!(error instanceof UpstreamFault)) throw error;
      throw didNotSay(upstream.id, { rental_id: rental.rentalId, upstream: upstream.id });
    }
  }

  async function end({ rentalId, caller }: Rental, refund: Money | undefined): Promise<Rental> {
    const time = new Date(clock.now());
    try {
      return await persist(parts, () => store.rentals.recordEnd(rentalId, "CANCELLED", refund, time));
    } catch (error) {
      if (!(error instanceof GatewayError) || error.reason !== "ALREADY_ENDED") throw error;
      // A look at it told first. What came back came back all the same.
      if (refund) await persist(parts, () => store.rentals.recordRefund(rentalId, refund, time));
      const present = await store.rentals.get(caller, rentalId);
      if (present.status !== "CANCELLED") throw error;
      return present;
    }
  }

  const releaseOnce = (rental: Rental) => flights.run(rental.rentalId, () => release(rental));

  async function releaseWhenPossible(rental: Rental): Promise<Rental> {
    try {
      return await releaseOnce(rental);
    } catch (error) {
      const again = error instanceof GatewayError ? error.retryAfterMs : undefined;
      if (again !== undefined) retries.after(again, rental.rentalId, () => retry(rental));
      throw error;
    }
  }

  async function retry({ caller, rentalId }: Rental): Promise<void> {
    try {
      const present = await store.rentals.get(caller, rentalId);
      if (isToBeGivenBack(present)) await releaseWhenPossible(present);
    } catch (error) {
      log.warn({ err: error, rentalId }, "a rental that cost too much is not given back yet");
    }
  }

  return {
    /** Of a rental that is ACTIVE. */
    release: releaseOnce,
    /** As `release`; where trying again may help, that is done in the background, until it has received something. */
    releaseWhenPossible,
    /** Calls off what was to be tried again, and lets what is being given back be. */
    stop(): Promise<void> {
      retries.stop();
      return flights.idle();
    },
  };
}

function didNotSay(upstream: string, metadata: Readonly<Record<string, string>>): GatewayError {
  return new GatewayError("UPSTREAMS_UNAVAILABLE", `${upstream} did not say whether it took the number back`, {
    metadata,
    retryAfterMs: 10_000,
  });
}
