import { sleep } from "../core/clock.ts";
import { GatewayError, UpstreamFault } from "../core/error.ts";
import type { Upstream } from "../core/upstream.ts";
import type { Verification } from "../core/verification.ts";
import { type Bought, bought, type OrderParts, UNINTERRUPTED } from "./parts.ts";
import { applyProgress } from "./progress.ts";

/** Before a number expires it is looked at once more, so that a code of the last moment is not lost. */
const LAST_LOOK_MS = 2_000;
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
}

/** Asks one account's upstream for the codes that are awaited there. */
export interface Poller {
  /** From now on this verification is polled for; a newer state of it replaces the older. */
  add(verification: Verification): void;
  remove(verificationId: string): void;

  /** Polls once, ahead of the others' turn, unless a poll is under way. Resolves when it was answered or failed. */
  look(verificationId: string): Promise<void>;

  /** As `look`, for what the upstream calls the order. An order that is not polled for is passed over. */
  wake(orderRef: string): Promise<void>;

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
    const regular = Math.max(waiting.polledAt + upstream.pollGapMs, waiting.restUntil);
    const lastLook = (waiting.verification.expireTime?.getTime() ?? Infinity) - LAST_LOOK_MS;
    return waiting.polledAt < lastLook ? Math.min(regular, Math.max(lastLook, waiting.restUntil)) : regular;
  }

  /** Of the orders that are due: one at its end, then one that somebody watches, then the one not looked at for longest. */
  function neediest(): Waiting | undefined {
    const now = clock.now();
    const urgency = ({ verification }: Waiting) => {
      if ((verification.expireTime?.getTime() ?? Infinity) - LAST_LOOK_MS <= now) return 2;
      return feed.isWatched(verification.verificationId) ? 1 : 0;
    };
    return [...orders.values()]
      .filter((waiting) => !waiting.inFlight && dueAt(waiting) <= now)
      .reduce<Waiting | undefined>((best, waiting) => {
        if (!best) return waiting;
        const ahead = urgency(waiting) - urgency(best) || best.polledAt - waiting.polledAt;
        return ahead > 0 ? waiting : best;
      }, undefined);
  }

  /** Throws what the call threw, for the upstream's health to see. */
  async function poll(waiting: Waiting): Promise<void> {
    const found = bought(waiting.verification, parts.upstreams);
    if (!found) return;
    waiting.inFlight = true;
    waiting.polledAt = clock.now();
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
      nudge.abort();
    }
  }

  async function observe({ desk, order, verification }: Bought, waiting: Waiting): Promise<void> {
    const progress = await desk.check(order, UNINTERRUPTED);
    const seen = await applyProgress(verification, progress, parts);
    if (seen.status === "WAITING") waiting.verification = seen;
    else orders.delete(seen.verificationId);
  }

  async function pollWhenDue(): Promise<void> {
    const soonest = Math.min(...[...orders.values()].filter((waiting) => !waiting.inFlight).map(dueAt));
    const wait = soonest - clock.now();
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

  async function look(verificationId: string): Promise<void> {
    const waiting = orders.get(verificationId);
    if (!waiting || waiting.inFlight) return;
    const answered = upstream
      .run("check", () => poll(waiting), stopping.signal)
      .catch(() => undefined)
      .finally(() => inFlight.delete(answered));
    inFlight.add(answered);
    await answered;
  }

  return {
    look,
    async wake(orderRef) {
      for (const { verification } of orders.values()) {
        if (verification.orderRef === orderRef) await look(verification.verificationId);
      }
    },

    add(verification) {
      const known = orders.get(verification.verificationId);
      if (known) known.verification = verification;
      else
        orders.set(verification.verificationId, {
          verification,
          polledAt: 0,
          restUntil: 0,
          failures: 0,
          inFlight: false,
        });
      nudge.abort();
    },

    remove(verificationId) {
      orders.delete(verificationId);
    },

    async stop() {
      stopping.abort();
      await ended;
      await Promise.all(inFlight);
    },
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
