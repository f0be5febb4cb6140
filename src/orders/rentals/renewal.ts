import type { Caller } from "../../core/caller.ts";
import { type Clock, UNINTERRUPTED } from "../../core/clock.ts";
import { GatewayError, type Reason } from "../../core/error.ts";
import type { Rental } from "../../core/rental.ts";
import type { CallOptions } from "../buying/once.ts";
import { createRetries } from "../retries.ts";
import type { ExtendRequest } from "./extend.ts";
import { DAY_MS, type RentalParts } from "./parts.ts";

/** What was refused is tried again so often before the end, and no more after the last. */
const TRY_AGAIN_MS = 60 * 60_000;
/** What will not be otherwise an hour later. */
const FINAL: readonly Reason[] = ["NOT_SUPPORTED", "ALREADY_ENDED", "PURCHASE_UNCERTAIN", "NOT_FOUND"];

export interface RenewalParts extends Pick<RentalParts, "store" | "clock" | "log"> {
  /** Undefined when the operator has taken the caller out of the configuration. */
  callerNamed(name: string): Caller | undefined;
  extend(caller: Caller, options: CallOptions, request: ExtendRequest): Promise<Rental>;
}

/** Extends rentals whose owners have asked for it, when their end is near: once for each term, whatever happens. */
export function createRenewals({ store, clock, log, callerNamed, extend }: RenewalParts) {
  const retries = createRetries(clock);
  let stopped = false;

  async function retry({ caller, rentalId }: Rental): Promise<void> {
    try {
      await renew(await store.rentals.get(caller, rentalId));
    } catch (error) {
      log.error({ err: error, rentalId }, "a renewal failed");
    }
  }

  /** Of a rental whose end is near. Resolves when it was tried. */
  async function renew(rental: Rental): Promise<void> {
    const { rentalId, autoRenewal, expireTime, status, expiresSoon } = rental;
    if (stopped || status !== "ACTIVE" || !autoRenewal || !expiresSoon || !expireTime) return;
    if (rental.extension || wasJustRenewed(rental, clock)) return;
    const caller = callerNamed(rental.caller);
    if (!caller) return;
    const options = { requestId: "", fingerprint: "auto-renewal", signal: UNINTERRUPTED };
    const { days, maxPrice } = autoRenewal;
    try {
      await extend(caller, options, { rentalId, days, maxPrice, onlyIfExpiring: expireTime });
      log.info({ rentalId, days }, "a rental was renewed");
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      log.warn({ rentalId, reason: error.reason }, "a rental was not renewed");
      const again = clock.now() + TRY_AGAIN_MS < expireTime.getTime();
      if (again && !FINAL.includes(error.reason)) retries.after(TRY_AGAIN_MS, rentalId, () => retry(rental));
    }
  }

  return {
    renew,
    stop(): void {
      stopped = true;
      retries.stop();
    },
  };
}

/** A list that lags behind a renewal would have it end as before: that must not bring a second one. */
function wasJustRenewed({ extendTime, autoRenewal }: Rental, clock: Clock): boolean {
  if (!extendTime || !autoRenewal) return false;
  return clock.now() - extendTime.getTime() < (autoRenewal.days * DAY_MS) / 2;
}
