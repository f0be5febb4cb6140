// What ranking the five offers of one country and service costs, beyond fetching them.
// node bench/routing/rank-cost.ts

import { LOCAL_CALLER } from "../../src/core/caller.ts";
import type { Strategy } from "../../src/core/verification.ts";
import { createRouter } from "../../src/routing/router.ts";
import { toOffer } from "./policies.ts";
import { createWorld } from "./world.ts";

const RUNS = 100_000;
const world = createWorld(1, "mixed");
const offers = world.cells
  .map((row) => row[0])
  .filter((cell) => cell !== undefined)
  .map((cell) => toOffer(world, cell));
const [{ country = "", service = "" } = {}] = offers;
let now = Date.parse("2026-05-01T12:00:00Z");
const router = createRouter({
  store: { saveLearned: async () => {}, loadLearned: async () => [] },
  clock: { now: () => now, after: () => () => {} },
  log: { warn: () => {}, error: () => {} },
  rates: new Map(),
  findUpstream: () => undefined,
  findOffer: () => undefined,
});

function measure(strategy: Strategy, stepMs: number): number {
  const request = {
    country,
    service,
    capability: "SMS",
    strategy,
    upstreams: [],
    excludeUpstreams: [],
    labels: {},
  } as const;
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

process.stdout.write(`us per ranking of ${offers.length} offers, ${RUNS} rankings\n`);
process.stdout.write(`${"".padEnd(16)}${"same second".padStart(14)}${"new second".padStart(14)}\n`);
for (const strategy of ["CHEAPEST", "BALANCED", "FASTEST", "MOST_RELIABLE"] as const) {
  measure(strategy, 0);
  const cells = [measure(strategy, 0), strategy === "MOST_RELIABLE" ? undefined : measure(strategy, 1_000)];
  const shown = cells.map((us) => (us === undefined ? "" : us.toFixed(2)).padStart(14));
  process.stdout.write(`${strategy.padEnd(16)}${shown.join("")}\n`);
}
