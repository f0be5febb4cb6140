import type { Clock } from "../core/clock.ts";

const FIRST_MS = 10_000;
/** The documented limits are by the minute: after one of silence there is room again. */
const LONGEST_MS = 60_000;

/**
 * How long to wait where an upstream refuses calls for their rate and does not say for how long: twice as long each time
 * in a row. The documents of smsVerificationService and PapSMS ask for that.
 */
export interface BackOff {
  waitMs(): number;
  /** A call was answered in another way. */
  answered(): void;
}

export function createBackOff(clock: Clock): BackOff {
  let lengthMs = 0;
  let startedAt = clock.now();
  /** Not more than all of it, where the clock is set back. */
  const leftMs = () => Math.min(startedAt - clock.now(), 0) + lengthMs;
  return {
    waitMs() {
      // The calls that were on their way together are refused together.
      if (leftMs() > 0) return leftMs();
      lengthMs = Math.min(lengthMs * 2 || FIRST_MS, LONGEST_MS);
      startedAt = clock.now();
      return lengthMs;
    },
    answered() {
      if (leftMs() <= 0) lengthMs = 0;
    },
  };
}
