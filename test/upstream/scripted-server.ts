import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** An answer as it goes over the wire; without a body it is empty. */
export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What a server does with one request, where an answer in one piece is not it. */
export type Behaviour = (response: ServerResponse) => void;

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
  /** Counts the connections: two requests with the same one shared it. */
  readonly connection: number;
}

export interface ScriptedServer {
  /** `http://127.0.0.1:12345` */
  readonly url: string;
  /** What it was asked, oldest first. */
  readonly requests: readonly SeenRequest[];
  /** What it does with the next requests, one each. A request that nothing is scripted for is answered 500. */
  script(...next: readonly (Answer | Behaviour)[]): void;
  /** The next connection is reset before a byte of it is read. */
  resetNextConnection(): void;
  /** Connections that are open. */
  openConnections(): number;
}

/** An answer of 200 with this value as its body; a string is the body as it is. */
export function json(body: unknown, status = 200): Answer {
  return {
    status,
    headers: { "content-type": "application/json" },
    body: typeof body === "string" ? body : JSON.stringify(body),
  };
}

/** Reads the request and says nothing, ever. */
export const silence: Behaviour = () => {};

/** Reads the request, then resets the connection. */
export const reset: Behaviour = (response) => void response.socket?.resetAndDestroy();

/** Says how long the body is, sends half of it, and is gone. */
export function halfOf(body: string): Behaviour {
  return (response) => {
    response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
    response.write(body.slice(0, body.length / 2), () => response.socket?.destroy());
  };
}

/** Sends half of the body, keeps the connection, and says nothing more. */
export function stuckAfterHalfOf(body: string): Behaviour {
  return (response) => {
    response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
    response.write(body.slice(0, body.length / 2));
  };
}

/** Sends spaces for as long as anybody reads them. */
export const endless: Behaviour = (response) => {
  const piece = Buffer.alloc(256_000, " ");
  const pour = () => {
    while (!response.destroyed && response.write(piece));
  };
  response.on("drain", pour);
  pour();
};

/** A body that the test lets go piece by piece. */
export function drip(): { readonly behaviour: Behaviour; drop(piece: string, last?: boolean): void } {
  let open: ServerResponse | undefined;
  return {
    behaviour(response) {
      open = response;
      response.writeHead(200, { "content-type": "application/json" });
      response.flushHeaders();
    },
    drop: (piece, last = false) => void (last ? open?.end(piece) : open?.write(piece)),
  };
}

/** A server on loopback that does what the test says, and remembers what it was asked. Closed when the test ends. */
export async function startScriptedServer(): Promise<ScriptedServer> {
  const script: (Answer | Behaviour)[] = [];
  const requests: SeenRequest[] = [];
  const connections = new Map<unknown, number>();
  let connected = 0;
  let resets = 0;

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { pathname, searchParams } = new URL(request.url ?? "", "http://scripted");
    requests.push({
      method: request.method ?? "",
      path: pathname,
      query: Object.fromEntries(searchParams),
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
      connection: connections.get(request.socket) ?? 0,
    });
    const next = script.shift() ?? { status: 500, body: "nothing is scripted" };
    if (typeof next === "function") return next(response);
    response.writeHead(next.status ?? 200, next.headers).end(next.body ?? "");
  });
  server.on("connection", (socket) => {
    if (resets > 0) {
      resets -= 1;
      return socket.resetAndDestroy();
    }
    connected += 1;
    connections.set(socket, connected);
    socket.on("close", () => connections.delete(socket));
  });

  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(async () => {
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    script: (...next) => void script.push(...next),
    resetNextConnection() {
      resets += 1;
    },
    openConnections: () => connections.size,
  };
}

/** The address of a port on loopback that nobody listens on. */
export async function deadAddress(): Promise<string> {
  const server = createServer();
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

/** What a promise is rejected with; an error of its own when it is not. */
export async function failureOf(promise: Promise<unknown>): Promise<Error> {
  const outcome = await promise.then(
    (value) => new Error(`expected a failure, got ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
  if (outcome instanceof Error) return outcome;
  throw new Error("rejected with something that is not an error");
}
