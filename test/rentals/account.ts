import { pino } from "pino";
import { onTestFinished } from "vitest";
import type { ReceivedMessage } from "../../src/core/desks.ts";
import type { Rental } from "../../src/core/rental.ts";
import type { Upstream } from "../../src/core/upstream.ts";
import { createLaws } from "../../src/orders/polling/laws.ts";
import { createLoops } from "../../src/orders/polling/loops.ts";
import { createPoller } from "../../src/orders/polling/poller.ts";
import { DELAYS } from "../../src/orders/polling/prior.ts";
import { MESSAGES } from "../../src/orders/rentals/law.ts";
import { createRentalPoller } from "../../src/orders/rentals/poller.ts";
import { createSlots } from "../polling/slots.ts";
import { sample } from "../polling/support.ts";
import { createHandClock } from "../support/clock.ts";

const DAY_MS = 24 * 60 * 60_000;

/** One account at a scripted upstream, asked about verifications and rentals; only the limiter's slots are scripted as well. */
export function startAccount({ hasInboxLimit = false, perSecond = 1, clock = createHandClock() } = {}) {
  const start = clock.now();
  const log = pino({ level: "silent" });
  const asked: { readonly ref: string; readonly at: number }[] = [];
  const watched = new Set<string>();
  const inboxes = new Map<string, ReceivedMessage[]>();
  const account = { failing: false, decisions: 0 };
  const slot = createSlots(clock, () => perSecond);
  const see = (ref: string) => void asked.push({ ref, at: clock.now() - start });
  const upstream: Upstream = {
    id: "up",
    provider: "acme",
    desks: {
      catalog: { async *listings() {} },
      verification: {
        buy: () => Promise.reject(new Error("not sold")),
        cancel: () => Promise.reject(new Error("not sold")),
        async check({ orderRef }) {
          see(orderRef);
          return { state: "waiting" };
        },
      },
      rental: {
        rent: () => Promise.reject(new Error("not sold")),
        async inbox({ orderRef }) {
          see(orderRef);
          if (account.failing) throw new Error("down");
          return { messages: inboxes.get(orderRef) ?? [] };
        },
      } as NonNullable<Upstream["desks"]["rental"]>,
    },
    features: [],
    pollGapMs: 1_000,
    lifetimeMs: 1_200_000,
    hasInboxLimit,
    run: (_, task) => task(),
    async poll(choose, signal) {
      await slot();
      return signal?.aborted ? undefined : choose()?.send();
    },
    limits: () => [],
    lastError: () => undefined,
    async close() {},
  };
  const isWatched = (id: string) => {
    account.decisions += 1;
    return watched.has(id);
  };
  const nothingKept = { loadLearned: async () => [], saveLearned: async () => {} };
  const loops = createLoops({ clock, log });
  const parts = { upstreams: new Map([["up", upstream]]), clock, log };
  const codes = createPoller(upstream, loops.forCodes(upstream), {
    ...parts,
    feed: { isWatched },
    laws: createLaws(DELAYS, nothingKept, clock, log),
    apply: async (verification) => verification,
  });
  const rentals = createRentalPoller(upstream, loops.forRentals(upstream), {
    ...parts,
    bell: { isWatched, ring() {}, async *listen() {} },
    laws: createLaws(MESSAGES, nothingKept, clock, log),
    apply: async (rental, { messages }) =>
      messages.length > rental.messageCount
        ? { ...rental, version: rental.version + 1, messageCount: messages.length }
        : rental,
  });
  onTestFinished(async () => {
    const stopped = Promise.all([codes.stop(), rentals.stop()]);
    await clock.advance(10_000);
    await stopped;
  });

  return Object.assign(account, {
    clock,
    codes,
    rentals,
    watched,
    asked,
    /** When one of them was asked about, since the start. */
    of: (ref: string) => asked.filter((one) => one.ref === ref).map(({ at }) => at),
    order: (id: string) => codes.add(sample(id, clock.now())),
    rent: (id: string, more: Partial<Rental> = {}) => rentals.add(rentalOf(id, clock.now(), more)),
    deliver(id: string, time: Date | undefined = new Date(clock.now())) {
      const messages = inboxes.get(id) ?? [];
      inboxes.set(id, [...messages, { text: "Hello", ...(time && { receiveTime: time }) }]);
    },
  });
}

export function rentalOf(id: string, now: number, more: Partial<Rental> = {}): Rental {
  const { request, ...verification } = sample(id, now);
  return {
    ...verification,
    rentalId: id,
    request: { ...request, days: 30 },
    status: "ACTIVE",
    totalDays: 30,
    messageCount: 0,
    createTime: new Date(now),
    expireTime: new Date(now + 30 * DAY_MS),
    expiresSoon: false,
    ...more,
  };
}
