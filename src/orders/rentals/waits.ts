import { randomUUID } from "node:crypto";
import type { Caller } from "../../core/caller.ts";
import { aborted, timeLimit } from "../../core/clock.ts";
import { isRentalOver } from "../../core/rental.ts";
import type { Verification } from "../../core/verification.ts";
import type { CallOptions } from "../buying/once.ts";
import { alreadyOver, type RentalParts, requireRented } from "./parts.ts";

/** A code that has not come by then hardly will: the service has not sent it. */
const WAIT_MS = 20 * 60_000;
/** What lies at the upstream already is old: it is fetched before the wait begins, if that does not take long. */
const FIRST_LOOK_PATIENCE_MS = 10_000;

export interface WaitHooks {
  /** Resolves when the rental's messages were looked at. */
  look(upstream: string, rentalId: string): Promise<void>;
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
    await Promise.race([hooks.look(upstream.id, rentalId), aborted(enough)]);
    patience.callOff();

    const time = clock.now();
    const { verification, created } = await store.rentals.createWait({
      verificationId: newId("ver", time),
      caller,
      requestId: requestId || randomUUID(),
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
