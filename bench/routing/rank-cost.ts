// What ranking the five offers of a country and a service costs, beyond fetching them.
// node bench/routing/rank-cost.ts

import { LOCAL_CALLER } from "../../src/core/caller.ts";
import type { Offer } from "../../src/core/offer.ts";
import type { Strategy, VerificationRequest } from "../../src/core/verification.ts";
import { createRouter } from "../../src/routing/router.ts";
import { printTable } from "../support/table.ts";
import { toOffer } from "./policies.ts";
import { createWorld } from "./world.ts";

const RUNS = 100_000;
const world = createWorld(1, "mixed");
const offers = world.cells
  .map((row) => row[0])
  .filter((cell) => cell !== undefined)
  .map((cell) => toOffer(world, cell));
let now = Date.parse("2026-05-01T12:00:00Z");
const router = createRouter({
  store: { saveLearned: async () => {}, loadLearned: async () => [] },
  clock: { now: () => now, after: () => () => {} },
  log: { warn: () => {}, error: () => {} },
  rates: new Map(),
  findUpstream: () => undefined,
  findOffer: () => undefined,
});

function requestFor([first]: readonly Offer[], strategy: Strategy): VerificationRequest {
  return {
    country: first?.country ?? "",
    service: first?.service ?? "",
    capability: "SMS",
    strategy,
    upstreams: [],
    excludeUpstreams: [],
    labels: {},
  };
}

function measure(strategy: Strategy, stepMs: number): number {
  const request = requestFor(offers, strategy);
  let tried = 0;
  // Of the processor, not of the clock on the wall: other work on the machine does not count.
  const start = process.cpuUsage();
  for (let run = 0; run < RUNS; run += 1) {
    now += stepMs;
    tried += router.rank(offers, request, LOCAL_CALLER, `ver_${run}`).candidates.length;
  }
  if (tried !== RUNS * offers.length) throw new Error("not every offer was ranked");
  return process.cpuUsage(start).user / RUNS;
}

const BATCH = 1_000;
let strangers = 0;

/** Each time another country and service, in one second. */
function measureUnseen(strategy: Strategy): number {
  let us = 0;
  for (let run = 0; run < RUNS; run += BATCH) {
    const batch = Array.from({ length: BATCH }, () => {
      strangers += 1;
      const place = { country: `C${strangers % 200}`, service: `s${Math.floor(strangers / 200) % 1_000}` };
      const unseen = offers.map((offer) => ({ ...offer, ...place }));
      return { unseen, request: requestFor(unseen, strategy) };
    });
    const start = process.cpuUsage();
    for (const [at, { unseen, request }] of batch.entries())
      router.rank(unseen, request, LOCAL_CALLER, `ver_${run + at}`);
    us += process.cpuUsage(start).user;
  }
  return us / RUNS;
}

const rows: string[][] = [];
for (const strategy of ["CHEAPEST", "BALANCED", "FASTEST", "MOST_RELIABLE"] as const) {
  measure(strategy, 0);
  const cells = [measure(strategy, 0), measure(strategy, 1_000), measureUnseen(strategy)];
  rows.push([strategy, ...cells.map((us) => us.toFixed(2))]);
}
printTable(
  ["strategy", "same second", "new second", "never seen"],
  rows,
  `us per ranking of ${offers.length} offers, ${RUNS} rankings`,
);
