import { pino } from "pino";
import { onTestFinished } from "vitest";
import type { BoughtOrder, OverviewRow, Progress } from "../../src/core/desks.ts";
import type { Upstream } from "../../src/core/upstream.ts";
import type { Verification } from "../../src/core/verification.ts";
import { createLaws } from "../../src/orders/polling/laws.ts";
import { startLoop } from "../../src/orders/polling/loop.ts";
import { createPoller, type Poller } from "../../src/orders/polling/poller.ts";
import { DELAYS } from "../../src/orders/polling/prior.ts";
import { createHandClock, type HandClock } from "../support/clock.ts";
import { createSlots } from "./slots.ts";

/** A poll as it reached the upstream. */
export interface Seen {
  readonly ref: string;
  /** Milliseconds since the start. */
  readonly at: number;
}

export interface Bench {
  readonly clock: HandClock;
  readonly poller: Poller;
  readonly polls: Seen[];
  readonly lists: number[];
  /** Those that are watched. */
  readonly watched: Set<string>;
  /** What is answered instead of "waiting". */
  answer: (order: BoughtOrder) => Progress | Promise<Progress>;
  list: () => readonly OverviewRow[];
  /** How often it was asked whether somebody watches an order: once for each that is looked at. */
  looks: number;
  /** How many polls may be sent a second; as many as there is time for by default. */
  perSecond: number;
  add(id: string, more?: Partial<Verification>): void;
  /** The polls of one order. */
  of(ref: string): number[];
}

/** A poller in front of a scripted upstream; only the limiter's slots are scripted as well. */
export function startBench({ hasList = false, clock = createHandClock() } = {}): Bench {
  const start = clock.now();
  const log = pino({ level: "silent" });
  const slot = createSlots(clock, () => bench.perSecond);
  const upstream: Upstream = {
    id: "up",
    provider: "acme",
    desks: {
      catalog: { async *listings() {} },
      verification: {
        buy: () => Promise.reject(new Error("not sold")),
        cancel: () => Promise.reject(new Error("not sold")),
        async check(order) {
          bench.polls.push({ ref: order.orderRef, at: clock.now() - start });
          return bench.answer(order);
        },
        overview: hasList
          ? async () => {
              bench.lists.push(clock.now() - start);
              return bench.list();
            }
          : undefined,
      },
    },
    features: [],
    pollGapMs: 1_000,
    lifetimeMs: 1_200_000,
    run: (_, task) => task(),
    async poll(choose, signal) {
      await slot();
      return signal?.aborted ? undefined : choose()?.send();
    },
    limits: () => [],
    lastError: () => undefined,
    async close() {},
  };
  const poller = createPoller(upstream, startLoop(upstream, upstream.poll, { clock, log }), {
    upstreams: new Map([["up", upstream]]),
    clock,
    log,
    feed: {
      isWatched(id) {
        bench.looks += 1;
        return bench.watched.has(id);
      },
    },
    laws: createLaws(DELAYS, { loadLearned: async () => [], saveLearned: async () => {} }, clock, log),
    apply: async (verification, progress) =>
      progress.state === "received" ? { ...verification, status: "RECEIVED" } : verification,
  });
  const bench: Bench = {
    clock,
    poller,
    polls: [],
    lists: [],
    watched: new Set(),
    answer: () => ({ state: "waiting" }),
    list: () => [],
    looks: 0,
    perSecond: 1_000,
    add: (id, more) => poller.add(sample(id, clock.now(), more)),
    of: (ref) => bench.polls.filter((poll) => poll.ref === ref).map(({ at }) => at),
  };
  onTestFinished(async () => {
    const stopped = poller.stop();
    await clock.advance(10_000);
    await stopped;
  });
  return bench;
}

export function sample(id: string, now: number, more: Partial<Verification> = {}): Verification {
  return {
    verificationId: id,
    version: 1,
    caller: "local",
    requestId: id,
    request: {
      country: "US",
      service: "whatsapp",
      capability: "SMS",
      strategy: "CHEAPEST",
      upstreams: [],
      excludeUpstreams: [],
      labels: {},
    },
    country: "US",
    service: "whatsapp",
    status: "WAITING",
    numberAsSold: "+14155550100",
    messages: [],
    upstream: "up",
    provider: "acme",
    offerRef: "wa",
    orderRef: id,
    createTime: new Date(now),
    expireTime: new Date(now + 1_200_000),
    attempts: [],
    ...more,
  };
}
