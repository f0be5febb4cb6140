// Kills a daemon under load again and again, and compares its books with those of the upstreams that it bought from.
//
//   node bench/crash/crash.ts [--cycles 200] [--seed 1] [--faults 0.3] [--workers 10] [--sandboxes 3] [--settle 30]

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import type { FaultKind } from "../../src/sandbox/faults.ts";
import { drawKills } from "./kills.ts";
import { describeReport } from "./report.ts";
import { runCrashes } from "./run.ts";

/** What can happen to a purchase so that nobody knows whether it sold. */
const DOUBTFUL: readonly FaultKind[] = [
  "reset_before",
  "reset_after",
  "silence",
  "slow",
  "status_500",
  "error_500_after",
  "unreadable_after",
  "truncated",
  "wrong_types",
  "html",
  "html_502",
];

const { values } = parseArgs({
  options: {
    cycles: { type: "string", default: "200" },
    seed: { type: "string", default: "1" },
    faults: { type: "string", default: "0" },
    workers: { type: "string", default: "10" },
    sandboxes: { type: "string", default: "3" },
    settle: { type: "string", default: "30" },
    calm: { type: "string", default: "5" },
  },
});
const cycles = Number(values.cycles);
const seed = Number(values.seed);
const rate = Number(values.faults);

const folder = await mkdtemp(path.join(tmpdir(), "numgate-crash-"));
try {
  const report = await runCrashes({
    folder,
    seed,
    kills: drawKills(cycles, seed),
    sandboxes: Number(values.sandboxes),
    workers: Number(values.workers),
    faults: rate > 0 ? { rate, kinds: DOUBTFUL } : undefined,
    calmMs: Number(values.calm) * 1_000,
    // Silence is heard out for half a minute.
    catchUpMs: 60_000,
    settleMs: Number(values.settle) * 1_000,
    onCycle(cycle) {
      if (process.stderr.isTTY) process.stderr.write(`\rcycle ${cycle + 1} of ${cycles}`);
    },
  });
  process.stdout.write(`${describeReport(report, { cycles, seed, rate })}\n`);
  process.exitCode = report.differences.length > 0 ? 1 : 0;
} finally {
  await rm(folder, { recursive: true });
}
