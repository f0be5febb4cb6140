import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type Client, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { onTestFinished } from "vitest";
import { VerificationService } from "../../gen/numgate/v1/verification_pb.ts";
import type { Verification } from "../../src/core/verification.ts";
import { createFeed, type Feed } from "../../src/orders/feed.ts";
import { verificationToWire } from "../../src/rpc/convert.ts";
import type { ServerOptions } from "../../src/rpc/server.ts";
import { type Started, start } from "../rpc/support.ts";

export function stateOf(version: number, text = ""): Verification {
  return {
    verificationId: "v1",
    caller: "local",
    version,
    status: "WAITING",
    request: {
      country: "US",
      service: "whatsapp",
      capability: "SMS",
      strategy: "CHEAPEST",
      minSuccessRate: 0,
      upstreams: [],
      excludeUpstreams: [],
      labels: { version: String(version), text },
    },
    messages: [],
    attempts: [],
    createTime: new Date(0),
  } as unknown as Verification;
}

export interface Watched extends Started {
  readonly feed: Feed;
  readonly client: Client<typeof VerificationService>;
}

/** A server whose streams show what is published at its feed, after a first state with the version 0. */
export async function startWatched(options: Partial<ServerOptions> = {}): Promise<Watched> {
  const feed = createFeed();
  const started = await start(
    {
      async *watchVerification({ verificationId }, { signal }) {
        const changes = feed.subscribe(verificationId, signal);
        try {
          for (let state: Verification | undefined = stateOf(0); state !== undefined; state = await changes.next())
            yield { verification: verificationToWire(state) };
        } finally {
          changes.end();
        }
      },
    },
    options,
  );
  const transport = createGrpcTransport({ baseUrl: `http://${started.address}` });
  return { ...started, feed, client: createClient(VerificationService, transport) };
}

/** Runs a client that has opened its streams. */
export async function openInProcess(port: number, count: number, version: "1.1" | "2" = "2") {
  const args = [path.join(import.meta.dirname, "watcher.ts"), String(port), String(count), version];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child.stdout, "data");
  return child;
}

/** In bytes, of what is still reachable. */
export function heapInUse(): number {
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}

const alive = (kind: string) => process.getActiveResourcesInfo().filter((resource) => resource === kind).length;

export const timersAlive = () => alive("Timeout");
export const socketsAlive = () => alive("TCPSocketWrap");
