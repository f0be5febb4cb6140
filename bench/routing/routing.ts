// What a delivered code costs under each way of choosing upstreams, as the gap to an oracle that knows the present rates.
// node bench/routing/routing.ts [seeds] [part of the names of the rows]

import {
  blindOracle,
  type Costs,
  cheapestFirst,
  numgate,
  oracle,
  type Policy,
  priceDraw,
  successWindow,
  weightedScore,
} from "./policies.ts";
import { GIVE_UP_MS, simulate, type Totals } from "./simulate.ts";
import { createWorld, type Refunds, type World } from "./world.ts";

const SEEDS = Number(process.argv[2] ?? 10);
const ROWS = process.argv[3] ?? "";
const SIZES = [12_000, 40_000];
const REFUNDS: readonly Refunds[] = ["full", "mixed", "half"];

/** Money alone: what CHEAPEST is to spend least of. */
const MONEY: Costs = { perMs: 0, perNumber: 0 };
/** Money, 0.10 dollars per minute of waiting, 0.02 per number that is typed in again. */
const WITH_TIME: Costs = { perMs: 100_000 / 60_000, perNumber: 20_000 };

type Make = (world: World, seed: number) => Policy | Promise<Policy>;

const RIVALS: readonly (readonly [string, Make])[] = [
  ["cheapest first", cheapestFirst],
  ["1/price^2 draw", priceDraw],
  ["success window 125, 5 % explored", successWindow],
  ["score 0.7 quality + 0.3 price", weightedScore],
];

function costPerCode({ codes, money, waitedMs, renumbered }: Totals, { perMs, perNumber }: Costs): number {
  return (money + perMs * waitedMs + perNumber * renumbered) / codes;
}

const oracles = new Map<string, Totals>();

async function gaps(make: Make, costs: Costs, refunds: Refunds, wishes: number): Promise<number[]> {
  const found: number[] = [];
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const world = createWorld(seed, refunds);
    const key = JSON.stringify([costs, refunds, wishes, seed]);
    const best = oracles.get(key) ?? simulate(world, oracle(world, GIVE_UP_MS, costs), wishes, seed);
    oracles.set(key, best);
    const own = simulate(world, await make(world, seed), wishes, seed);
    found.push(costPerCode(own, costs) / costPerCode(best, costs) - 1);
  }
  return found;
}

const percent = (share: number) => `${(share * 100).toFixed(1)} %`.padStart(8);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

async function table(title: string, costs: Costs, ours: readonly (readonly [string, Make])[]): Promise<void> {
  process.stdout.write(`\n${title}: gap to the oracle, mean of ${SEEDS} seeds (worst)\n`);
  const heads = REFUNDS.flatMap((refunds) => SIZES.map((size) => `${refunds} ${size / 1000}k`.padStart(19)));
  process.stdout.write(`${"".padEnd(34)}${heads.join("")}\n`);
  const blind: Make = (world) => blindOracle(world, GIVE_UP_MS, costs);
  for (const [name, make] of [...RIVALS, ["knows all but outages", blind] as const, ...ours]) {
    if (!name.includes(ROWS)) continue;
    process.stdout.write(name.padEnd(34));
    for (const refunds of REFUNDS) {
      for (const size of SIZES) {
        const found = await gaps(make, costs, refunds, size);
        process.stdout.write(` ${percent(mean(found))} (${percent(Math.max(...found))})`.padStart(19));
      }
    }
    process.stdout.write("\n");
  }
}

await table("Money per delivered code", MONEY, [
  ["numgate CHEAPEST (the default)", (world) => numgate(world, "CHEAPEST")],
]);
await table("Money, time and trouble per delivered code", WITH_TIME, [
  ["numgate BALANCED", (world) => numgate(world, "BALANCED")],
  ["numgate CHEAPEST (the default)", (world) => numgate(world, "CHEAPEST")],
]);
