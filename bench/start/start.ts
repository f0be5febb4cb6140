// How long the daemon takes from its start to its first answer, with a catalogue persisted, and what it weighs when it then
// has nothing to do; beside a Node that does nothing at all. Linux only. node bench/start/start.ts [--rounds 5]

import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { createFold } from "../../src/catalog/fold.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import { listingsOf, offersIn, SIZES, type Size, UPSTREAMS } from "../catalog/listings.ts";
import { freePort } from "../support/gateway.ts";
import { printTable } from "../support/table.ts";

const ROOT = path.join(import.meta.dirname, "../..");
/** What starting needed is given back by then. */
const IDLE_AFTER_MS = 8_000;
const { values } = parseArgs({ options: { rounds: { type: "string", default: "5" } } });
const [, HUNDRED_THOUSAND] = SIZES;
if (!HUNDRED_THOUSAND) throw new Error("no size");
const folder = await mkdtemp(path.join(tmpdir(), "numgate-bench-"));

interface Measured {
  readonly firstAnswerMs: number | undefined;
  readonly idleMb: number;
  readonly peakMb: number;
}

/** A database with what an earlier run fetched. */
async function persist(file: string, size: Size): Promise<void> {
  const store = openSqliteStore(file);
  for (const [at, id] of UPSTREAMS.entries()) {
    const fold = createFold({ id, provider: id }, async () => {});
    await fold.add([...listingsOf(at, size)].flat(), new Date());
    await store.saveCatalog(await fold.snapshot(new Date()));
  }
  await store.close();
}

/** Its upstreams are out of reach: what it is asked it has from its database. */
async function configure(file: string, database: string, port: number): Promise<void> {
  const account = (id: string) => `  - { id: ${id}, provider: ${id}, api_key: none, base_url: "http://127.0.0.1:9" }`;
  const lines = [`listen: 127.0.0.1:${port}`, "log_level: silent", `database: "sqlite:${database}"`, "upstreams:"];
  await writeFile(file, [...lines, ...UPSTREAMS.map(account), ""].join("\n"));
}

async function firstAnswer(port: number, from: number): Promise<number> {
  const url = `http://127.0.0.1:${port}/numgate.v1.CatalogService/ListOffers`;
  const call = { method: "POST", headers: { "content-type": "application/json" }, body: '{"pageSize":10}' };
  for (;;) {
    const response = await fetch(url, call).catch(() => undefined);
    if (response?.ok) return performance.now() - from;
    await sleep(5);
  }
}

/** Runs the command until it is idle. */
async function run(command: readonly string[], port?: number): Promise<Measured> {
  const [program = "", ...args] = command;
  const from = performance.now();
  const env = { ...process.env, NODE_COMPILE_CACHE: path.join(folder, "compiled") };
  const child = spawn(program, args, { cwd: ROOT, stdio: "ignore", env });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const firstAnswerMs = port === undefined ? undefined : await firstAnswer(port, from);
  await sleep(IDLE_AFTER_MS);
  const status = await readFile(`/proc/${child.pid}/status`, "utf8");
  const mb = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]) / 1024;
  child.kill("SIGTERM");
  await ended;
  return { firstAnswerMs, idleMb: mb("VmRSS"), peakMb: mb("VmHWM") };
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

async function row(name: string, command: readonly string[], port?: number): Promise<string[]> {
  const all: Measured[] = [];
  for (let round = 0; round < Number(values.rounds); round += 1) all.push(await run(command, port));
  const answers = all.flatMap(({ firstAnswerMs }) => firstAnswerMs ?? []);
  return [
    name,
    answers.length > 0 ? `${median(answers).toFixed(0)} (${Math.max(...answers).toFixed(0)})` : "",
    median(all.map(({ idleMb }) => idleMb)).toFixed(0),
    median(all.map(({ peakMb }) => peakMb)).toFixed(0),
  ];
}

const rows = [await row("node, nothing else", [process.execPath, "-e", "setTimeout(() => {}, 60_000)"])];
for (const size of [undefined, HUNDRED_THOUSAND]) {
  const offers = size ? offersIn(size) : 0;
  const file = path.join(folder, `${offers}.yaml`);
  const database = path.join(folder, `${offers}.db`);
  if (size) await persist(database, size);
  const port = await freePort();
  await configure(file, database, port);
  // The first run compiles, as under `npm start`, and the next ones find that done.
  const command = [process.execPath, "src/main.ts", "serve", "--config", file];
  await run(command, port);
  rows.push(await row(`numgate, ${offers} offers persisted`, command, port));
}
await rm(folder, { recursive: true });
printTable(["process", "first answer after, ms (worst)", "idle, MB", "peak, MB"], rows);
