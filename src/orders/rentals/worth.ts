import { lostWaiting } from "../polling/hazard.ts";
import { BURST_S } from "./law.ts";
import { endOf, lawOf, oftenness, type Quiet, quietAt } from "./quiet.ts";

/** What a message that nobody waits for counts beside one that somebody does. */
const UNWATCHED = 0.1;
/** A chance of a message per second that is always reckoned with, one a day: without it the quietest would wait for hours. */
const LEAST_HAZARD = 1e-5;

/** What a look at the rental is worth at that time: the waiting that is expected to be lost by then, in weighed seconds. */
export function createWorth(isWatched: (rentalId: string) => boolean) {
  return (quiet: Quiet, time: number): number => {
    const hazard = lawOf(quiet).hazard();
    const looked = quietAt(quiet, quiet.lookedAt);
    const now = quietAt(quiet, time);
    const end = quietAt(quiet, endOf(quiet));
    let lost = lostWaiting(hazard, looked, now, end);
    if (now > BURST_S) lost += (oftenness(quiet) - 1) * lostWaiting(hazard, Math.max(looked, BURST_S), now, end);
    const gap = Math.max(time - quiet.lookedAt, 0) / 1_000;
    return (isWatched(quiet.rental.rentalId) ? 1 : UNWATCHED) * (lost + (LEAST_HAZARD * gap ** 2) / 2);
  };
}
