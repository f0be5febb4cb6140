import { pino } from "pino";
import { type Clock, sleep } from "../../src/core/clock.ts";
import type { Upstream } from "../../src/core/upstream.ts";
import type { Verification } from "../../src/core/verification.ts";
import { createLaws } from "../../src/orders/polling/laws.ts";
import { startLoop } from "../../src/orders/polling/loop.ts";
import { createPoller } from "../../src/orders/polling/poller.ts";
import { DELAYS } from "../../src/orders/polling/prior.ts";
import type { Site } from "./site.ts";
import type { Line } from "./trace.ts";

/** A way to poll. */
export interface Policy {
  /** From now on the code is waited for. */
  follow(line: Line): void;
  /** Its time is over: it is polled once more. */
  expire(line: Line): void;
  /** Its client does not want it any more. */
  cancel(line: Line): void;
  stop(): Promise<void>;
}

export type OpenPolicy = (site: Site, clock: Clock) => Policy;

/** What nothing else differs by: after how long a client polls again, by how often it has. */
export function everySoOften(waitMs: (polls: number) => number): OpenPolicy {
  return (site, clock) => {
    const waiting = new Set<string>();
    let stopped = false;

    async function poll(id: string): Promise<void> {
      const hasCode = await site.limits.poll(() => (waiting.has(id) && !stopped ? () => site.check(id) : undefined));
      if (hasCode) waiting.delete(id);
    }

    return {
      async follow({ id }) {
        waiting.add(id);
        for (let polls = 0; waiting.has(id) && !stopped; polls += 1) {
          await sleep(clock, waitMs(polls));
          await poll(id);
        }
      },
      expire: ({ id }) => void poll(id).then(() => waiting.delete(id)),
      cancel: ({ id }) => void waiting.delete(id),
      async stop() {
        stopped = true;
      },
    };
  };
}

/** One after the other, as fast as the limit allows. */
export const roundRobin: OpenPolicy = (site, clock) => {
  const queue: string[] = [];
  const over = new Set<string>();
  let stopped = false;

  async function loop(): Promise<void> {
    while (!stopped) {
      const sent = Promise.withResolvers<void>();
      const call = site.limits.poll(() => {
        const id = queue.shift();
        sent.resolve();
        return id === undefined ? undefined : async () => ((await site.check(id)) ? undefined : id);
      });
      void call.then((id) => id !== undefined && !over.has(id) && queue.push(id));
      await sent.promise;
      if (queue.length === 0) await sleep(clock, 1_000);
    }
  }
  void loop();
  return {
    follow: ({ id }) => void queue.push(id),
    expire({ id }) {
      over.add(id);
      const place = queue.indexOf(id);
      if (place >= 0) queue.unshift(...queue.splice(place, 1));
    },
    cancel({ id }) {
      over.add(id);
      const place = queue.indexOf(id);
      if (place >= 0) queue.splice(place, 1);
    },
    async stop() {
      stopped = true;
    },
  };
};

export interface SchedulerOptions {
  readonly hasList?: boolean;
  /** All are watched, unless the trace is to be heeded. */
  readonly heedsWatched?: boolean;
}

/** The product's own scheduler. */
export function scheduler({ hasList = false, heedsWatched = false }: SchedulerOptions = {}): OpenPolicy {
  return (site, clock) => {
    const watched = new Set<string>();
    const ended = new Map<string, Verification["status"]>();
    const log = pino({ level: "silent" });
    const upstream = createUpstream(site, hasList);
    const poller = createPoller(upstream, startLoop(upstream, upstream.poll, { clock, log }), {
      upstreams: new Map([[upstream.id, upstream]]),
      clock,
      log,
      feed: { isWatched: (id) => !heedsWatched || watched.has(id) },
      laws: createLaws(DELAYS, { loadLearned: async () => [], saveLearned: async () => {} }, clock, log),
      async apply(verification, progress) {
        const status = progress.state === "received" ? "RECEIVED" : ended.get(verification.verificationId);
        return { ...verification, status: status ?? verification.status };
      },
    });
    return {
      follow(line) {
        if (line.isWatched) watched.add(line.id);
        poller.add(toVerification(line));
      },
      async expire({ id }) {
        await poller.lastPoll(id);
        ended.set(id, "EXPIRED");
        poller.linger(id);
      },
      cancel: ({ id }) => poller.remove(id),
      stop: poller.stop,
    };
  };
}

function createUpstream(site: Site, hasList: boolean): Upstream {
  return {
    id: "bench",
    provider: "bench",
    desks: {
      catalog: { async *listings() {} },
      verification: {
        buy: () => Promise.reject(new Error("not sold here")),
        cancel: () => Promise.reject(new Error("not sold here")),
        async check({ orderRef }) {
          const hasCode = await site.check(orderRef);
          return hasCode ? { state: "received", messages: [{ text: "", code: "000000" }] } : { state: "waiting" };
        },
        overview: hasList
          ? async () =>
              (await site.list()).map(({ id, hasCode }) => ({ orderRef: id, ...(hasCode && { news: "code" }) }))
          : undefined,
      },
    },
    features: [],
    pollGapMs: 1_000,
    lifetimeMs: 1_200_000,
    run: site.limits.run,
    poll: (choose, signal) => site.limits.poll(() => choose()?.send, signal),
    limits: site.limits.states,
    lastError: () => undefined,
    async close() {},
  };
}

function toVerification({ id, klass, bornAt, expiresAt }: Line): Verification {
  return {
    verificationId: id,
    version: 1,
    caller: "bench",
    requestId: id,
    request: {
      country: "US",
      service: klass,
      capability: "SMS",
      strategy: "CHEAPEST",
      upstreams: [],
      excludeUpstreams: [],
      labels: {},
    },
    country: "US",
    service: klass,
    status: "WAITING",
    numberAsSold: id,
    messages: [],
    upstream: "bench",
    provider: "bench",
    offerRef: klass,
    orderRef: id,
    createTime: new Date(bornAt),
    expireTime: new Date(expiresAt),
    attempts: [],
  };
}
