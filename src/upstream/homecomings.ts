import type { Clock } from "../core/clock.ts";

/** When the tokens of a limit that are out will be home, as far as it is known. */
export interface Homecomings {
  /** One more will be home after so long. */
  add(delayMs: number): void;
  /** The first of them is home. */
  arrived(): void;
  /**
   * How far apart calls are to be, so that `free` tokens last until others come home, and these until the next do. Others
   * will have taken some by then.
   */
  gapMs(free: number, takenIn: (ms: number) => number): number;
}

/** What is home sooner than `soonMs` is waited for: heeding each token would pass on every unevenness from window to window. */
export function createHomecomings(clock: Clock, soonMs: number): Homecomings {
  /** Ascending. */
  const times: number[] = [];
  let lastNow = clock.now();

  /** Timers bring tokens home, and do not mind when the time of day is set back. */
  function now(): number {
    const by = clock.now() - lastNow;
    if (by < 0) for (const [index, time] of times.entries()) times[index] = time + by;
    lastNow += by;
    return lastNow;
  }

  return {
    add(delayMs) {
      const time = now() + delayMs;
      const at = times.findLastIndex((other) => other <= time) + 1;
      times.splice(at, 0, time);
    },
    arrived: () => void times.shift(),
    gapMs(free, takenIn) {
      const start = now();
      let gap = 0;
      for (const [index, time] of times.entries()) {
        const leftMs = time - start;
        if (leftMs < soonMs) continue;
        // So many calls may have been sent when it comes home, and it makes the next one possible.
        const calls = free + index + 1 - takenIn(leftMs);
        gap = Math.max(gap, leftMs / Math.max(calls, 1));
      }
      return gap;
    },
  };
}
