import { GatewayError } from "../../core/error.ts";
import type { Rental } from "../../core/rental.ts";
import type { BoughtOrder, RentalDesk, Upstream } from "../../core/upstream.ts";
import type { OrderParts } from "../parts.ts";
import type { WatchRefund } from "../refund.ts";
import type { Settlement } from "../settle/settlement.ts";
import type { Witness } from "../settle/witness.ts";
import type { Shelf } from "../shelf.ts";
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
export interface Rented {
  readonly rental: Rental;
  readonly upstream: Upstream;
  readonly desk: RentalDesk;
  readonly order: BoughtOrder;
}

/** Undefined when it was not rented, or its upstream is not configured any more, or is now at another provider. */
export function rented(rental: Rental, upstreams: ReadonlyMap<string, Upstream>): Rented | undefined {
  const { orderRef, offerRef, numberAsSold } = rental;
  const upstream = upstreams.get(rental.upstream ?? "");
  const desk = upstream?.desks.rental;
  if (
    !desk ||
    upstream.provider !== rental.provider ||
    orderRef === undefined ||
    offerRef === undefined ||
    numberAsSold === undefined
  )
    return undefined;
  return { rental, upstream, desk, order: { orderRef, offerRef, numberAsSold } };
}

/** As `rented`, for what cannot go on without its upstream. */
export function requireRented(rental: Rental, upstreams: ReadonlyMap<string, Upstream>): Rented {
  const found = rented(rental, upstreams);
  if (found) return found;
  const upstream = rental.upstream ?? "";
  throw new GatewayError("UPSTREAMS_UNAVAILABLE", `the upstream ${upstream} is not configured`, {
    metadata: { upstream },
    retryAfterMs: 60_000,
  });
}

export function alreadyOver({ rentalId, status }: Rental): GatewayError {
  return new GatewayError("ALREADY_ENDED", `the rental has ended as ${status}`, {
    metadata: { rental_id: rentalId, status },
  });
}
