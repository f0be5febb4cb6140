import type { Clock } from "../core/clock.ts";
import type { LimitState } from "../core/upstream.ts";
import { type Gate, NOT_SENT, type Outcome } from "./gate.ts";
import { createHomecomings } from "./homecomings.ts";
import { createLimiter } from "./limiter.ts";

/** What a call may take from leaving here to being counted there, beyond what its answer proves. */
const MARGIN_MS = 250;
/** The same for a call of an earlier run, whose answer nobody saw. */
const UNSEEN_MARGIN_MS = 5_000;
/** After a 429, the share of the limit that is not used any more, and how soon each call of it is tried again. */
const DISTRUST_SHARE = 0.1;
const TRUST_AGAIN_MS = 60_000;
/** One long answer, or a pause, is not how long answers take. */
const LONGEST_ANSWER_MS = 2_000;
const LATELY = 0.1;
/** Of a window: a shorter time is not reckoned over, nor ahead. */
const SHORT_SHARE = 1 / 6;

/**
 * One limit: tokens that calls take and that come back a window later; at once where the job sent nothing or was dropped.
 */
export interface Bucket extends Gate {
  /**
   * Runs the job at once, also where no token is left: the others have one token less for as long. Where `mostAhead` have
   * done so, it takes none.
   */
  goAhead(job: () => Promise<Outcome>): Promise<Outcome>;
  /** No token is handed out for so long, and some not for much longer. */
  pause(forMs: number): void;
  /** How far apart calls are to be now, so that there is always a token for the next one. */
  gapMs(): number;
  state(): LimitState;
}

/** `concurrency` bounds the calls under way at once; without a bound Bottleneck does not heed priorities. */
export function createBucket(
  name: string,
  limit: { calls: number; windowMs: number },
  clock: Clock,
  { concurrency = 8, mostAhead = 0 } = {},
): Bucket {
  const limiter = createLimiter({ reservoir: limit.calls, maxConcurrent: concurrency });
  const homecomings = createHomecomings(clock, limit.windowMs * SHORT_SHARE);
  /** Tokens that are not in the reservoir. */
  let out = 0;
  /** When calls took some of them ahead of the others. */
  const aheadSince: number[] = [];
  /** Until the answer, with what it was waited for at further gates. */
  let answerMs = 0;
  /** Pauses that are not over: timers tell, and not the time of day, which may be set. */
  let pauses = 0;
  /** Tokens that came home meanwhile. */
  let held = 0;
  /** Tokens to be kept back when they come home, and those that are kept back. */
  let distrusted = 0;
  let keptBack = 0;
  let loweredAt = -Infinity;

  function take(tokens: number): void {
    out += tokens;
    void limiter.incrementReservoir(-tokens);
  }

  function put(): void {
    out -= 1;
    void limiter.incrementReservoir(1);
  }

  function putAfter(delayMs: number): void {
    if (delayMs > 0) {
      homecomings.add(delayMs);
      clock.after(delayMs, () => {
        homecomings.arrived();
        putAfter(0);
      });
    } else if (pauses > 0) {
      held += 1;
    } else if (distrusted > 0) {
      distrusted -= 1;
      keptBack += 1;
      clock.after(keptBack * TRUST_AGAIN_MS, () => {
        keptBack -= 1;
        putAfter(0);
      });
    } else {
      put();
    }
  }

  /** A pause is over. */
  function goOn(): void {
    pauses -= 1;
    if (pauses > 0) return;
    const waiting = held;
    held = 0;
    for (let token = 0; token < waiting; token += 1) putAfter(0);
  }

  /** Once a window: the calls that were on their way together are refused together. One token always stays. */
  function lower(): void {
    const agoMs = clock.now() - loweredAt;
    if (agoMs >= 0 && agoMs < limit.windowMs) return;
    loweredAt = clock.now();
    const most = limit.calls - 1 - distrusted - keptBack;
    distrusted += Math.min(Math.ceil(limit.calls * DISTRUST_SHARE), most);
  }

  return {
    schedule(priority, job, dropped) {
      return limiter.schedule({ priority }, async () => {
        // Bottleneck has taken the token.
        out += 1;
        const start = clock.now();
        const outcome = await Promise.race([job(), dropped.then(() => NOT_SENT)]);
        const took = Math.min(Math.max(clock.now() - start, 0), LONGEST_ANSWER_MS);
        if (outcome.sent) answerMs += LATELY * (took - answerMs);
        putAfter(outcome.sent ? limit.windowMs + MARGIN_MS : 0);
        return outcome;
      });
    },

    async goAhead(job) {
      if (aheadSince.length >= mostAhead) return job();
      take(1);
      aheadSince.push(clock.now());
      const outcome = await job();
      const backMs = outcome.sent ? limit.windowMs + MARGIN_MS : 0;
      putAfter(backMs);
      clock.after(backMs, () => void aheadSince.shift());
      return outcome;
    },

    remember(time) {
      const longest = limit.windowMs + UNSEEN_MARGIN_MS;
      const left = Math.min(time.getTime() - clock.now(), 0) + longest;
      if (left <= 0) return;
      take(1);
      putAfter(left);
    },

    pause(forMs) {
      pauses += 1;
      clock.after(forMs, goOn);
      lower();
      const free = Math.max(limit.calls - out, 0);
      take(free);
      for (let token = 0; token < free; token += 1) putAfter(0);
    },

    gapMs() {
      const ahead = aheadSince.length;
      const sinceMs = Math.max(clock.now() - (aheadSince[0] ?? 0), limit.windowMs * SHORT_SHARE);
      const even = (limit.windowMs + MARGIN_MS + answerMs) / Math.max(limit.calls - ahead, 1);
      // More will go ahead, as many in their time as lately.
      const more = (ms: number) => Math.min((ahead * ms) / sinceMs, mostAhead - ahead);
      return Math.max(even, homecomings.gapMs(limit.calls - out, more));
    },

    state: () => ({ name, calls: limit.calls, windowMs: limit.windowMs, remaining: Math.max(limit.calls - out, 0) }),
  };
}
