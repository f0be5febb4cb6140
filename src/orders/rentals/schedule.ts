import { expectedLoss } from "./worth.ts";

/** A look that is worth less is not taken, also where the limits would let it through. */
const LEAST_WORTH_S = 0.05;
/** However little it is worth, a rental is looked at no less often: what upstreams keep is not kept for ever. */
const LONGEST_GAP_MS = 15 * 60_000;
const LONGEST_WATCHED_GAP_MS = 2 * 60_000;
/** However many callbacks tell of a rental, it is not looked at for them more often. */
const WOKEN_GAP_MS = 1_000;
/** Before a rental ends it is looked at once more, so that a message of the last moment is not lost. */
const LAST_LOOK_MS = 2_000;

/** A rental whose messages are collected. All times are Unix milliseconds. */
export interface Collecting {
  readonly rentalId: string;
  expireAt: number;
  /** When it last got a message, was rented, or somebody said that one is to come. */
  stirredAt: number;
  /** When it was last looked at; -Infinity before the first time. */
  lookedAt: number;
  /** After a failure it rests until then. */
  barredUntil: number;
  /** A callback, or somebody who waits for it, asked for a look since the last one. */
  isWoken: boolean;
  inFlight: boolean;
  /** When a look becomes worth its call, once that was worked out; to be dropped when anything above changes. */
  due?: number | undefined;
}

export interface ScheduleParts {
  /** Time between two looks at one rental, at least. */
  readonly gapMs: number;
  isWatched(rentalId: string): boolean;
}

export type NextLook =
  | { readonly ask: "rental"; readonly collecting: Collecting }
  /** Infinity when there is nothing to look at. */
  | { readonly ask: "nothing"; readonly forMs: number };

/** Decides which rental is looked at next. It does not look, and knows no clock but `now`. */
export function chooseLook(all: Iterable<Collecting>, now: number, parts: ScheduleParts): NextLook {
  let best: { readonly collecting: Collecting; readonly worth: number } | undefined;
  let soonest = Number.POSITIVE_INFINITY;
  for (const collecting of all) {
    if (collecting.inFlight) continue;
    collecting.due ??= dueAt(collecting, now, parts);
    const at = collecting.due;
    if (at > now) {
      soonest = Math.min(soonest, at);
      continue;
    }
    const worth = worthAt(collecting, now, parts);
    if (!best || worth > best.worth) best = { collecting, worth };
  }
  return best ? { ask: "rental", collecting: best.collecting } : { ask: "nothing", forMs: soonest - now };
}

function worthAt({ isWoken, expireAt, stirredAt, lookedAt, rentalId }: Collecting, now: number, parts: ScheduleParts) {
  if (isWoken || expireAt - now <= LAST_LOOK_MS) return Number.POSITIVE_INFINITY;
  return expectedLoss(now - stirredAt, now - lookedAt, parts.isWatched(rentalId));
}

/** When a look at it becomes worth its call. */
function dueAt(collecting: Collecting, now: number, { gapMs, isWatched }: ScheduleParts): number {
  const { rentalId, expireAt, stirredAt, lookedAt, barredUntil, isWoken } = collecting;
  if (isWoken) return Math.max(lookedAt + WOKEN_GAP_MS, barredUntil);
  const free = Math.max(lookedAt + gapMs, barredUntil);
  const lastLook = expireAt - LAST_LOOK_MS;
  // It was looked at after its end: what it is now is for others to find out.
  if (lookedAt >= lastLook) return Number.POSITIVE_INFINITY;
  if (!Number.isFinite(lookedAt)) return free;
  const watched = isWatched(rentalId);
  const longest = watched ? LONGEST_WATCHED_GAP_MS : LONGEST_GAP_MS;
  const isWorth = (at: number) => expectedLoss(at - stirredAt, at - lookedAt, watched) >= LEAST_WORTH_S;
  let [early, late] = [Math.max(free, Math.min(now, lookedAt + longest)), Math.max(free, lookedAt + longest)];
  if (isWorth(early)) return Math.min(early, Math.max(lastLook, barredUntil));
  while (late - early > 100) {
    const middle = (early + late) / 2;
    if (isWorth(middle)) late = middle;
    else early = middle;
  }
  return Math.min(late, Math.max(lastLook, barredUntil));
}
