import type { Clock } from "../../src/core/clock.ts";
import { createHeap } from "../../src/orders/polling/heap.ts";

/** Time that passes as fast as it can be computed. */
export interface Simulation {
  readonly clock: Clock;
  /** Lets everything happen up to then, in Unix milliseconds. */
  runUntil(time: number): Promise<void>;
  /** Gives the timers back to the machine. */
  end(): void;
}

/**
 * Starts at the epoch. The limiter's library takes its time from the global timers, so these are taken over: nothing else
 * may wait for them meanwhile.
 */
export function startSimulation(): Simulation {
  let now = 0;
  const timers = createHeap<{ action: (() => void) | undefined }>();

  const clock: Clock = {
    now: () => now,
    after(delayMs, action) {
      const timer: { action: (() => void) | undefined } = { action };
      timers.push(now + Math.max(delayMs, 0), timer);
      return () => {
        timer.action = undefined;
      };
    },
  };
  const { setTimeout, clearTimeout } = globalThis;
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  globalThis.setTimeout = ((action: () => void, delayMs = 0) => clock.after(delayMs, action)) as never;
  globalThis.clearTimeout = ((cancel?: () => void) => cancel?.()) as never;

  return {
    clock,
    async runUntil(time) {
      await settled();
      while (timers.earliest() <= time) {
        now = Math.max(now, timers.earliest());
        while (timers.earliest() <= now) timers.pop()?.action?.();
        await settled();
      }
      now = time;
    },
    end() {
      Object.assign(globalThis, { setTimeout, clearTimeout });
    },
  };
}
