import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient, type Interceptor } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { CatalogService } from "../../gen/numgate/v1/catalog_pb.ts";
import { VerificationService } from "../../gen/numgate/v1/verification_pb.ts";
import { startSandbox } from "../../src/sandbox/sandbox.ts";
import { type Child, startChild } from "./child.ts";

const MAIN = path.join(import.meta.dirname, "../../src/main.ts");

/**
 * The daemon as it is shipped, in a process of its own, in front of the sandbox, which runs in this process. With a host
 * it listens there as well, and asks everybody for the token: beyond this machine it serves nobody without one.
 */
export async function startGateway(host?: string) {
  const sandbox = await startSandbox({ limits: "off" });
  const folder = await mkdtemp(path.join(tmpdir(), "numgate-bench-"));
  const file = path.join(folder, "numgate.yaml");
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const token = host === undefined ? undefined : randomBytes(32).toString("hex");
  const upstream = (id: "handler_api" | "ping") =>
    `  - { id: ${id}, provider: ${id}, api_key: sandbox, base_url: "${sandbox.baseUrls[id]}" }`;
  await writeFile(
    file,
    [
      `listen: ${JSON.stringify(["127.0.0.1", ...(host === undefined ? [] : [host])].map((at) => `${at}:${port}`))}`,
      ...(token === undefined ? [] : [`callers: [{ name: bench, token: ${token} }]`]),
      `database: "sqlite:${path.join(folder, "numgate.db")}"`,
      "upstreams:",
      upstream("handler_api"),
      upstream("ping"),
      "",
    ].join("\n"),
  );
  const daemon: Child = startChild(MAIN, ["serve", "--config", file]);
  for (;;) {
    const ready = await fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (ready) break;
    await sleep(20);
  }
  const interceptors: Interceptor[] =
    token === undefined
      ? []
      : [
          (next) => (request) => {
            request.header.set("authorization", `Bearer ${token}`);
            return next(request);
          },
        ];
  const transport = createConnectTransport({ baseUrl: url, httpVersion: "2", interceptors });
  return {
    daemon,
    url,
    port,
    token,
    catalog: createClient(CatalogService, transport),
    verifications: createClient(VerificationService, transport),
    async stop() {
      await daemon.stop();
      await sandbox.close();
      await rm(folder, { recursive: true });
    },
  };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
