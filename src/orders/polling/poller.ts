import type { Upstream } from "../../core/upstream.ts";
import type { Verification } from "../../core/verification.ts";
import type { Feed } from "../feed.ts";
import { bought } from "../parts.ts";
import { createErrands, type ErrandParts } from "./errands.ts";
import type { Laws } from "./laws.ts";
import type { Loop } from "./loop.ts";
import { createPush } from "./push.ts";
import { createSchedule } from "./schedule.ts";
import { createListTrust } from "./trust.ts";
import { createWaiting, endOf, lastLookOf, type Waiting } from "./waiting.ts";

/** For so long after its end an order may still be asked about; after it was ended here, where its last poll failed. */
const LATE_MS = 30_000;

export interface PollerParts extends ErrandParts {
  readonly feed: Pick<Feed, "isWatched">;
  readonly laws: Laws<Verification>;
}

/** Asks one account's upstream for the codes that are awaited there. */
export interface Poller {
  /**
   * From now on this verification is polled for; a newer state of it replaces the older. `lastKnownAt`, in Unix
   * milliseconds, is when an earlier run of the daemon was last seen at work, where this one takes it up from there.
   */
  add(verification: Verification, lastKnownAt?: number): void;
  remove(verificationId: string): void;

  /**
   * It is to be cancelled then, in Unix milliseconds: unless somebody watches it, it is only looked at once more before.
   * Undefined: it is not, and is waited for as any other.
   */
  cancelsAt(verificationId: string, time: number | undefined): void;

  /** It has ended without a code. For half a minute more it is asked about, where there is nothing better to do. */
  linger(verificationId: string): void;

  /**
   * Resolves when it was looked at in its last moments or after, at once when it is not polled for. Where that has failed
   * so far it is polled soon, and then resolves also when that fails.
   */
  lastPoll(verificationId: string): Promise<void>;

  /**
   * Polls the order ahead of the others' turn, and a few times more while that finds nothing; one that is not polled for is
   * passed over.
   */
  wake(orderRef: string): void;

  /** Somebody has begun to watch it. */
  watched(verificationId: string): void;

  /** Ends the account's loop. Polls under way are heard out. */
  stop(): Promise<void>;
}

/** Has the account's loop ask about the orders of verifications. */
export function createPoller(upstream: Upstream, loop: Loop, parts: PollerParts): Poller {
  const { clock, feed, laws } = parts;
  const push = createPush();
  const list = upstream.desks.verification?.overview && createListTrust();
  const schedule = createSchedule({
    gapMs: upstream.pollGapMs,
    list,
    isWatched: feed.isWatched,
    pushShare: push.share,
  });
  const byId = new Map<string, Waiting>();
  const byRef = new Map<string, Waiting>();
  const errands = createErrands(upstream, parts, { schedule, push, list, drop, collect: loop.collect });
  const late = new Set<() => void>();

  function drop(waiting: Waiting): void {
    const { verificationId, orderRef = "" } = waiting.verification;
    if (byId.get(verificationId) !== waiting) return;
    byId.delete(verificationId);
    if (byRef.get(orderRef) === waiting) byRef.delete(orderRef);
    schedule.waiting.delete(waiting);
    waiting.law.over();
    for (const polled of waiting.onPolled) polled();
  }

  loop.join({
    offer(now) {
      const choice = schedule.choose(now);
      return choice.ask === "nothing" ? choice : { ...choice, ask: "something", errand: () => errands.of(choice) };
    },
  });

  return {
    add(verification, lastKnownAt) {
      if (!bought(verification, parts.upstreams)) return;
      const { verificationId, orderRef = "" } = verification;
      const known = byId.get(verificationId);
      if (known) {
        known.verification = verification;
      } else {
        const waiting = createWaiting(verification, laws.of(verification), clock.now(), lastKnownAt);
        byId.set(verificationId, waiting);
        byRef.set(orderRef, waiting);
        schedule.waiting.add(waiting);
      }
      loop.nudge();
    },

    remove(verificationId) {
      const waiting = byId.get(verificationId);
      if (waiting) drop(waiting);
    },

    cancelsAt(verificationId, time) {
      const waiting = byId.get(verificationId);
      if (!waiting) return;
      waiting.cancelAt = time;
      schedule.waiting.warm(waiting);
      loop.nudge();
    },

    linger(verificationId) {
      const waiting = byId.get(verificationId);
      if (!waiting) return;
      waiting.isLate = true;
      schedule.waiting.warm(waiting);
      const isSeen = waiting.lookedAt >= lastLookOf(waiting);
      const stopTimer = clock.after((isSeen ? endOf(waiting) - clock.now() : 0) + LATE_MS, () => {
        late.delete(stopTimer);
        drop(waiting);
      });
      late.add(stopTimer);
    },

    lastPoll(verificationId) {
      const waiting = byId.get(verificationId);
      if (!waiting || waiting.lookedAt >= lastLookOf(waiting)) return Promise.resolve();
      return new Promise((resolve) => {
        waiting.onPolled.add(resolve);
        schedule.waiting.warm(waiting);
        loop.nudge();
      });
    },

    wake(orderRef) {
      const waiting = byRef.get(orderRef);
      if (!waiting) return;
      waiting.toldAt ??= clock.now();
      waiting.emptyLooks = 0;
      schedule.waiting.warm(waiting);
      loop.nudge();
    },

    watched(verificationId) {
      const waiting = byId.get(verificationId);
      if (!waiting) return;
      schedule.waiting.warm(waiting);
      loop.nudge();
    },

    async stop() {
      for (const stopTimer of late) stopTimer();
      await loop.stop();
    },
  };
}
