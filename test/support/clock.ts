import type { Clock } from "../../src/core/clock.ts";

export interface HandClock extends Clock {
  /** Turns the clock forward, firing what falls due in order, and lets what it set off run up to its next wait. */
  advance(ms: number): Promise<void>;
}

/** A clock that stands still until it is turned. */
export function createHandClock(start = Date.parse("2026-05-01T12:00:00Z")): HandClock {
  let now = start;
  const timers = new Set<{ at: number; action: () => void }>();

  return {
    now: () => now,
    after(delayMs, action) {
      const timer = { at: now + Math.max(delayMs, 0), action };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    async advance(ms) {
      const end = now + ms;
      for (;;) {
        await settle();
        const due = [...timers].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
        if (!due) break;
        timers.delete(due);
        now = Math.max(now, due.at);
        due.action();
      }
      now = end;
      await settle();
    },
  };
}

/** Lets promises and queued callbacks run; no time passes. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/**
 * Waits until real work that the clock does not turn (a request on loopback, a commit) has led to what is looked for.
 * Gives up with an error after some seconds of nothing.
 */
export async function until<T>(look: () => T | undefined | false | Promise<T | undefined | false>): Promise<T> {
  const giveUp = performance.now() + 10_000;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    if (performance.now() > giveUp) throw new Error("gave up waiting for it");
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
