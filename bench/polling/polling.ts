// Delay of codes under a limit of 60 calls a minute: the product's scheduler and limiter, on simulated time, beside what
// clients usually do behind the same limiter. `node bench/polling/polling.ts [--short]`

import { mean, quantile } from "../support/statistics.ts";
import { printTable } from "../support/table.ts";
import { everySoOften, type OpenPolicy, roundRobin, scheduler } from "./policies.ts";
import { startSimulation } from "./simulation.ts";
import { createSite, type Site } from "./site.ts";
import { drawTrace, type Line, readTrace, SCENARIOS, type Trace } from "./trace.ts";

const HOUR_MS = 3_600_000;
/** As the gateway ends an order, some time after its upstream may have. */
const GRACE_MS = 3_000;

const COLUMNS = ["policy", "mean", "p50", "p95", "p99", "polls/code", "busiest 60 s", "delivered", "polled at end"];

const naive = everySoOften(() => 5_000);
const documented = everySoOften((polls) => [3_000, 5_000][polls] ?? 8_000);
const backingOff = everySoOften((polls) => Math.min(5_000 * 1.5 ** polls, 45_000));

const POLICIES: readonly [string, OpenPolicy][] = [
  ["every 5 s, FIFO", naive],
  ["3 s, 5 s, 8 s, FIFO", documented],
  ["5 s x 1.5 to 45 s, FIFO", backingOff],
  ["round robin", roundRobin],
  ["numgate", scheduler()],
  ["numgate, unwatched count less", scheduler({ heedsWatched: true })],
  ["numgate, with a list of 50", scheduler({ hasList: true })],
];

interface Run {
  readonly site: Site;
  /** How long each purchase waited for its slot, in milliseconds. */
  readonly purchaseWaits: readonly number[];
}

async function play(trace: Trace, open: OpenPolicy, countsPurchases = false): Promise<Run> {
  const simulation = startSimulation();
  const { clock } = simulation;
  const site = createSite(clock);
  const policy = open(site, clock);
  const purchaseWaits: number[] = [];

  async function place(line: Line): Promise<void> {
    if (countsPurchases) {
      const asked = clock.now();
      await site.limits.run("buy", async () => {
        purchaseWaits.push(clock.now() - asked);
        await site.other();
      });
    }
    site.place(line);
    policy.follow(line);
  }

  for (const line of trace.lines) {
    clock.after(line.bornAt, () => void place(line));
    const isCancelled = line.cancelledAt < Math.min(line.codeAt, line.expiresAt);
    if (isCancelled) clock.after(line.cancelledAt, () => policy.cancel(line));
    else clock.after(line.expiresAt + GRACE_MS, () => policy.expire(line));
  }
  const last = Math.max(...trace.lines.map(({ expiresAt }) => expiresAt));
  await simulation.runUntil(last + HOUR_MS / 4);
  const stopped = policy.stop();
  await simulation.runUntil(last + HOUR_MS / 2);
  simulation.end();
  await stopped;
  return { site, purchaseWaits };
}

function row(name: string, { site }: Run): string[] {
  const outcomes = [...site.outcomes.values()].filter(
    ({ line }) => line.cancelledAt >= Math.min(line.codeAt, line.expiresAt),
  );
  const due = outcomes.filter(({ line }) => Number.isFinite(line.codeAt));
  const delays = due.flatMap(({ seenAt, line }) => (Number.isFinite(seenAt) ? [(seenAt - line.codeAt) / 1_000] : []));
  const silent = outcomes.filter(({ line }) => !Number.isFinite(line.codeAt));
  const polledAtEnd = silent.filter(({ line, lastPolledAt }) => lastPolledAt >= Math.floor(line.expiresAt) - 2_000);
  return [
    name,
    mean(delays).toFixed(2),
    ...[0.5, 0.95, 0.99].map((share) => quantile(delays, share).toFixed(2)),
    (site.polls / Math.max(delays.length, 1)).toFixed(1),
    String(site.busiestWindow()),
    `${delays.length} of ${due.length}`,
    `${polledAtEnd.length} of ${silent.length}`,
  ];
}

async function compare(trace: Trace, policies: readonly [string, OpenPolicy][]): Promise<void> {
  const rows: string[][] = [];
  for (const [name, open] of policies) rows.push(row(name, await play(trace, open)));
  if (trace.bound) rows.push(["lower bound, which no policy can reach", trace.bound.toFixed(2)]);
  printTable(COLUMNS, rows, `${trace.name}: delay in seconds`);
}

async function compareWithPurchases(trace: Trace): Promise<void> {
  const run = await play(trace, scheduler(), true);
  const [longest, middle] = [Math.max(...run.purchaseWaits), quantile(run.purchaseWaits, 0.5)];
  printTable(COLUMNS, [row("numgate", run)], `${trace.name}, purchases counted: delay in seconds`);
  process.stdout.write(`purchases waited for their slot: p50 ${middle} ms, longest ${longest} ms\n\n`);
}

const isShort = process.argv.includes("--short");
const traces = [readTrace("load10", 3.5), readTrace("load4", 1.44), ...(isShort ? [] : [readTrace("load1", 0.61)])];
for (const trace of traces) await compare(trace, POLICIES);
for (const trace of traces.slice(0, 1)) await compareWithPurchases(trace);

const drawn = Object.entries(SCENARIOS).slice(0, isShort ? 2 : undefined);
for (const [name, scenario] of drawn) {
  for (const [load, seed] of [
    [10, 1],
    [3, 2],
  ] as const) {
    await compare(drawTrace(name, scenario, load, seed), [
      ["every 5 s, FIFO", naive],
      ["5 s x 1.5 to 45 s, FIFO", backingOff],
      ["numgate", scheduler()],
    ]);
  }
}
