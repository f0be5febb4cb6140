import type { RentalDesk } from "../../core/desks.ts";
import { GatewayError } from "../../core/error.ts";
import type { Rental } from "../../core/rental.ts";
import type { Upstream } from "../../core/upstream.ts";
import type { OrderParts } from "../parts.ts";
import type { WatchRefund } from "../refund.ts";
import type { Settlement } from "../settle/settlement.ts";
import type { Witness } from "../settle/witness.ts";
import type { Shelf } from "../shelf.ts";
import { notConfigured, type SoldAt, soldAt } from "../sold-at.ts";
import type { Bell } from "./bell.ts";

export const DAY_MS = 24 * 60 * 60_000;

/** What everything about rentals works with. */
export interface RentalParts extends OrderParts {
  readonly shelf: Shelf;
  readonly settlement: Settlement;
  readonly witness: Pick<Witness, "ended">;
  readonly bell: Bell;
  readonly watchRefund: WatchRefund;
}

/** A rental, beside where it can be asked about. */
export interface Rented extends SoldAt {
  readonly rental: Rental;
  readonly desk: RentalDesk;
}

/** Undefined as `soldAt`. */
export function rented(rental: Rental, upstreams: ReadonlyMap<string, Upstream>): Rented | undefined {
  const found = soldAt(rental, upstreams);
  const desk = found?.upstream.desks.rental;
  return found && desk && { ...found, rental, desk };
}

/** As `rented`, for what cannot go on without its upstream. */
export function requireRented(rental: Rental, upstreams: ReadonlyMap<string, Upstream>): Rented {
  const found = rented(rental, upstreams);
  if (!found) throw notConfigured(rental.upstream ?? "");
  return found;
}

export function alreadyOver({ rentalId, status }: Rental): GatewayError {
  return new GatewayError("ALREADY_ENDED", `the rental has ended as ${status}`, {
    metadata: { rental_id: rentalId, status },
  });
}
