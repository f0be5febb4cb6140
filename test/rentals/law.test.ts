import { pino } from "pino";
import { expect, it } from "vitest";
import type { Learned } from "../../src/core/store.ts";
import { binOf, type Hazard } from "../../src/orders/polling/hazard.ts";
import { createLaws } from "../../src/orders/polling/laws.ts";
import { DELAYS } from "../../src/orders/polling/prior.ts";
import { MESSAGES, type Stir } from "../../src/orders/rentals/law.ts";
import { learnOfLook } from "../../src/orders/rentals/learning.ts";
import { createQuiet, oftenness } from "../../src/orders/rentals/quiet.ts";
import { sample } from "../polling/support.ts";
import { createHandClock } from "../support/clock.ts";
import { rentalOf } from "./account.ts";

const clock = createHandClock();
const log = pino({ level: "silent" });
const AT: Stir = { upstream: "up", service: "whatsapp", isExpected: false };
const rateAt = ({ edges, rates }: Hazard, age: number) => rates[binOf(edges, age)] ?? 0;

function createKept(saved = new Map<string, Learned>()) {
  const store = {
    loadLearned: async (kind: string) => [...saved.values()].filter((learned) => learned.kind === kind),
    async saveLearned(learned: readonly Learned[]) {
      for (const one of learned) saved.set(`${one.kind} ${one.key}`, one);
    },
  };
  return { saved, laws: createLaws(MESSAGES, store, clock, log), delays: createLaws(DELAYS, store, clock, log) };
}

/** One number, with bursts of three messages 50 s apart, every twelve hours. */
function teach(laws: ReturnType<typeof createKept>["laws"], bursts: number, tellsTimes = true) {
  const quiet = createQuiet(rentalOf("a", 0), laws, 0, false);
  for (let nth = 1; nth <= bursts; nth += 1) {
    const begun = nth * 12 * 3_600_000;
    for (let at = begun - 11 * 3_600_000; at < begun; at += 600_000) learnOfLook(quiet, at, 0, []);
    for (let at = begun; at < begun + 200_000; at += 5_000) {
      const came = at - begun < 110_000 && (at - begun) % 50_000 === 0;
      learnOfLook(quiet, at, came ? 1 : 0, came && tellsTimes ? [at] : []);
    }
  }
  return quiet;
}

it.each([true, false])("learns that messages follow each other, and then none for hours (times told: %s)", (told) => {
  const { laws } = createKept();
  const before = laws.of(AT).hazard();
  teach(laws, 40, told);
  const after = laws.of(AT).hazard();
  expect(rateAt(after, 48)).toBeGreaterThan(2 * rateAt(after, 10));
  expect(rateAt(after, 2_000)).toBeLessThan(rateAt(before, 2_000) / 3);
});

it("is learned apart: by upstream and service, from codes, and from what somebody expects", async () => {
  const { laws, delays, saved } = createKept();
  const usual = laws.of({ ...AT, upstream: "other" }).hazard().rates;
  teach(laws, 40);
  expect(laws.of({ ...AT, upstream: "other" }).hazard().rates).toEqual(usual);
  expect(laws.of({ ...AT, isExpected: true }).hazard().rates).toEqual(usual);
  const telegram = laws.of({ ...AT, service: "telegram" }).hazard();
  expect(rateAt(telegram, 48)).toBeGreaterThan(2 * rateAt(telegram, 10));
  await laws.save();
  await delays.save();
  expect([...saved.keys()].sort()).toEqual(["message up", "message up/whatsapp"]);
});

it("is known to the next run, which knows the delays of codes apart from it", async () => {
  const { laws, saved } = createKept();
  teach(laws, 40);
  await laws.save();
  const next = createKept(saved);
  await next.laws.load();
  await next.delays.load();
  expect(rateAt(next.laws.of(AT).hazard(), 45)).toBeCloseTo(rateAt(laws.of(AT).hazard(), 45), 5);
  const fresh = createKept().delays.of(sample("a", 0)).hazard();
  expect(next.delays.of(sample("a", 0)).hazard().rates).toEqual(fresh.rates);
});

it("knows after a restart since when a number has been quiet, where its upstream tells when messages came", () => {
  const { laws } = createKept();
  const resumed = createQuiet(rentalOf("a", 0), laws, 86_400_000, true);
  const before = laws.of(AT).hazard().rates;
  learnOfLook(resumed, 86_400_000, 0, [50_000_000, 86_000_000]);
  expect(resumed.stirredAt).toBe(86_000_000);
  expect(laws.of(AT).hazard().rates).toEqual(before);
});

it("takes a number that gets more than others for a busy one, and one that gets less for a quiet one", () => {
  const { laws } = createKept();
  const busy = teach(laws, 40);
  const still = createQuiet(rentalOf("b", 0), laws, 0, false);
  for (let at = 600_000; at < 20 * 24 * 3_600_000; at += 600_000) learnOfLook(still, at, 0, []);
  expect(oftenness(busy)).toBeGreaterThan(3 * oftenness(still));
  expect(oftenness(createQuiet(rentalOf("c", 0), laws, 0, false))).toBe(1);
});
