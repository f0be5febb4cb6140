import { type Clock, sleep } from "../core/clock.ts";
import type { Gate } from "./gate.ts";

/** So many may follow each other at once; more make bursts with silence after them, in which nothing is heard. */
const BURST = 2;

export interface Pace {
  /** How far apart calls are to be, now. */
  gapMs(): number;
  /** Told of every call that has to wait for its turn. */
  readonly waits?: (until: Promise<void>) => void;
}

/** Spreads calls, first come first served. Calls that had to wait for tokens would get them in clusters, and keep them so. */
export function createPace({ gapMs, waits }: Pace, clock: Clock): Gate {
  let free = BURST;
  let countedAt = clock.now();
  let last = Promise.resolve();

  function count(): void {
    const now = clock.now();
    free = Math.min(BURST, free + Math.max(now - countedAt, 0) / gapMs());
    countedAt = now;
  }

  /** False when it was dropped before its turn came. */
  async function turn(before: Promise<void>, dropped: Promise<void>): Promise<boolean> {
    const leaving = new AbortController();
    void dropped.then(() => leaving.abort());
    await Promise.race([before, dropped]);
    for (count(); free < 1 && !leaving.signal.aborted; count()) {
      const wait = sleep(clock, Math.ceil((1 - free) * gapMs()), leaving.signal);
      waits?.(wait);
      await wait;
    }
    if (leaving.signal.aborted) return false;
    free -= 1;
    return true;
  }

  return {
    async schedule(_priority, job, dropped) {
      const before = last;
      const taken = Promise.withResolvers<void>();
      last = before.then(() => taken.promise);
      const isTaken = await turn(before, dropped);
      taken.resolve();
      const outcome = await job();
      if (isTaken && !outcome.sent) free = Math.min(BURST, free + 1);
      return outcome;
    },
    remember() {},
  };
}
