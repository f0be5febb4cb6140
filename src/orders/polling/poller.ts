import { aborted, sleep } from "../../core/clock.ts";
import type { Upstream } from "../../core/upstream.ts";
import type { Verification } from "../../core/verification.ts";
import type { Feed } from "../feed.ts";
import { bought } from "../parts.ts";
import { createErrands, type Errand, type ErrandParts } from "./errands.ts";
import type { Laws } from "./laws.ts";
import { createPush } from "./push.ts";
import { createSchedule } from "./schedule.ts";
import { createListTrust } from "./trust.ts";
import { createWaiting, endOf, lastLookOf, type Waiting } from "./waiting.ts";

/** For so long after its end an order may still be asked about. */
const LATE_MS = 30_000;
/** Where not even a slot could be had, the loop does not ask again at once. */
const AFTER_FAILURE_MS = 1_000;

export interface PollerParts extends ErrandParts {
  readonly feed: Pick<Feed, "isWatched">;
  readonly laws: Laws;
}

/** Asks one account's upstream for the codes that are awaited there. */
export interface Poller {
  /**
   * From now on this verification is polled for; a newer state of it replaces the older. `lastKnownAt`, in Unix
   * milliseconds, is when an earlier run of the daemon was last seen at work, where this one takes it up from there.
   */
  add(verification: Verification, lastKnownAt?: number): void;
  remove(verificationId: string): void;

  /** It has ended without a code. For half a minute more it is asked about, where there is nothing better to do. */
  linger(verificationId: string): void;

  /**
   * Resolves when it was looked at in its last moments or after, at once when it is not polled for. Where that has failed
   * so far it is polled soon, and then resolves also when that fails.
   */
  lastPoll(verificationId: string): Promise<void>;

  /** Polls the order once, ahead of the others' turn; one that is not polled for is passed over. */
  wake(orderRef: string): void;

  /** Somebody has begun to watch it. */
  watched(verificationId: string): void;

  /** Ends the loop. Polls under way are heard out. */
  stop(): Promise<void>;
}

/** Starts the one loop that polls at an upstream, in each free slot of its limits the order that gains most by it. */
export function startPoller(upstream: Upstream, parts: PollerParts): Poller {
  const { clock, feed, laws, log } = parts;
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
  const errands = createErrands(upstream, parts, { schedule, push, list, drop, collect });
  const stopping = new AbortController();
  const underWay = new Set<Promise<void>>();
  const late = new Set<() => void>();
  let nudge = new AbortController();

  function drop(waiting: Waiting): void {
    const { verificationId, orderRef = "" } = waiting.verification;
    if (byId.get(verificationId) !== waiting) return;
    byId.delete(verificationId);
    if (byRef.get(orderRef) === waiting) byRef.delete(orderRef);
    schedule.waiting.delete(waiting);
    waiting.law.over();
    for (const polled of waiting.onPolled) polled();
  }

  /** Counts as under way until its answer is taken in. */
  function hearOut(errand: () => Errand | undefined, call: Promise<(() => Promise<void>) | undefined>): Promise<void> {
    const heard = call
      .then((takeIn) => takeIn?.())
      .catch(async (error: unknown) => {
        const sent = errand();
        if (sent) sent.failed(error);
        else await sleep(clock, AFTER_FAILURE_MS, stopping.signal);
      })
      .finally(() => {
        errand()?.over();
        underWay.delete(heard);
        nudge.abort();
      });
    underWay.add(heard);
    return heard;
  }

  function collect(errand: Errand): void {
    void hearOut(() => errand, upstream.run("collect", errand.send));
  }

  async function askOnce(): Promise<void> {
    const choice = schedule.choose(clock.now());
    if (choice.ask === "nothing") {
      nudge = new AbortController();
      const woken = AbortSignal.any([nudge.signal, stopping.signal]);
      await (Number.isFinite(choice.forMs) ? sleep(clock, choice.forMs, woken) : aborted(woken));
      return;
    }
    // The loop goes on as soon as the slot is there, and chooses only then; it does not wait for the answer.
    const slot = Promise.withResolvers<void>();
    let errand: Errand | undefined;
    const call = upstream.poll(() => {
      slot.resolve();
      errand = errands.of(schedule.choose(clock.now()));
      return errand?.send;
    }, stopping.signal);
    void hearOut(() => errand, call).finally(slot.resolve);
    await slot.promise;
  }

  async function loop(): Promise<void> {
    while (!stopping.signal.aborted) await askOnce();
  }
  const ended = loop().catch((error: unknown) => {
    log.fatal({ err: error, upstream: upstream.id }, "the poll loop ended");
    throw error;
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
      nudge.abort();
    },

    remove(verificationId) {
      const waiting = byId.get(verificationId);
      if (waiting) drop(waiting);
    },

    linger(verificationId) {
      const waiting = byId.get(verificationId);
      if (!waiting) return;
      waiting.isLate = true;
      schedule.waiting.warm(waiting);
      const stopTimer = clock.after(endOf(waiting) + LATE_MS - clock.now(), () => {
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
        nudge.abort();
      });
    },

    wake(orderRef) {
      const waiting = byRef.get(orderRef);
      if (!waiting) return;
      waiting.toldAt ??= clock.now();
      schedule.waiting.warm(waiting);
      nudge.abort();
    },

    watched(verificationId) {
      const waiting = byId.get(verificationId);
      if (!waiting) return;
      schedule.waiting.warm(waiting);
      nudge.abort();
    },

    async stop() {
      stopping.abort();
      for (const stopTimer of late) stopTimer();
      await ended;
      await Promise.all(underWay);
    },
  };
}
