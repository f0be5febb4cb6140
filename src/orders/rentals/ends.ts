import { UNINTERRUPTED } from "../../core/clock.ts";
import { GatewayError, UpstreamFault } from "../../core/error.ts";
import type { Rental } from "../../core/rental.ts";
import { createSingleFlight } from "../single-flight.ts";
import type { RentalParts } from "./parts.ts";

/** Asks upstreams that list their rentals when these end. */
export function createEnds(
  { upstreams, store, log }: Pick<RentalParts, "upstreams" | "store" | "log">,
  correct: (rental: Rental, end: Date) => Promise<Rental>,
) {
  const flights = createSingleFlight<void>();

  async function ask(id: string): Promise<void> {
    const upstream = upstreams.get(id);
    const list = upstream?.desks.rental?.rentals;
    if (!upstream || !list) return;
    try {
      const listed = await upstream.run("rentals", () => list(UNINTERRUPTED));
      const ends = new Map(listed.map(({ orderRef, expireTime }) => [orderRef, expireTime]));
      if (![...ends.values()].some((end) => end !== undefined)) return;
      for (const rental of await store.rentals.open()) {
        const isHere = rental.upstream === id && rental.provider === upstream.provider;
        const end = isHere ? ends.get(rental.orderRef ?? "") : undefined;
        if (end) await correct(rental, end);
      }
    } catch (error) {
      if (!(error instanceof GatewayError) && !(error instanceof UpstreamFault)) throw error;
      log.debug({ upstream: id }, "the list of rentals is not to be had");
    }
  }

  return {
    /** Resolves when it was asked, whatever came of it. Calls at the same time are one. */
    ask: (upstream: string): Promise<void> => flights.run(upstream, () => ask(upstream)),
    idle: flights.idle,
  };
}
