// Clients that say nothing any more, while none of their connections is closed: what the daemon holds for them, second by
// second. `lost`: every packet between them and the daemon is dropped. `halted`: they are stopped by SIGSTOP, and their
// system goes on to acknowledge what it is sent. They are in a network namespace: Linux, root and `ip` are needed.
// node bench/streams/vanish.ts [--watchers 500] [--seconds 60]

import { execFileSync } from "node:child_process";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { startChild } from "../support/child.ts";
import { startGateway } from "../support/gateway.ts";
import { printTable } from "../support/table.ts";

const { values } = parseArgs({
  options: { watchers: { type: "string", default: "500" }, seconds: { type: "string", default: "60" } },
});
const [count, seconds] = [Number(values.watchers), Number(values.seconds)];

/** Of the addresses that are set apart for benchmarks (RFC 2544). */
const [HOST, GUEST] = ["198.18.0.1", "198.18.0.2"];
const FAR = `vanish${process.pid}`;
const [NEAR_END, FAR_END] = [`near${process.pid}`, `far${process.pid}`];
const ip = (...args: string[]) => execFileSync("ip", args, { stdio: ["ignore", "ignore", "inherit"] });

ip("netns", "add", FAR);
process.once("exit", () => ip("netns", "del", FAR));
ip("link", "add", NEAR_END, "type", "veth", "peer", "name", FAR_END, "netns", FAR);
ip("addr", "add", `${HOST}/30`, "dev", NEAR_END);
ip("link", "set", NEAR_END, "up");
ip("-n", FAR, "addr", "add", `${GUEST}/30`, "dev", FAR_END);
const connectFar = () => ip("-n", FAR, "link", "set", FAR_END, "up");
const cutFar = () => ip("-n", FAR, "link", "set", FAR_END, "down");

const { url, port, token, verifications, stop } = await startGateway(HOST);
const { verification } = await verifications.createVerification({
  countryCode: "US",
  service: "Sandbox Never",
  upstreams: ["ping"],
});
const verificationId = verification?.verificationId ?? "";

async function watching(): Promise<number> {
  const text = await (await fetch(`${url}/metrics`, { headers: { connection: "close" } })).text();
  return Number(/^numgate_watchers (\d+)$/m.exec(text)?.[1]);
}

/** When the daemon held nothing for them any more; undefined where it still does. */
async function goneAfter(http1: boolean, how: "lost" | "halted"): Promise<string[]> {
  connectFar();
  const watchers = path.join(import.meta.dirname, "watchers.ts");
  const client = startChild(watchers, [], {}, ["ip", "netns", "exec", FAR]);
  const opened = client.hear<true | string>("opened");
  client.tell({ open: { url: `http://${HOST}:${port}`, verificationId, count, token, http1 } });
  const outcome = await opened;
  if (outcome !== true) throw new Error(outcome);
  const before = await watching();
  if (before < count) throw new Error(`only ${before} watch`);

  if (how === "lost") cutFar();
  else client.halt();
  const start = performance.now();
  const passed = () => (performance.now() - start) / 1000;
  let first: number | undefined;
  let left = before;
  while (left > 0 && passed() < seconds) {
    await sleep(250);
    left = await watching();
    if (left < before) first ??= passed();
  }
  const last = left === 0 ? passed().toFixed(1) : "-";
  await client.stop();
  for (connectFar(); (await watching()) > 0; ) await sleep(250);
  return [how, http1 ? "HTTP/1.1" : "HTTP/2", String(before), first?.toFixed(1) ?? "-", last, String(left)];
}

const rows: string[][] = [];
for (const how of ["lost", "halted"] as const) {
  for (const http1 of [false, true]) rows.push(await goneAfter(http1, how));
}
await stop();
printTable(
  ["clients are", "over", "watchers", "first gone after, s", "last, s", `still there after ${seconds} s`],
  rows,
);
process.exit(0);
