import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { request } from "undici";
import { onTestFinished } from "vitest";

export interface HeldProxy {
  readonly url: string;
  /** Requests to paths that match are passed on at once, and their answers kept until `release`. */
  hold(path: RegExp): { readonly held: () => number; release(): void };
}

/** Stands between the gateway and an upstream, and keeps answers back. */
export async function startHeldProxy(target: string): Promise<HeldProxy> {
  let holding = /(?!)/;
  let held = 0;
  let open = Promise.withResolvers<void>();
  const server = createServer(async (incoming, outgoing) => {
    const path = incoming.url ?? "/";
    const { host: _, connection: __, "content-length": ___, ...headers } = incoming.headers;
    const answer = await request(new URL(target).origin + path, {
      method: incoming.method ?? "GET",
      headers: headers as Record<string, string>,
      body: incoming.method === "POST" ? await bodyOf(incoming) : null,
    });
    const body = await answer.body.text();
    if (holding.test(path)) {
      held += 1;
      await open.promise;
    }
    outgoing.writeHead(answer.statusCode, { "content-type": "application/json" }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    open.resolve();
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${new URL(target).pathname}`,
    hold(path) {
      holding = path;
      held = 0;
      open = Promise.withResolvers();
      return { held: () => held, release: () => open.resolve() };
    },
  };
}

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of incoming) body += chunk;
  return body;
}
