import type { Clock } from "../core/clock.ts";

const MINUTE_MS = 60_000;

/** So many calls in any 60 seconds, counted together under one name. */
export interface Limit {
  readonly name: string;
  readonly perMinute: number;
}

/** A call that came too soon. */
export interface Excess {
  readonly limit: number;
  /** At least 1; a call after so many seconds is within the limit again. */
  readonly retryAfterSeconds: number;
  /** Unix time at which the oldest call leaves the window. */
  readonly resetSeconds: number;
}

export interface Windows {
  /** Takes the call in, or tells why not. A call that is refused does not count. */
  admit(limit: Limit): Excess | undefined;
  reset(): void;
}

/** Sliding windows: no 60 seconds, wherever they begin, hold more calls than a limit says. */
export function createWindows(clock: Clock): Windows {
  const admitted = new Map<string, number[]>();

  return {
    admit({ name, perMinute }) {
      const now = clock.now();
      const recent = (admitted.get(name) ?? []).filter((time) => time > now - MINUTE_MS);
      admitted.set(name, recent);
      const [oldest = now] = recent;
      if (recent.length < perMinute) {
        recent.push(now);
        return undefined;
      }
      const freeTime = oldest + MINUTE_MS;
      return {
        limit: perMinute,
        retryAfterSeconds: Math.max(1, Math.ceil((freeTime - now) / 1000)),
        resetSeconds: Math.ceil(freeTime / 1000),
      };
    },
    reset: () => admitted.clear(),
  };
}
