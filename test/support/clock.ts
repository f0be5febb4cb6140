import type { Clock } from "../../src/core/clock.ts";

export interface HandClock extends Clock {
  /** Turns the clock forward, firing what falls due in order, and lets what it set off run up to its next wait. */
  advance(ms: number): Promise<void>;

  /** Sets the time of day, forward or back. What waits goes on waiting as long as it would have. */
  jump(ms: number): void;
}

/** A clock that stands still until it is turned. */
export function createHandClock(start = Date.parse("2026-05-01T12:00:00Z")): HandClock {
  // Timers run by the time that has passed, whatever the time of day is set to.
  let passed = 0;
  let setBy = 0;
  const timers = new Set<{ at: number; action: () => void }>();

  return {
    now: () => start + passed + setBy,
    after(delayMs, action) {
      const timer = { at: passed + Math.max(delayMs, 0), action };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    async advance(ms) {
      const end = passed + ms;
      for (;;) {
        await settle();
        const due = [...timers].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
        if (!due) break;
        timers.delete(due);
        passed = Math.max(passed, due.at);
        due.action();
      }
      passed = end;
      await settle();
    },
    jump(ms) {
      setBy += ms;
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
  const giveUp = performance.now() + 30_000;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    if (performance.now() > giveUp) throw new Error("gave up waiting for it");
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
