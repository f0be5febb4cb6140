import type { Clock } from "../core/clock.ts";
import type { Verb } from "../core/desks.ts";
import { createBucket } from "./bucket.ts";
import { either, type Gate } from "./gate.ts";
import { createLull } from "./lull.ts";
import type { Pace } from "./pace.ts";

/** A share of the window that polls and background calls leave to purchases and cancels. */
const RESERVED_SHARE = 1 / 15;
/**
 * Shares that background calls have ahead of polls, each kind its own: without them a catalogue would grow old for as long
 * as polls wait, and a balance would not be known that is to tell what became of a purchase.
 */
const BACKGROUND_SHARE = 1 / 30;
/** What goes ahead takes at most this share from the polls: however much is bought, codes are still asked for. */
const MOST_DISPLACED_SHARE = 1 / 2;

const POLLS: readonly Verb[] = ["check", "inbox", "recent", "rentals", "detail"];
const BACKGROUND: readonly Verb[] = ["balance", "listings"];

/** Whether a call waits for others. What does not is a purchase, or gives one back. */
export function isPatient(verb: Verb): boolean {
  return POLLS.includes(verb) || BACKGROUND.includes(verb);
}

export interface Shares {
  /** What purchases leave to polls. */
  readonly polls: Pace;
  of(verb: Verb): Gate;
  /** The account was refused a call for its rate. */
  pause(forMs: number): void;
}

/**
 * The parts of an account's window, and of its calls under way. Polls and background calls may fill all but the reserve:
 * a purchase finds that free, also while an upstream leaves every poll without an answer. Each purchase takes its token
 * from the polls as well, so that the reserve is there again for the next one. Background calls take what polls leave,
 * and no more than their own share while polls wait: a catalogue of a thousand calls is fetched without end.
 */
export function createShares({ calls, windowMs }: { calls: number; windowMs: number }, clock: Clock): Shares {
  const share = (name: string, part: number, options: { concurrency: number; mostAhead?: number }) =>
    createBucket(name, { calls: Math.max(part, 1), windowMs }, clock, options);
  const pollCalls = Math.max(calls - Math.ceil(calls * RESERVED_SHARE), 1);
  const own = Math.ceil(calls * BACKGROUND_SHARE);
  const polls = share("polls", pollCalls, { concurrency: 6, mostAhead: Math.floor(calls * MOST_DISPLACED_SHARE) });
  const spare = share("spare", Math.floor(calls / 2) - own, { concurrency: 2 });
  const lull = createLull(clock);
  const ahead: Gate = { schedule: (_priority, job) => polls.goAhead(job), remember: polls.remember };
  const background = new Map(
    BACKGROUND.map((verb) => [verb, either([lull, spare, polls], [share(verb, own, { concurrency: 1 }), ahead])]),
  );

  return {
    polls: { gapMs: polls.gapMs, waits: lull.waits },
    of(verb) {
      return POLLS.includes(verb) ? polls : (background.get(verb) ?? ahead);
    },
    pause: polls.pause,
  };
}
