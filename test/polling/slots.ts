import type { HandClock } from "../support/clock.ts";

/** Gives a slot so many times a second, of the machine's time, whatever its clock says. */
export function createSlots(clock: HandClock, perSecond: () => number): () => Promise<void> {
  let freeAt = clock.now();
  return async () => {
    freeAt = Math.min(Math.max(freeAt, clock.now()), clock.now() + 1_000);
    const wait = freeAt - clock.now();
    freeAt += 1_000 / perSecond();
    if (wait > 0) await new Promise<void>((resolve) => void clock.after(wait, resolve));
  };
}
