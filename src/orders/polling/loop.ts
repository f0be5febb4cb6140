import type { Logger } from "pino";
import { aborted, type Clock, sleep } from "../../core/clock.ts";
import type { PollVerb, Upstream } from "../../core/upstream.ts";

/** Where not even a slot could be had, the loop does not ask again at once. */
const AFTER_FAILURE_MS = 1_000;

/** One call to the upstream. */
export interface Errand {
  readonly verb: PollVerb;
  /** Makes the request. What it gives is done with the answer, outside of the call. */
  send(): Promise<() => Promise<void>>;
  failed(error: unknown): void;
  /** To be called at last, whatever happened. */
  over(): void;
}

/** Why something is asked about whatever it is worth: there is news of it, or its time is nearly over. */
export interface Urgency {
  readonly isNews: boolean;
  readonly since: number;
}

/** What a source would ask next. */
export type Offer =
  | {
      readonly ask: "something";
      /** The waiting, in weighed seconds, that was lost since it was asked about last. */
      readonly worth: number;
      readonly urgency?: Urgency | undefined;
      /** Undefined when there is nothing to ask after all. */
      errand(): Errand | undefined;
    }
  /** Infinity when nothing is waited for. */
  | { readonly ask: "nothing"; readonly forMs: number };

/** Things of one kind that are waited for at an account. */
export interface Source {
  offer(now: number): Offer;
}

/** The one loop that asks at an account, in each free slot of its limits what gains most by it, of whatever kind. */
export interface Loop {
  join(source: Source): void;
  /** What is best to be asked may have changed. */
  nudge(): void;
  /** Makes this call ahead of all turns. */
  collect(errand: Errand): void;
  /** Ends the loop. Calls under way are heard out. Twice is once. */
  stop(): Promise<void>;
}

/** How a loop comes by its slots: `choose` is called once a slot is there. */
export type Slots = (
  choose: () => { readonly verb: PollVerb; send(): Promise<TakeIn> } | undefined,
  signal: AbortSignal,
) => Promise<TakeIn | undefined>;

type TakeIn = () => Promise<void>;

export function startLoop(upstream: Upstream, slots: Slots, { clock, log }: { clock: Clock; log: Logger }): Loop {
  const sources: Source[] = [];
  const stopping = new AbortController();
  const underWay = new Set<Promise<void>>();
  let nudge = new AbortController();

  function best(now: number): Offer {
    let chosen: Offer = { ask: "nothing", forMs: Number.POSITIVE_INFINITY };
    for (const source of sources) {
      const offer = source.offer(now);
      if (isBetter(offer, chosen)) chosen = offer;
    }
    return chosen;
  }

  /** Counts as under way until its answer is taken in. */
  function hearOut(errand: () => Errand | undefined, call: Promise<TakeIn | undefined>): Promise<void> {
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

  async function askOnce(): Promise<void> {
    const offer = best(clock.now());
    if (offer.ask === "nothing") {
      nudge = new AbortController();
      const woken = AbortSignal.any([nudge.signal, stopping.signal]);
      await (Number.isFinite(offer.forMs) ? sleep(clock, offer.forMs, woken) : aborted(woken));
      return;
    }
    // The loop goes on as soon as the slot is there, and chooses only then; it does not wait for the answer.
    const slot = Promise.withResolvers<void>();
    let errand: Errand | undefined;
    const call = slots(() => {
      slot.resolve();
      const now = best(clock.now());
      errand = now.ask === "nothing" ? undefined : now.errand();
      return errand;
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
    join(source) {
      sources.push(source);
      nudge.abort();
    },
    nudge: () => nudge.abort(),
    collect: (errand) => void hearOut(() => errand, upstream.run("collect", errand.send)),
    async stop() {
      stopping.abort();
      await ended;
      await Promise.all(underWay);
    },
  };
}

/** News first, then what is at its end, then what gains most; to wait for a shorter time where there is nothing. */
function isBetter(one: Offer, other: Offer): boolean {
  if (one.ask === "nothing") return other.ask === "nothing" && one.forMs < other.forMs;
  if (other.ask === "nothing") return true;
  if (one.urgency && other.urgency) return isMoreUrgent(one.urgency, other.urgency);
  if (one.urgency || other.urgency) return one.urgency !== undefined;
  return one.worth > other.worth;
}

export function isMoreUrgent(one: Urgency, other: Urgency): boolean {
  return one.isNews === other.isNews ? one.since < other.since : one.isNews;
}
