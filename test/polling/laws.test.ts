import { pino } from "pino";
import { describe, expect, it, vi } from "vitest";
import type { Learned } from "../../src/core/store.ts";
import { binOf, expected, lostWaiting } from "../../src/orders/polling/hazard.ts";
import { type CaseLaw, createLaws } from "../../src/orders/polling/laws.ts";
import { cameAt, cameIn, nothingIn } from "../../src/orders/polling/observation.ts";
import { createPrior, DELAYS, EDGES } from "../../src/orders/polling/prior.ts";
import { createHandClock } from "../support/clock.ts";
import { sample } from "./support.ts";

function createKeeping(kept: readonly Learned[] = []) {
  const saved = new Map(kept.map((learned) => [learned.key, learned]));
  const store = {
    loadLearned: async () => [...saved.values()],
    saveLearned: vi.fn(async (learned: readonly Learned[]) => {
      for (const one of learned) saved.set(one.key, one);
    }),
  };
  const laws = createLaws(DELAYS, store, createHandClock(), pino({ level: "silent" }));
  return { store, laws, saved };
}

const rateAt = (law: CaseLaw, age: number) => law.hazard().rates[binOf(EDGES, age)] ?? 0;
const order = (more: Parameters<typeof sample>[2] = {}) => sample("a", 0, more);

/** As many orders whose code came at this age, each polled every second. */
function teach(law: CaseLaw, age: number, orders: number): void {
  for (let nth = 0; nth < orders; nth += 1) {
    if (age > 1) law.learn(nothingIn(EDGES, 0, age - 1));
    law.learn(cameIn(law.hazard(), age - 1, age));
    law.over();
  }
}

describe("the built-in law", () => {
  it("has six in ten codes come, half of those by 18 s", () => {
    const prior = createPrior();
    const come = (age: number) => 1 - Math.exp(-expected(prior, age));
    expect(come(1_200)).toBeCloseTo(0.6, 3);
    expect(come(18)).toBeCloseTo(0.3, 3);
  });
});

describe("waiting that is lost", () => {
  const prior = createPrior();

  it("is the sum over all moments of the chance of a code, times the time since", () => {
    let sum = 0;
    for (let at = 10; at < 47; at += 0.01)
      sum += (prior.rates[binOf(EDGES, at + 0.005)] ?? 0) * (47 - at - 0.005) * 0.01;
    expect(lostWaiting(prior, 10, 47, 1_200)).toBeCloseTo(sum, 3);
  });

  it("is nothing at once, and grows without a jump over the bins' edges and the order's end", () => {
    expect(lostWaiting(prior, 10, 10, 1_200)).toBe(0);
    for (const edge of [...EDGES.slice(5), 1_200]) {
      const [before, after] = [-1e-6, 1e-6].map((by) => lostWaiting(prior, 5, edge + by, 1_200));
      expect(after).toBeGreaterThan(before ?? 0);
      expect(after).toBeCloseTo(before ?? 0, 4);
    }
  });
});

describe("a law", () => {
  it("learns when the codes of its upstream, service and country come", () => {
    const { laws } = createKeeping();
    const law = laws.of(order());
    const before = [rateAt(law, 5), rateAt(law, 65)];
    teach(law, 65, 200);
    expect(rateAt(law, 65)).toBeGreaterThan(20 * (before[1] ?? 0));
    expect(rateAt(law, 5)).toBeLessThan(before[0] ?? 0);
  });

  it("teaches the wider ones, so that a new country begins with what its service has shown", () => {
    const { laws } = createKeeping();
    teach(laws.of(order()), 65, 200);
    const usual = rateAt(createKeeping().laws.of(order()), 65);
    expect(rateAt(laws.of(order({ country: "GB" })), 65)).toBeGreaterThan(5 * usual);
    expect(rateAt(laws.of(order({ country: "GB", service: "telegram" })), 65)).toBeGreaterThan(2 * usual);
    expect(rateAt(laws.of(order({ upstream: "other" })), 65)).toBeCloseTo(usual, 10);
  });

  it("of another code on the same number is not that of the first", () => {
    const { laws } = createKeeping();
    teach(laws.of(order()), 65, 200);
    const messages = [{ messageId: "1", text: "", code: "1", receiveTime: new Date(0), late: false }];
    expect(rateAt(laws.of(order({ messages })), 65)).toBeCloseTo(rateAt(createKeeping().laws.of(order()), 65), 10);
  });

  it("forgets: what came later counts more", () => {
    const { laws } = createKeeping();
    const law = laws.of(order());
    teach(law, 65, 400);
    const then = rateAt(law, 65);
    teach(law, 11, 1_200);
    teach(law, 90, 100);
    expect(rateAt(law, 65)).toBeLessThan(then / 2);
  });

  it("is slow to take silence for the rule: as much as one code should take lowers a rate to two fifths", () => {
    const law = createKeeping().laws.of(order());
    const before = rateAt(law, 20);
    law.learn([{ bin: binOf(EDGES, 20), came: 0, seconds: 1 / before }]);
    expect(rateAt(law, 20) / before).toBeCloseTo(0.4, 10);
  });

  it("takes silence for what it is: orders that never got a code lower every rate", () => {
    const { laws } = createKeeping();
    const law = laws.of(order());
    const before = law.hazard().rates;
    for (let nth = 0; nth < 200; nth += 1) law.learn(nothingIn(EDGES, 0, 1_200));
    expect(law.hazard().rates.every((rate, bin) => rate < (before[bin] ?? 0))).toBe(true);
  });

  it("spreads a code over the time in which it came, and puts one that is known to the second where it was", () => {
    const { laws } = createKeeping();
    const hazard = laws.of(order()).hazard();
    const spread = cameIn(hazard, 11, 30);
    expect(spread.reduce((sum, { came }) => sum + came, 0)).toBeCloseTo(1, 10);
    expect(spread.map(({ bin }) => EDGES[bin])).toEqual([10, 12, 15, 18, 22, 27]);
    expect(spread.reduce((sum, { seconds }) => sum + seconds, 0)).toBeLessThan(19);
    expect(cameAt(EDGES, 11, 16).filter(({ came }) => came > 0)).toEqual([
      { bin: binOf(EDGES, 16), came: 1, seconds: 0 },
    ]);
  });
});

describe("what was learned", () => {
  it("is kept every few orders, and known to the next run", async () => {
    const { laws, saved, store } = createKeeping();
    teach(laws.of(order()), 65, 30);
    await laws.save();
    expect(store.saveLearned.mock.calls.length).toBeLessThanOrEqual(4);
    expect([...saved.keys()].sort()).toEqual(["up", "up/whatsapp", "up/whatsapp/US"]);
    const next = createKeeping([...saved.values()]).laws;
    await next.load();
    expect(rateAt(next.of(order()), 65)).toBeCloseTo(rateAt(laws.of(order()), 65), 4);
  });

  it("is kept later when the store fails, and costs nothing else", async () => {
    const { laws, saved, store } = createKeeping();
    store.saveLearned.mockRejectedValueOnce(new Error("disk full"));
    teach(laws.of(order()), 65, 5);
    await laws.save();
    expect(saved.size).toBe(0);
    await laws.save();
    expect(saved.size).toBe(3);
  });

  it.each(["", "null", "[]", '{"codes":[1],"seconds":[1]}', '{"codes":"x","seconds":null}'])(
    "is passed over where it cannot be read: %j",
    async (value) => {
      const { laws } = createKeeping([{ kind: "delay", key: "up", value, time: new Date(0) }]);
      await laws.load();
      expect(rateAt(laws.of(order()), 65)).toBeGreaterThan(0);
    },
  );
});
