// Verifications from the wish to the end, on a file with synchronous=FULL: with one commit for each command, and with
// commits that the commands of one turn of the event loop share. Then the same, and what lists, beside 100,000 finished
// orders and 10,000 open ones.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { VerificationStatus } from "../../src/core/verification.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import { quantile } from "../support/statistics.ts";
import { printRecords } from "../support/table.ts";
import { finish, open, work } from "./load.ts";

const WORKERS = 512;
/** What else the machine does changes from second to second: of several rounds, the median and the best. */
const ROUNDS = 5;
const CYCLES = 20_000;
const [FINISHED, OPEN] = [100_000, 10_000];

/** How often a transaction was committed. */
let commits = 0;
const { prepare } = DatabaseSync.prototype;
DatabaseSync.prototype.prepare = function (...args) {
  const statement = prepare.apply(this, args);
  if (args[0] !== "commit") return statement;
  const commit = statement.run.bind(statement);
  const run = () => {
    commits += 1;
    return commit();
  };
  return Object.assign(statement, { run });
};

const folder = mkdtempSync(join(tmpdir(), "numgate-bench-"));
const store = openSqliteStore(join(folder, "numgate.db"));

/** One way of leading verifications through their lives, and what its rounds came to. */
function createRun(name: string, workers: number) {
  const took: number[] = [];
  const perSecond: number[] = [];
  const cpuUs: number[] = [];
  const note = (ms: number) => took.push(ms);
  let [commands, committed] = [0, 0];
  return {
    async round(times: number): Promise<void> {
      commits = 0;
      const before = process.cpuUsage();
      const seconds = await work(times, workers, async () => finish(store, await open(store, note), note));
      const { user, system } = process.cpuUsage(before);
      perSecond.push(times / seconds);
      cpuUs.push((user + system) / times);
      committed += commits;
      commands = took.length;
    },
    row: () => ({
      cycles: name,
      "per second": Math.round(quantile(perSecond, 0.5)),
      best: Math.round(Math.max(...perSecond)),
      "CPU us each": Math.round(quantile(cpuUs, 0.5)),
      "commands of a commit": (commands / committed).toFixed(1),
      "p50 ms of a command": quantile(took, 0.5).toFixed(2),
      "p99 ms": quantile(took, 0.99).toFixed(2),
    }),
  };
}

async function measure(name: string, query: () => Promise<unknown>) {
  const took: number[] = [];
  for (let i = 0; i < 9; i += 1) {
    const start = performance.now();
    await query();
    took.push(performance.now() - start);
  }
  return {
    [`beside ${FINISHED} + ${OPEN}`]: name,
    "p50 ms": quantile(took, 0.5).toFixed(2),
    "worst ms": Math.max(...took).toFixed(2),
  };
}

function list(...statuses: VerificationStatus[]) {
  return store.listVerifications("bench", { statuses, pageSize: 50 });
}

try {
  await createRun("warm-up", WORKERS).round(CYCLES / 2);
  const apart = createRun("one commit per command (1 worker)", 1);
  const together = createRun(`group commit (${WORKERS} workers)`, WORKERS);
  for (let round = 0; round < ROUNDS; round += 1) {
    await apart.round(CYCLES / 20);
    await together.round(CYCLES);
  }
  printRecords([apart.row(), together.row()]);
  const unmeasured = () => {};
  await work(OPEN, WORKERS, () => open(store, unmeasured));
  await work(FINISHED, WORKERS, async () => finish(store, await open(store, unmeasured), unmeasured));
  const beside = createRun(`group commit beside ${FINISHED} finished and ${OPEN} open`, WORKERS);
  for (let round = 0; round < ROUNDS; round += 1) await beside.round(CYCLES);
  printRecords([beside.row()]);

  const since = new Date(Date.now() - 86_400_000);
  printRecords([
    await measure("openVerifications", () => store.openVerifications()),
    await measure("countOpen", () => store.countOpen()),
    await measure("listVerifications, the newest 50", () => list()),
    await measure("listVerifications, 50 that are WAITING", () => list("WAITING")),
    await measure("listVerifications, EXPIRED or FAILED: none", () => list("EXPIRED", "FAILED")),
    await measure("history, the first 1000", () => store.history({ limit: 1_000 })),
    await measure("history, 1000 of the last day", () => store.history({ since, limit: 1_000 })),
    await measure("movementSince the last second", () =>
      store.movementSince("acme", "handler_api", new Date(Date.now() - 1_000), "none"),
    ),
    await measure("checkLedger since yesterday", () => store.checkLedger({ since })),
    await measure("forget 200 orders", () => store.forget({ messages: since, orders: new Date() }, 200)),
  ]);
} finally {
  await store.close();
  rmSync(folder, { recursive: true });
}
