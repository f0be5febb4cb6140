// How much a stream costs that waits, and how long a change takes to all of them: the gateway beside bare connect-node.

import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { VerificationService, VerificationStatus } from "../../gen/numgate/v1/verification_pb.ts";
import { type Child, startChild } from "../support/child.ts";
import { startGateway } from "../support/gateway.ts";
import { quantile } from "../support/statistics.ts";
import { printTable } from "../support/table.ts";

const CLIENTS = 2;
const CALLS = 2_000;
const MB = 2 ** 20;

const { values } = parseArgs({ options: { watchers: { type: "string", default: "10000,30000" } } });

interface Subject {
  readonly name: string;
  readonly server: Child;
  readonly url: string;
  readonly verificationId: string;
  change(): Promise<void>;
  stop(): Promise<void>;
}

async function bare(): Promise<Subject> {
  const server = startChild(path.join(import.meta.dirname, "bare.ts"));
  const url = await server.hear<string>("url");
  const change = async () => server.tell("change");
  return { name: "bare connect-node", server, url, verificationId: "v".repeat(36), change, stop: server.stop };
}

/** All watch one verification: a number that was bought and has its code. */
async function gateway(): Promise<Subject> {
  const { daemon, url, verifications, stop } = await startGateway();
  const request = { countryCode: "US", service: "Sandbox Instant", upstreams: ["handler_api"] };
  const { verification } = await verifications.createVerification(request);
  const verificationId = verification?.verificationId ?? "";
  for (;;) {
    const { verification: now } = await verifications.getVerification({ verificationId });
    if (now?.status === VerificationStatus.RECEIVED) break;
    await sleep(100);
  }
  const change = async () => void (await verifications.requestAnotherCode({ verificationId }));
  return { name: "numgate", server: daemon, url, verificationId, change, stop };
}

/** The 99th percentile of GetVerification, one after the other, in ms, once both sides have done as many. */
async function p99({ url, verificationId }: Subject): Promise<number> {
  const client = createClient(VerificationService, createGrpcTransport({ baseUrl: url }));
  for (let call = 0; call < CALLS; call += 1) await client.getVerification({ verificationId });
  const times: number[] = [];
  for (let call = 0; call < CALLS; call += 1) {
    const start = performance.now();
    await client.getVerification({ verificationId });
    times.push(performance.now() - start);
  }
  return quantile(times, 0.99);
}

async function measure(subject: Subject, count: number) {
  const { server, url, verificationId } = subject;
  const clients = Array.from({ length: CLIENTS }, () => startChild(path.join(import.meta.dirname, "watchers.ts")));
  const all = <T>(key: string) => Promise.all(clients.map((client) => client.hear<T>(key)));
  try {
    const p99Empty = await p99(subject);
    const empty = await server.gauge();

    const start = performance.now();
    const opened = all<true | string>("opened");
    for (const client of clients) client.tell({ open: { url, verificationId, count: count / CLIENTS } });
    for (const outcome of await opened) if (outcome !== true) throw new Error(outcome);
    const openMs = performance.now() - start;
    const held = await server.gauge();
    const p99Held = await p99(subject);

    const heard = all<number>("heard");
    for (const client of clients) client.tell("expect");
    const changed = performance.now();
    await subject.change();
    await heard;
    const changeMs = performance.now() - changed;

    const left = all("left");
    for (const client of clients) client.tell("leave");
    await left;
    await sleep(1500);
    const after = await server.gauge();
    return { empty, held, after, openMs, changeMs, p99Empty, p99Held };
  } finally {
    await Promise.all(clients.map((client) => client.stop()));
  }
}

const rows: string[][] = [];
for (const count of values.watchers.split(",").map(Number)) {
  for (const begin of [bare, gateway]) {
    const subject = await begin();
    try {
      const { empty, held, after, ...times } = await measure(subject, count);
      const perStream = (bytes: number) => `${(bytes / count / 1024).toFixed(1)}`;
      rows.push([
        subject.name,
        String(count),
        (empty.rss / MB).toFixed(0),
        perStream(held.rss - empty.rss),
        perStream(held.heap - empty.heap),
        (times.openMs / 1000).toFixed(2),
        times.changeMs.toFixed(0),
        perStream(after.heap - empty.heap),
        `${times.p99Empty.toFixed(1)} / ${times.p99Held.toFixed(1)}`,
      ]);
    } finally {
      await subject.stop();
    }
  }
}
printTable(
  [
    "server",
    "watchers",
    "RSS empty, MB",
    "RSS each, KiB",
    "heap each, KiB",
    "open all, s",
    "change to all, ms",
    "heap each after, KiB",
    "p99 Get empty / held, ms",
  ],
  rows,
);
process.exit(0);
