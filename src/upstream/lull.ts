import type { Clock } from "../core/clock.ts";
import { type Gate, NOT_SENT } from "./gate.ts";

/** Those who wait come one after another: between two of them it is not quiet. */
const QUIET_MS = 5_000;

/** A gate that is shut while others wait for what its calls would take, and until none has for a while. */
export interface Lull extends Gate {
  /** Somebody waits until then. */
  waits(until: Promise<void>): void;
}

export function createLull(clock: Clock): Lull {
  let shutBy = 0;
  let opened = Promise.withResolvers<void>();
  return {
    waits(until) {
      if (shutBy === 0) opened = Promise.withResolvers();
      shutBy += 1;
      const leave = () => {
        shutBy -= 1;
        if (shutBy === 0) opened.resolve();
      };
      void until.then(() => clock.after(QUIET_MS, leave));
    },
    async schedule(_priority, job, dropped) {
      const over = dropped.then(() => true);
      let isOver = false;
      while (shutBy > 0 && !isOver) isOver = await Promise.race([opened.promise.then(() => false), over]);
      return isOver ? NOT_SENT : job();
    },
    remember() {},
  };
}
