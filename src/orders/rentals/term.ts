import { atMost } from "../../core/clock.ts";
import { GatewayError } from "../../core/error.ts";
import { isRentalOver, type Rental } from "../../core/rental.ts";
import { persist } from "../persist.ts";
import { DAY_MS, type RentalParts } from "./parts.ts";

/** What the upstream and the gateway may differ by in the time of day. */
const GRACE_MS = 3_000;
/** Many may end at once, or have ended while the daemon was down: each is looked at a last time in its turn. */
const LAST_LOOK_PATIENCE_MS = 120_000;
/** After a failure of the store, and while nobody knows whether days were added. */
const TRY_AGAIN_MS = 10_000;
/** The end is told so long before it, or a quarter of the length before it where that is shorter. */
const WARNING_MS = DAY_MS;

/** When a rental's end is near: so that its owner hears of it, and what renews itself does so. */
export function warningTimeOf({ expireTime, totalDays }: Rental): number {
  return (expireTime?.getTime() ?? 0) - Math.min(WARNING_MS, (totalDays * DAY_MS) / 4);
}

/** Tells that the ends of rentals are near, and ends them at their time. */
export interface Terms {
  /** From now on this rental is warned of and ends by itself; a newer state of it replaces the older. */
  add(rental: Rental): void;
  stop(): void;
}

export interface TermHooks {
  /** Resolves when its messages were looked at once more, and its end was asked for where the upstream tells it. */
  lastLook(rental: Rental): Promise<void>;
  /** Its end is near: resolves when what is done about that has been tried. */
  nearEnd(rental: Rental): Promise<void>;
  ended(rental: Rental): Promise<void>;
}

export function createTerms(parts: RentalParts, hooks: TermHooks): Terms {
  const { store, clock, log, bell } = parts;
  const { rentals } = store;
  const timers = new Map<string, () => void>();
  let stopped = false;

  async function warn(rental: Rental): Promise<void> {
    const { rentalId } = rental;
    const warned = await persist(parts, () => rentals.recordWarning(rentalId, new Date(clock.now())));
    if (warned.version !== rental.version) bell.ring(rentalId);
    add(warned);
    await hooks.nearEnd(warned);
  }

  async function end(rental: Rental): Promise<void> {
    const { rentalId, caller, expireTime } = rental;
    const before = await rentals.get(caller, rentalId);
    if (stopped) return;
    if (mayBeLonger(before)) return at(clock.now() + TRY_AGAIN_MS, rental, end);
    await atMost(clock, LAST_LOOK_PATIENCE_MS, hooks.lastLook(before));
    if (stopped) return;
    const present = await rentals.get(caller, rentalId);
    if (mayBeLonger(present)) return at(clock.now() + TRY_AGAIN_MS, rental, end);
    // Its end moved meanwhile, or it has another.
    if (isRentalOver(present.status) || present.expireTime?.getTime() !== expireTime?.getTime()) {
      add(present);
      return;
    }
    const time = present.expireTime ?? new Date(clock.now());
    // All the days were had: nothing comes back for them.
    const nothing = present.price && { ...present.price, micros: 0n };
    const expired = await persist(parts, () => rentals.recordEnd(rentalId, "EXPIRED", nothing, time));
    bell.ring(rentalId);
    await hooks.ended(expired);
  }

  /** Days that are being bought would be paid for and lost. */
  function mayBeLonger({ extension }: Rental): boolean {
    return extension !== undefined && clock.now() < extension.fromTime.getTime() + extension.days * DAY_MS;
  }

  function at(time: number, rental: Rental, action: (rental: Rental) => Promise<void>): void {
    const { rentalId } = rental;
    const cancel = clock.after(time - clock.now(), () => {
      timers.delete(rentalId);
      // A timer takes no more than 24 days.
      if (clock.now() < time) {
        if (!stopped) at(time, rental, action);
        return;
      }
      action(rental).catch((error: unknown) => {
        if (stopped) return;
        if (!(error instanceof GatewayError)) log.error({ err: error, rentalId }, "a rental's end was not dealt with");
        if (!timers.has(rentalId)) at(clock.now() + TRY_AGAIN_MS, rental, retry);
      });
    });
    timers.set(rentalId, cancel);
  }

  async function retry({ caller, rentalId }: Rental): Promise<void> {
    add(await rentals.get(caller, rentalId));
  }

  function add(rental: Rental): void {
    const { rentalId, status, expireTime, expiresSoon } = rental;
    timers.get(rentalId)?.();
    timers.delete(rentalId);
    if (stopped || status !== "ACTIVE" || !expireTime) return;
    if (expiresSoon) at(expireTime.getTime() + GRACE_MS, rental, end);
    else at(warningTimeOf(rental), rental, warn);
  }

  return {
    add,
    stop() {
      stopped = true;
      for (const cancel of timers.values()) cancel();
      timers.clear();
    },
  };
}
