/** The chance of a message falls with the quiet before it: it is SHARE / (quiet + SOFT), by the second. */
const SHARE = 0.5;
const SOFT_S = 30;
/** A number that has been quiet for weeks may still get one. */
const LEAST_HAZARD = 1e-6;
/** What a message that nobody waits for counts beside one that somebody does. */
const UNWATCHED = 0.1;

/**
 * The waiting, in seconds, that is expected to be lost since the last look at a rental: that a message has come by now,
 * times how long it has lain there. Messages come in bursts, so each makes the next likelier; quiet makes it less likely,
 * for as long as it lasts.
 */
export function expectedLoss(quietMs: number, unseenMs: number, isWatched: boolean): number {
  const [quiet, unseen] = [Math.max(quietMs, 0) / 1000, Math.max(Math.min(unseenMs, quietMs), 0) / 1000];
  const seen = quiet - unseen;
  // The integral of SHARE / (t + SOFT) * (quiet - t) from `seen` to `quiet`.
  const lost = SHARE * ((quiet + SOFT_S) * Math.log((quiet + SOFT_S) / (seen + SOFT_S)) - unseen);
  return (isWatched ? 1 : UNWATCHED) * (lost + (LEAST_HAZARD * unseen ** 2) / 2);
}
