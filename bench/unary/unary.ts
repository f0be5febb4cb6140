// How quick short calls are: the gateway beside a connect-node that does nothing, behind the same interceptors.

import path from "node:path";
import { parseArgs } from "node:util";
import { create, type DescMethod, type MessageInitShape, toBinary, toJsonString } from "@bufbuild/protobuf";
import { Health } from "../../gen/grpc/health/v1/health_pb.ts";
import { CatalogService } from "../../gen/numgate/v1/catalog_pb.ts";
import { VerificationService } from "../../gen/numgate/v1/verification_pb.ts";
import { type Child, startChild } from "../support/child.ts";
import { startGateway } from "../support/gateway.ts";
import { printTable } from "../support/table.ts";
import type { Load, Outcome } from "./load.ts";

const AT_ONCE = 32;
const WARM_UP_SECONDS = 1;

const { values } = parseArgs({
  options: { seconds: { type: "string", default: "4" }, rounds: { type: "string", default: "2" } },
});
const seconds = Number(values.seconds);

interface Manner {
  readonly name: string;
  readonly version: 1 | 2;
  readonly contentType: string;
}

const MANNERS: readonly Manner[] = [
  { name: "connect JSON, HTTP/1.1", version: 1, contentType: "application/json" },
  { name: "gRPC, HTTP/2", version: 2, contentType: "application/grpc+proto" },
  { name: "gRPC-Web, HTTP/1.1", version: 1, contentType: "application/grpc-web+proto" },
];

interface Target {
  readonly name: string;
  readonly server: Child;
  readonly urls: { readonly http1: string; readonly http2: string };
  readonly method: DescMethod;
  readonly input: MessageInitShape<DescMethod["input"]>;
}

function loadOf({ urls, method, input }: Target, { version, contentType }: Manner, forSeconds: number): Load {
  const message = create(method.input, input);
  const url = version === 1 ? urls.http1 : urls.http2;
  const common = { url, path: `/${method.parent.typeName}/${method.name}`, version, atOnce: AT_ONCE };
  const headers = { "content-type": contentType };
  if (contentType === "application/json") {
    const body = Buffer.from(toJsonString(method.input, message)).toString("base64");
    return { ...common, headers, body, seconds: forSeconds };
  }
  const bytes = toBinary(method.input, message);
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(bytes.length, 1);
  return { ...common, headers, body: Buffer.concat([prefix, bytes]).toString("base64"), seconds: forSeconds };
}

async function send(load: Load): Promise<Outcome> {
  const client = startChild(path.join(import.meta.dirname, "load.ts"));
  const outcome = client.hear<Outcome | string>("outcome");
  client.tell(load);
  const given = await outcome;
  await client.stop();
  if (typeof given === "string") throw new Error(given);
  return given;
}

interface Measured extends Outcome {
  /** Of the server, for each request. */
  readonly cpuMicros: number;
}

async function measure(target: Target, manner: Manner): Promise<Measured> {
  await send(loadOf(target, manner, WARM_UP_SECONDS));
  const before = await target.server.cpu();
  const outcome = await send(loadOf(target, manner, seconds));
  return { ...outcome, cpuMicros: ((await target.server.cpu()) - before) / outcome.count };
}

const bareServer = startChild(path.join(import.meta.dirname, "bare.ts"));
const bareUrls = await bareServer.hear<Target["urls"]>("urls");
const gateway = await startGateway();
const { verification } = await gateway.verifications.createVerification({
  countryCode: "US",
  service: "Sandbox Never",
  upstreams: ["ping"],
});
const verificationId = verification?.verificationId ?? "";
const { nextPageToken: pageToken } = await gateway.catalog.listOffers({ pageSize: 10 });
const urls = { http1: gateway.url, http2: gateway.url };
const { getVerification } = VerificationService.method;
const { listOffers } = CatalogService.method;
const targets: readonly Target[] = [
  { name: "bare no-op", server: bareServer, urls: bareUrls, method: getVerification, input: { verificationId } },
  { name: "Health.Check", server: gateway.daemon, urls, method: Health.method.check, input: {} },
  { name: "GetVerification", server: gateway.daemon, urls, method: getVerification, input: { verificationId } },
  { name: "ListOffers of 10", server: gateway.daemon, urls, method: listOffers, input: { pageSize: 10 } },
  { name: "the next 10", server: gateway.daemon, urls, method: listOffers, input: { pageSize: 10, pageToken } },
];

const rows: string[][] = [];
for (const manner of MANNERS) {
  const best = new Map<Target, Measured>();
  // In turns: what else the machine does changes from one minute to the next.
  for (let round = 0; round < Number(values.rounds); round += 1) {
    for (const target of targets) {
      const measured = await measure(target, manner);
      if (measured.perSecond > (best.get(target)?.perSecond ?? 0)) best.set(target, measured);
    }
  }
  const [yardstick] = best.values();
  for (const [target, { perSecond, cpuMicros, p50, p99, bytes }] of best) {
    rows.push([
      manner.name,
      target.name,
      perSecond.toFixed(0),
      `${((perSecond / (yardstick?.perSecond ?? 0)) * 100).toFixed(0)} %`,
      cpuMicros.toFixed(0),
      p50.toFixed(1),
      p99.toFixed(1),
      String(bytes),
    ]);
  }
}
await gateway.stop();
await bareServer.stop();
printTable(["protocol", "call", "req/s", "of bare", "CPU us/req", "p50 ms", "p99 ms", "answer bytes"], rows);
process.exit(0);
