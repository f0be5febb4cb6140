import { firstTime } from "../polling/first-time.ts";
import { isMoreUrgent, type Urgency } from "../polling/loop.ts";
import { createPool, type Pool } from "../polling/pool.ts";
import { lastLookOf, type Quiet, shift } from "./quiet.ts";
import { createWorth } from "./worth.ts";

/** A look that is worth less is not taken, also where the limits would let it through. */
const LEAST_WORTH = 0.05;
/** However little it is worth, a rental is looked at no less often: what upstreams keep is not kept for ever. */
const LONGEST_GAP_MS = 15 * 60_000;
const LONGEST_WATCHED_GAP_MS = 2 * 60_000;
/** However many callbacks tell of a rental, it is not looked at for them more often. */
const WOKEN_GAP_MS = 1_000;
/** Of many rentals, those rest that are worth less than this share of what was looked at lately. */
const COLD_SHARE = 0.8;
const LATELY = 0.1;
/** One that is worth a look again so soon after its last is not left to rest. */
const LIVELY_MS = 10_000;
/** A cold one is reckoned with again no later than this, or after as long as it was not looked at already. */
const SHORT_COLD_MS = 30_000;
const ABOUT_MS = 100;

export type NextLook<Q> =
  | { readonly ask: "rental"; readonly quiet: Q; readonly worth: number; readonly urgency?: Urgency | undefined }
  /** Infinity when there is nothing to look at. */
  | { readonly ask: "nothing"; readonly forMs: number };

/** Decides which rental is looked at next. It does not look, and knows no clock but `now`. */
export interface Schedule<Q> {
  readonly rentals: Pool<Q>;
  choose(now: number): NextLook<Q>;
  /** To be called when the look that was chosen is sent. */
  sent(quiet: Q, now: number): void;
}

interface Found<Q> {
  best: { readonly quiet: Q; readonly worth: number; readonly urgency?: Urgency } | undefined;
  /** When the next one is due. */
  soonest: number;
}

export function createSchedule<Q extends Quiet>(parts: {
  /** Time between two looks at one rental, at least. */
  readonly gapMs: number;
  isWatched(rentalId: string): boolean;
}): Schedule<Q> {
  const { gapMs, isWatched } = parts;
  const worthAt = createWorth(isWatched);
  const rentals = createPool<Q>(isLively);
  let lastNow = Number.NEGATIVE_INFINITY;
  /** What was looked at lately was worth about this. */
  let winning = 0;

  const enough = () => COLD_SHARE * Math.max(winning, LEAST_WORTH);

  function followClock(now: number): void {
    const by = now - lastNow;
    if (by < 0) {
      for (const quiet of rentals) shift(quiet, by);
      rentals.shift(by);
    }
    lastNow = now;
  }

  /** Whether a rental that is looked at now will be worth a look again before long. */
  function isLively(quiet: Quiet): boolean {
    const lookedAt = Math.max(lastNow, quiet.stirredAt);
    return worthAt({ ...quiet, lookedAt }, lookedAt + LIVELY_MS) >= enough();
  }

  /** Whoever waits for a look, and a rental at its end, come first; undefined for all others. */
  function urgencyOf(quiet: Quiet, now: number): (Urgency & { readonly at: number }) | undefined {
    const { wokenAt, newsAt = Number.POSITIVE_INFINITY, sentAt, barredUntil } = quiet;
    const lastLook = lastLookOf(quiet);
    if (wokenAt !== undefined)
      return { at: Math.max(sentAt + WOKEN_GAP_MS, barredUntil), isNews: true, since: wokenAt };
    if (newsAt <= now) return { at: Math.max(newsAt, barredUntil), isNews: true, since: newsAt };
    if (now < lastLook || sentAt >= lastLook) return undefined;
    return { at: Math.max(sentAt + gapMs, barredUntil), isNews: false, since: lastLook };
  }

  /** When a look becomes worth its call, at a rental that may be looked at from `free` on. */
  function dueAt(quiet: Quiet, worth: number, free: number): number {
    const isWatchedNow = isWatched(quiet.rental.rentalId);
    const longest = quiet.lookedAt + (isWatchedNow ? LONGEST_WATCHED_GAP_MS : LONGEST_GAP_MS);
    if (free >= longest || worth >= LEAST_WORTH) return free;
    return firstTime((time) => worthAt(quiet, time) >= LEAST_WORTH, free, longest, ABOUT_MS);
  }

  function look(quiet: Q, now: number, found: Found<Q>, mayRest: boolean): number | undefined {
    if (quiet.inFlight) return undefined;
    quiet.isExpected = isWatched(quiet.rental.rentalId) || now < quiet.expectedUntil;
    const urgency = urgencyOf(quiet, now);
    if (urgency) {
      if (urgency.at > now) found.soonest = Math.min(found.soonest, urgency.at);
      else if (!found.best?.urgency || isMoreUrgent(urgency, found.best.urgency)) {
        found.best = { quiet, worth: Number.POSITIVE_INFINITY, urgency };
      }
      return undefined;
    }
    const lastLook = lastLookOf(quiet);
    // It was looked at after its end: what it is now is for others to find out.
    if (now >= lastLook) return undefined;
    const latestOfAll = Math.min(lastLook, quiet.newsAt ?? lastLook);
    const rest = (until: number) => {
      const at = Math.min(until, latestOfAll);
      found.soonest = Math.min(found.soonest, at);
      return mayRest ? at : undefined;
    };
    const free = Math.max(quiet.sentAt + gapMs, quiet.barredUntil, quiet.dueAt ?? now);
    if (free > now) return rest(free);
    const worth = worthAt(quiet, now);
    quiet.dueAt = dueAt(quiet, worth, now);
    if (quiet.dueAt > now) return rest(quiet.dueAt);
    if (!found.best || (!found.best.urgency && worth > found.best.worth)) found.best = { quiet, worth };
    if (!mayRest || worth >= enough()) return undefined;
    const latest = Math.min(now + Math.max(SHORT_COLD_MS, now - quiet.lookedAt), latestOfAll);
    const least = enough();
    return firstTime((time) => worthAt(quiet, time) >= least, now, latest, ABOUT_MS);
  }

  return {
    rentals,

    choose(now) {
      followClock(now);
      const found: Found<Q> = { best: undefined, soonest: Number.POSITIVE_INFINITY };
      rentals.lookThrough(now, (quiet, mayRest) => look(quiet, now, found, mayRest));
      if (found.best) return { ask: "rental", ...found.best };
      const until = Math.min(found.soonest, Math.max(rentals.thawsAt(), now + ABOUT_MS));
      return { ask: "nothing", forMs: until - now };
    },

    sent(quiet, now) {
      if (!urgencyOf(quiet, now)) winning += LATELY * (worthAt(quiet, now) - winning);
      quiet.sentAt = now;
      quiet.wokenAt = undefined;
      quiet.newsAt = undefined;
      quiet.dueAt = undefined;
    },
  };
}
