// A client that opens streams and leaves them, a hundred thousand times: what is left behind.

import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { startChild } from "../support/child.ts";
import { startGateway } from "../support/gateway.ts";
import { printTable } from "../support/table.ts";

const MB = 2 ** 20;
const { values } = parseArgs({ options: { streams: { type: "string", default: "100000" } } });
const total = Number(values.streams);

const { daemon, url, verifications, stop } = await startGateway();
const { verification } = await verifications.createVerification({
  countryCode: "US",
  service: "Sandbox Never",
  upstreams: ["ping"],
});
const verificationId = verification?.verificationId ?? "";

async function metrics(...names: string[]): Promise<string[]> {
  const text = await (await fetch(`${url}/metrics`, { headers: { connection: "close" } })).text();
  return names.map((name) => new RegExp(`^${name} (\\d+)$`, "m").exec(text)?.[1] ?? "?");
}

const client = startChild(path.join(import.meta.dirname, "watchers.ts"));
const rows: string[][] = [];
async function look(opened: number, seconds: number): Promise<void> {
  await sleep(1000);
  const { heap, rss } = await daemon.gauge();
  rows.push([
    String(opened),
    seconds.toFixed(1),
    (heap / MB).toFixed(1),
    (rss / MB).toFixed(0),
    ...(await metrics("numgate_watchers", "numgate_streams", "numgate_http2_sessions")),
    String(await daemon.resources()),
  ]);
}

let opened = 0;
for (const share of [0.05, 0.3, 0.65]) {
  const count = Math.round(total * share);
  const start = performance.now();
  const churned = client.hear<true | string>("churned");
  client.tell({ churn: { url, verificationId, count } });
  const outcome = await churned;
  if (outcome !== true) throw new Error(outcome);
  opened += count;
  await look(opened, (performance.now() - start) / 1000);
}
await client.stop();
await stop();
printTable(
  ["opened and left", "s", "heap, MB", "RSS, MB", "watchers", "streams", "sessions", "sockets and timers"],
  rows,
);
process.exit(0);
