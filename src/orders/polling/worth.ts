import { lostWaiting } from "./hazard.ts";
import { ageAt, endOf, type Waiting } from "./waiting.ts";

/** What nobody watches counts so much. */
const UNWATCHED = 0.1;
/** A chance of a code per second that is always reckoned with, so that the oldest order is looked at now and then. */
const LEAST_HAZARD = 2e-6;
/** The same for an order that has ended: worth a look or three where there is nothing better to do. */
const LATE_HAZARD = 1e-3;

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
    const floor = waiting.isLate ? LATE_HAZARD : LEAST_HAZARD;
    return weight * (1 - pushShare()) * lost + (floor * (age - looked) ** 2) / 2;
  };
}
