// The catalogue from ten thousand offers to a million, beside plain objects: see README.md.

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { toBinary } from "@bufbuild/protobuf";
import { type Client, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import {
  CatalogService,
  ListCountriesResponseSchema,
  ListOffersResponseSchema,
} from "../../gen/numgate/v1/catalog_pb.ts";
import { quantile } from "../support/statistics.ts";
import { printRecords } from "../support/table.ts";
import type { Inside } from "./inside.ts";
import { COUNTRIES, offersIn, SIZES } from "./listings.ts";
import type { Asked, Told } from "./serve.ts";

/** Calls of each RPC, and as many of the no-op: in turns for the time they take, then in rows for the processor's. */
const CALLS = 400;
/** Of calls in turns. The machine's other work comes and goes: times are medians over the rounds of what each had. */
const ROUNDS = 7;
const WARM_UP = 50;
/** Beside the cheapest first. */
const ORDERS = ["price desc", "success_rate desc", "wait", "available_count desc"];

const folder = await mkdtemp(path.join(tmpdir(), "numgate-bench-"));
try {
  const { values, positionals } = parseArgs({
    options: { "no-plain": { type: "boolean", default: false } },
    allowPositionals: true,
  });
  const asked = positionals.map(Number);
  for (const [sizeIndex, size] of SIZES.entries()) {
    if (asked.length > 0 && !asked.includes(offersIn(size))) continue;
    const file = path.join(folder, `${sizeIndex}.db`);
    const columns = await inside("columns", sizeIndex, file);
    const plain = values["no-plain"] ? undefined : await inside("plain", sizeIndex);
    printInside(columns, plain);
    await measurePort(file);
  }
} finally {
  await rm(folder, { recursive: true });
}

async function inside(form: "columns" | "plain", sizeIndex: number, file = ""): Promise<Inside> {
  const child = start("inside.ts", [form, String(sizeIndex), file]);
  const [told] = await once(child, "message");
  await once(child, "exit");
  return told;
}

function start(script: string, args: readonly string[]): ChildProcess {
  return fork(new URL(script, import.meta.url), args, { execArgv: ["--expose-gc"] });
}

function printInside(columns: Inside, plain: Inside | undefined): void {
  const row = (name: string, read: (form: Inside) => number | undefined, digits = 1) => ({
    name,
    columns: read(columns)?.toFixed(digits) ?? "-",
    ...(plain && { "plain objects": read(plain)?.toFixed(digits) ?? "-" }),
  });
  const rows = [
    row("build, ms of CPU", ({ buildMs }) => buildMs, 0),
    row("longest block of it, ms of CPU", ({ blockMs }) => blockMs),
    row("restore from its stored form, ms of CPU", ({ restoreMs }) => restoreMs, 0),
    row("heap over the process before, MB", ({ heapMb }) => heapMb),
    row("arrays over the process before, MB", ({ arraysMb }) => arraysMb),
    ...Object.keys(columns.medianUs).map((question) => row(`${question}, µs`, ({ medianUs }) => medianUs[question])),
  ];
  printRecords(rows, `${columns.offers.toLocaleString("en")} offers of five upstreams, in one process`);
}

async function measurePort(file: string): Promise<void> {
  const empty = await open(":memory:");
  const nothing = await heldBy(empty);
  empty.child.disconnect();
  const full = await open(file);
  const held = await heldBy(full);

  const rows = [];
  const [countryCode = ""] = COUNTRIES;
  rows.push(await listOffers(full, "a country and a service", () => ({ countryCode, service: "whatsapp" })));
  rows.push(await listOffers(full, "a country", (turn) => ({ countryCode: COUNTRIES[turn % 4] ?? "" })));
  rows.push(await listOffers(full, "price", () => ({})));
  rows.push(await listOffers(full, "price, page after page", (_, pageToken) => ({ pageToken })));
  for (const orderBy of ORDERS) {
    rows.push(await listOffers(full, orderBy, () => ({ orderBy })));
  }
  rows.push(await listOffers(full, "search and stock", () => ({ search: "whats", inStockOnly: true })));
  rows.push(await listCountries(full));
  full.child.disconnect();

  printRecords(rows, "over the port, beside a no-op of the same answer in the same process");
  const over = (when: "warm" | "ordered", of: readonly ("rssMb" | "heapMb" | "arraysMb")[]) =>
    of.reduce((sum, part) => sum + held[when][part] - nothing[when][part], 0).toFixed(1);
  const row = (name: string, when: "warm" | "ordered") => ({
    when: name,
    RSS: over(when, ["rssMb"]),
    "heap and arrays": over(when, ["heapMb", "arraysMb"]),
    arrays: over(when, ["arraysMb"]),
  });
  const memory = [
    row("loaded, and asked once for each list", "warm"),
    row("after every order with several filters", "ordered"),
  ];
  printRecords(memory, "memory over the same process without offers, asked the same, MB");
  printRecords([{ ms: full.startMs.toFixed(0) }], "loaded from the database");
}

interface Served {
  readonly child: ChildProcess;
  readonly real: Client<typeof CatalogService>;
  readonly noOp: Client<typeof CatalogService>;
  readonly startMs: number;
  ask(asked: Asked): Promise<Told>;
}

async function open(file: string): Promise<Served> {
  const child = start("serve.ts", [file]);
  const [told]: Told[] = await once(child, "message");
  if (!told) throw new Error("the server did not start");
  const client = (address: string) =>
    createClient(CatalogService, createGrpcTransport({ baseUrl: `http://${address}` }));
  return {
    child,
    real: client(told.real),
    noOp: client(told.noOp),
    startMs: told.startMs,
    async ask(asked) {
      child.send(asked);
      const [answer] = await once(child, "message");
      return answer;
    },
  };
}

async function warm(client: Client<typeof CatalogService>): Promise<void> {
  await client.listOffers({});
  await client.listCountries({});
  await client.listServices({});
  await client.listOffers({ countryCode: COUNTRIES[0] ?? "", service: "whatsapp" });
}

async function heldBy({ real, ask }: Served): Promise<{ readonly warm: Told; readonly ordered: Told }> {
  await warm(real);
  const told = await ask({});
  const [, countryCode = ""] = COUNTRIES;
  for (const orderBy of ["price", ...ORDERS]) {
    for (const filter of [{}, { inStockOnly: true }, { search: "whats" }, { countryCode }]) {
      await real.listOffers({ orderBy, ...filter });
    }
  }
  return { warm: told, ordered: await ask({}) };
}

type OffersRequest = Parameters<Client<typeof CatalogService>["listOffers"]>[0];

async function listOffers(
  { real, noOp, ask }: Served,
  name: string,
  request: (turn: number, pageToken: string) => OffersRequest,
) {
  const answer = await real.listOffers(request(0, ""));
  await ask({ offers: Buffer.from(toBinary(ListOffersResponseSchema, answer)).toString("base64") });
  let pageToken = "";
  const next = async (turn: number) => {
    pageToken = (await real.listOffers(request(turn, pageToken))).nextPageToken;
  };
  return compare(name, ask, next, () => noOp.listOffers({}));
}

async function listCountries({ real, noOp, ask }: Served) {
  const answer = await real.listCountries({});
  await ask({ countries: Buffer.from(toBinary(ListCountriesResponseSchema, answer)).toString("base64") });
  const of = (client: Client<typeof CatalogService>) => () => client.listCountries({});
  return compare("ListCountries", ask, of(real), of(noOp));
}

type Call = (turn: number) => Promise<unknown>;

async function compare(name: string, ask: Served["ask"], real: Call, noOp: Call) {
  const time = async (call: Call, turn: number) => {
    const begin = performance.now();
    await call(turn);
    return (performance.now() - begin) * 1000;
  };
  const inTurns = async (calls: number) => {
    const times: { readonly real: number[]; readonly noOp: number[] } = { real: [], noOp: [] };
    for (let turn = 0; turn < calls; turn += 1) {
      times.real.push(await time(real, turn));
      times.noOp.push(await time(noOp, turn));
    }
    return times;
  };
  await inTurns(WARM_UP);
  const rounds: Awaited<ReturnType<typeof inTurns>>[] = [];
  for (let round = 0; round < ROUNDS; round += 1) rounds.push(await inTurns(CALLS));
  const cpu = async (call: Call) => {
    const { cpuMs } = await ask({});
    for (let turn = 0; turn < CALLS; turn += 1) await call(turn);
    return (((await ask({})).cpuMs - cpuMs) * 1000) / CALLS;
  };
  const [realCpu, noOpCpu] = [await cpu(real), await cpu(noOp)];
  const shared = (share: number) => {
    const pairs = rounds.map(({ real, noOp }) => ({ ours: quantile(real, share), bare: quantile(noOp, share) }));
    const median = (of: (pair: (typeof pairs)[number]) => number) => quantile(pairs.map(of), 0.5);
    const both = [median(({ ours }) => ours), median(({ bare }) => bare)];
    return `${shown(both)}, ${median(({ ours, bare }) => ours / bare).toFixed(2)}`;
  };
  const shown = ([ours = 0, bare = 0]: readonly number[]) =>
    `${ours.toFixed(0)} / ${bare.toFixed(0)} = ${(ours / bare).toFixed(2)}`;
  return {
    "ListOffers by": name,
    "p50, µs, by round": shared(0.5),
    "p99, µs, by round": shared(0.99),
    "server's CPU, µs": shown([realCpu, noOpCpu]),
  };
}
