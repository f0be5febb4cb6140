import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Incoming, send } from "./wire.ts";

/** Answers everything below one path. */
export type Site = (incoming: Incoming, response: ServerResponse) => void;

export interface Listening {
  readonly url: string;
  /** Ends every connection, answered or not. Calling it again changes nothing. */
  close(): Promise<void>;
}

const MAX_BODY_BYTES = 64 * 1024;

/** Serves the sites, each under its base path, on one port. */
export async function serve(
  listen: { readonly host: string; readonly port: number },
  sites: ReadonlyMap<string, Site>,
): Promise<Listening> {
  const server = createServer((request, response) => {
    dispatch(request, response, sites).catch((error: unknown) => {
      if (response.headersSent || response.destroyed) response.destroy();
      else send(response, { status: 500, body: { error: `The sandbox itself failed: ${error}` } });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(listen.port, listen.host, () => {
      server.off("error", reject);
      resolve();
    });
  });

  const { address, family, port } = server.address() as AddressInfo;
  let closed: Promise<void> | undefined;
  return {
    url: `http://${family === "IPv6" ? `[${address}]` : address}:${port}`,
    close() {
      closed ??= new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      return closed;
    },
  };
}

async function dispatch(
  request: IncomingMessage,
  response: ServerResponse,
  sites: ReadonlyMap<string, Site>,
): Promise<void> {
  const url = URL.parse(request.url ?? "", "http://sandbox");
  const [base, site] = [...sites].find(([path]) => `${url?.pathname}/`.startsWith(`${path}/`)) ?? [];
  if (!url || base === undefined || !site) {
    const known = [...sites.keys()].map((path) => `${path}/`).join(", ");
    send(response, { status: 404, body: { error: `Nothing is here. The sandbox answers under ${known}` } });
    return;
  }
  const body = await readBody(request);
  if (request.destroyed && !request.complete) return;
  if (body === undefined) {
    const error = `A body is limited to ${MAX_BODY_BYTES} bytes`;
    send(response, { status: 413, body: { error }, headers: { connection: "close" } });
    return;
  }
  site(
    {
      method: request.method ?? "",
      path: url.pathname.slice(base.length),
      query: url.searchParams,
      headers: request.headers,
      body,
    },
    response,
  );
}

/** Undefined when there is too much of it. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Leaving the loop would destroy the connection that the refusal has to go through.
  for await (const chunk of request) {
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
    else if (size > 16 * MAX_BODY_BYTES) request.destroy();
  }
  return size > MAX_BODY_BYTES ? undefined : Buffer.concat(chunks).toString("utf8");
}
