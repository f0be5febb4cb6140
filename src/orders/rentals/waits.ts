import type { Caller } from "../../core/caller.ts";
import { aborted, timeLimit } from "../../core/clock.ts";
import { GatewayError } from "../../core/error.ts";
import { isRentalOver } from "../../core/rental.ts";
import type { Verification } from "../../core/verification.ts";
import type { CallOptions } from "../buying/once.ts";
import { alreadyOver, type RentalParts, requireRented } from "./parts.ts";

/** A code that has not come by then hardly will: the service has not sent it. */
const WAIT_MS = 20 * 60_000;
/** What lies at the upstream already is old: it is fetched before the wait begins, or nothing could tell it from what is new. */
const FIRST_LOOK_PATIENCE_MS = 10_000;
const TRY_AGAIN_MS = 5_000;

export interface WaitHooks {
  /** Resolves when the rental's messages were looked at: with true when all that it has got by now is recorded. */
  look(upstream: string, rentalId: string): Promise<boolean>;
  began(verification: Verification, upstream: string): void;
}

/** Verifications that wait for the next code on a number that is rented already: nothing is bought. */
export function createWaits(parts: Pick<RentalParts, "store" | "clock" | "newId" | "upstreams">, hooks: WaitHooks) {
  const { store, clock, newId, upstreams } = parts;

  return async (
    caller: Caller,
    { requestId, fingerprint, signal }: CallOptions,
    { rentalId, labels }: { readonly rentalId: string; readonly labels: Readonly<Record<string, string>> },
  ): Promise<Verification> => {
    const known = requestId === "" ? undefined : await store.findRequest(caller.name, requestId, fingerprint);
    if (known) return known;
    const rental = await store.rentals.get(caller.name, rentalId);
    if (isRentalOver(rental.status)) throw alreadyOver(rental);
    const { upstream } = requireRented(rental, upstreams);
    const patience = timeLimit(clock, FIRST_LOOK_PATIENCE_MS);
    const enough = AbortSignal.any([patience.signal, signal]);
    const isKnown = await Promise.race([hooks.look(upstream.id, rentalId), aborted(enough)]);
    patience.callOff();
    if (!isKnown) {
      const present = await store.rentals.get(caller.name, rentalId);
      throw isRentalOver(present.status) ? alreadyOver(present) : notShown(rentalId, upstream.id);
    }

    const time = clock.now();
    const id = newId("ver", time);
    const { verification, created } = await store.rentals.createWait({
      verificationId: id,
      caller,
      requestId: requestId || id,
      fingerprint,
      rentalId,
      labels,
      expireTime: new Date(time + WAIT_MS),
      time: new Date(time),
    });
    if (created) hooks.began(verification, upstream.id);
    return verification;
  };
}

function notShown(rentalId: string, upstream: string): GatewayError {
  const message = `${upstream} does not show what ${rentalId} has received already: a new code could not be told from an old one`;
  return new GatewayError("UPSTREAMS_UNAVAILABLE", message, {
    metadata: { rental_id: rentalId, upstream },
    retryAfterMs: TRY_AGAIN_MS,
  });
}
