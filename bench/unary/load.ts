// A process that sends one request over and over, as many at a time as it is told: bare HTTP, so that what is measured
// is the server.

import { Agent, request as requestHttp1 } from "node:http";
import { connect } from "node:http2";
import { quantile } from "../support/statistics.ts";

export interface Load {
  readonly url: string;
  readonly path: string;
  readonly version: 1 | 2;
  readonly headers: Readonly<Record<string, string>>;
  /** Base64. */
  readonly body: string;
  readonly atOnce: number;
  readonly seconds: number;
}

const SESSIONS = 4;

/** Sends one request. Resolves with the size of its answer. */
type Send = () => Promise<number>;

function overHttp1({ url, path, headers, atOnce }: Load, body: Buffer): Send {
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
  const { hostname, port } = new URL(url);
  const options = {
    agent,
    hostname,
    port,
    path,
    method: "POST",
    headers: { ...headers, "content-length": body.length },
  };
  return () =>
    new Promise((resolve, reject) => {
      const request = requestHttp1(options, (response) => {
        let size = 0;
        response.on("data", (chunk: Buffer) => (size += chunk.length));
        response.on("end", () => (response.statusCode === 200 ? resolve(size) : reject(new Error("not 200"))));
      });
      request.on("error", reject);
      request.end(body);
    });
}

function overHttp2({ url, path, headers }: Load, body: Buffer): Send {
  const sessions = Array.from({ length: SESSIONS }, () => connect(url));
  let turn = 0;
  return () =>
    new Promise((resolve, reject) => {
      const session = sessions[turn % SESSIONS];
      turn += 1;
      const stream = session?.request({ ":method": "POST", ":path": path, te: "trailers", ...headers });
      if (!stream) return reject(new Error("no session"));
      let size = 0;
      let status: unknown;
      stream.on("trailers", (trailers) => {
        status = trailers["grpc-status"];
      });
      stream.on("data", (chunk: Buffer) => (size += chunk.length));
      stream.on("end", () => (status === undefined || status === "0" ? resolve(size) : reject(new Error("not OK"))));
      stream.on("error", reject);
      stream.end(body);
    });
}

async function run(load: Load) {
  const body = Buffer.from(load.body, "base64");
  const send = load.version === 1 ? overHttp1(load, body) : overHttp2(load, body);
  const bytes = await send();
  const times: number[] = [];
  const start = performance.now();
  const end = start + load.seconds * 1000;
  async function sendUntilEnd(): Promise<void> {
    for (let now = performance.now(); now < end; ) {
      await send();
      const answered = performance.now();
      times.push(answered - now);
      now = answered;
    }
  }
  await Promise.all(Array.from({ length: load.atOnce }, sendUntilEnd));
  const perSecond = (times.length * 1000) / (performance.now() - start);
  return { count: times.length, perSecond, bytes, p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
}

export type Outcome = Awaited<ReturnType<typeof run>>;

process.on("message", (load: Load) => {
  run(load).then(
    (outcome) => process.send?.({ outcome }),
    (error: unknown) => process.send?.({ outcome: String(error) }),
  );
});
