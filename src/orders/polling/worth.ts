import { lostWaiting } from "./hazard.ts";
import { ageAt, endOf, lastLookOf, type Waiting } from "./waiting.ts";

/** What nobody watches counts so much. */
const UNWATCHED = 0.1;
/** A chance of a code per second that is always reckoned with, so that the oldest order is looked at now and then. */
const LEAST_HAZARD = 2e-6;
/** The same for an order whose time is over: worth a look or three where there is nothing better to do. */
const LATE_HAZARD = 3e-5;

export interface WorthParts {
  isWatched(verificationId: string): boolean;
  /** The share of codes that callbacks bring first. */
  pushShare(): number;
}

/** What a poll of the order is worth at that time: the waiting that it is expected to have lost, in weighed seconds. */
export function createWorth({ isWatched, pushShare }: WorthParts) {
  return (waiting: Waiting, time: number): number => {
    const looked = ageAt(waiting, waiting.lookedAt);
    const age = ageAt(waiting, time);
    const end = ageAt(waiting, endOf(waiting));
    const weight = isWatched(waiting.verification.verificationId) ? 1 : UNWATCHED;
    const lost = lostWaiting(waiting.law.hazard(), looked, age, end);
    const gap = age - looked;
    if (waiting.isLate || looked >= end) return (LATE_HAZARD * gap ** 2) / 2;
    // Nobody wants its code, and its last look comes whatever it is worth.
    if (waiting.cancelAt !== undefined && !isWatched(waiting.verification.verificationId)) return 0;
    // It is polled at its end in any case, and a poll just before that saves little.
    const left = Math.max(ageAt(waiting, lastLookOf(waiting)) - age, 0);
    const saved = gap > 0 ? Math.min((2 * left) / gap, 1) : 1;
    return saved * (weight * (1 - pushShare()) * lost + (LEAST_HAZARD * gap ** 2) / 2);
  };
}
