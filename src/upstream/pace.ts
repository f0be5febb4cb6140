import { type Clock, sleep } from "../core/clock.ts";
import type { Gate } from "./gate.ts";

/** So many may follow each other at once; more make bursts with silence after them, in which nothing is heard. */
const BURST = 2;

/** Spreads calls evenly over a limit's window, first come first served. */
export function createPace({ calls, windowMs }: { calls: number; windowMs: number }, clock: Clock): Gate {
  const most = Math.min(BURST, calls);
  let free = most;
  let countedAt = clock.now();
  let last = Promise.resolve();

  function count(): void {
    const now = clock.now();
    free = Math.min(most, free + (Math.max(now - countedAt, 0) * calls) / windowMs);
    countedAt = now;
  }

  /** False when it was dropped before its turn came. */
  async function turn(before: Promise<void>, dropped: Promise<void>): Promise<boolean> {
    const leaving = new AbortController();
    void dropped.then(() => leaving.abort());
    await Promise.race([before, dropped]);
    for (count(); free < 1 && !leaving.signal.aborted; count()) {
      await sleep(clock, Math.ceil(((1 - free) * windowMs) / calls), leaving.signal);
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
      if (isTaken && !outcome.sent) free = Math.min(most, free + 1);
      return outcome;
    },
    remember() {},
  };
}
