import { aborted, sleep, UNINTERRUPTED } from "../core/clock.ts";
import { GatewayError, UpstreamFault } from "../core/error.ts";
import type { Upstream } from "../core/upstream.ts";
import type { Verification } from "../core/verification.ts";
import { type Bought, bought, type OrderParts } from "./parts.ts";
import { applyProgress } from "./progress.ts";

/** Before a number expires it is looked at once more, so that a code of the last moment is not lost. */
const LAST_LOOK_MS = 2_000;
const LONG_PAST_MS = 30_000;
/** However many callbacks tell of an order, it is not polled for them more often. */
const WOKEN_GAP_MS = 1_000;
/** After a failed poll its order rests, twice as long each time, up to this. */
const LONGEST_REST_MS = 30_000;
/** Where not even a slot could be had, the loop does not ask again at once. */
const AFTER_FAILURE_MS = 1_000;

interface Waiting {
  verification: Verification;
  /** When the last poll was sent; 0 before the first. */
  polledAt: number;
  restUntil: number;
  failures: number;
  inFlight: boolean;
  /** A callback told of it since its last poll. */
  woken: boolean;
  /** When the last poll for a callback was sent; 0 before the first. */
  wokenAt: number;
  /** Called once, after the next poll. */
  readonly onPolled: Set<() => void>;
}

/** Asks one account's upstream for the codes that are awaited there. */
export interface Poller {
  /** From now on this verification is polled for; a newer state of it replaces the older. */
  add(verification: Verification): void;
  remove(verificationId: string): void;

  /** Resolves when the verification's next poll was answered or has failed, at once when it is not polled for. */
  nextPoll(verificationId: string): Promise<void>;

  /** Polls the order once, ahead of the others' turn; one that is not polled for is passed over. */
  wake(orderRef: string): void;

  /** Ends the loop. Polls under way are heard out. */
  stop(): Promise<void>;
}

/** Starts the one loop that polls at an upstream, in each free slot of its limits the order that needs it most. */
export function startPoller(upstream: Upstream, parts: OrderParts): Poller {
  const { clock, feed, log } = parts;
  const orders = new Map<string, Waiting>();
  const stopping = new AbortController();
  const inFlight = new Set<Promise<void>>();
  let nudge = new AbortController();

  function dueAt(waiting: Waiting): number {
    // The clock was set back: what it said before counts for nothing.
    if (waiting.polledAt > clock.now()) Object.assign(waiting, { polledAt: 0, wokenAt: 0, restUntil: 0 });
    if (waiting.woken) return waiting.wokenAt + WOKEN_GAP_MS;
    const regular = Math.max(waiting.polledAt + upstream.pollGapMs, waiting.restUntil);
    const lastLook = endOf(waiting.verification) - LAST_LOOK_MS;
    return waiting.polledAt < lastLook ? Math.min(regular, Math.max(lastLook, waiting.restUntil)) : regular;
  }

  /**
   * Of the orders that are due: one that a callback told of, then one at its end, then one that somebody watches, then
   * the one not looked at for longest, of those the one with most time left.
   */
  function neediest(): Waiting | undefined {
    const now = clock.now();
    const urgency = ({ verification, woken }: Waiting) => {
      if (woken) return 3;
      const left = endOf(verification) - now;
      // Those that ended while the daemon was down are no more urgent than others.
      if (left <= LAST_LOOK_MS && left >= -LONG_PAST_MS) return 2;
      return feed.isWatched(verification.verificationId) ? 1 : 0;
    };
    return [...orders.values()]
      .filter((waiting) => !waiting.inFlight && dueAt(waiting) <= now)
      .reduce<Waiting | undefined>((best, waiting) => {
        if (!best) return waiting;
        const ahead =
          urgency(waiting) - urgency(best) ||
          best.polledAt - waiting.polledAt ||
          endOf(waiting.verification) - endOf(best.verification);
        return ahead > 0 ? waiting : best;
      }, undefined);
  }

  /** Throws what the call threw, for the upstream's health to see. */
  async function poll(waiting: Waiting): Promise<void> {
    const found = bought(waiting.verification, parts.upstreams);
    if (!found) return;
    waiting.inFlight = true;
    waiting.polledAt = clock.now();
    if (waiting.woken) waiting.wokenAt = waiting.polledAt;
    waiting.woken = false;
    try {
      await observe(found, waiting);
      waiting.failures = 0;
    } catch (error) {
      if (!(error instanceof GatewayError) && !(error instanceof UpstreamFault)) {
        log.error({ err: error, upstream: upstream.id }, "a poll failed unexpectedly");
      }
      waiting.failures += 1;
      waiting.restUntil = clock.now() + Math.min(1_000 * 2 ** (waiting.failures - 1), LONGEST_REST_MS);
      throw error;
    } finally {
      waiting.inFlight = false;
      for (const polled of waiting.onPolled) polled();
      waiting.onPolled.clear();
      nudge.abort();
    }
  }

  async function observe({ desk, order, verification }: Bought, waiting: Waiting): Promise<void> {
    const progress = await desk.check(order, UNINTERRUPTED);
    const seen = await applyProgress(verification, progress, parts);
    if (seen.status === "WAITING") waiting.verification = seen;
    else orders.delete(seen.verificationId);
  }

  function soonestDue(): number {
    let soonest = Number.POSITIVE_INFINITY;
    for (const waiting of orders.values()) if (!waiting.inFlight) soonest = Math.min(soonest, dueAt(waiting));
    return soonest;
  }

  async function pollWhenDue(): Promise<void> {
    const wait = soonestDue() - clock.now();
    if (wait > 0) {
      nudge = new AbortController();
      const woken = AbortSignal.any([nudge.signal, stopping.signal]);
      await (Number.isFinite(wait) ? sleep(clock, wait, woken) : aborted(woken));
      return;
    }
    // The loop goes on as soon as the slot is there, and chooses only then; it does not wait for the answer.
    const slot = Promise.withResolvers<void>();
    const answered = upstream
      .run(
        "check",
        async () => {
          slot.resolve();
          const waiting = neediest();
          if (waiting) await poll(waiting);
        },
        stopping.signal,
      )
      .catch(() => sleep(clock, AFTER_FAILURE_MS, stopping.signal))
      .finally(() => {
        inFlight.delete(answered);
        slot.resolve();
      });
    inFlight.add(answered);
    await slot.promise;
  }

  async function loop(): Promise<void> {
    while (!stopping.signal.aborted) await pollWhenDue();
  }
  const ended = loop().catch((error: unknown) => {
    log.fatal({ err: error, upstream: upstream.id }, "the poll loop ended");
    throw error;
  });

  return {
    nextPoll(verificationId) {
      const waiting = orders.get(verificationId);
      if (!waiting) return Promise.resolve();
      return new Promise((resolve) => waiting.onPolled.add(resolve));
    },

    wake(orderRef) {
      for (const waiting of orders.values()) if (waiting.verification.orderRef === orderRef) waiting.woken = true;
      nudge.abort();
    },

    add(verification) {
      if (!bought(verification, parts.upstreams)) return;
      const known = orders.get(verification.verificationId);
      if (known) known.verification = verification;
      else
        orders.set(verification.verificationId, {
          verification,
          polledAt: 0,
          restUntil: 0,
          failures: 0,
          inFlight: false,
          woken: false,
          wokenAt: 0,
          onPolled: new Set(),
        });
      nudge.abort();
    },

    remove(verificationId) {
      for (const polled of orders.get(verificationId)?.onPolled ?? []) polled();
      orders.delete(verificationId);
    },

    async stop() {
      stopping.abort();
      await ended;
      await Promise.all(inFlight);
    },
  };
}

function endOf({ expireTime }: Verification): number {
  return expireTime?.getTime() ?? Number.MAX_SAFE_INTEGER;
}
