import { once } from "node:events";
import { chmodSync, lstatSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Logger } from "pino";
import { GatewayError } from "../core/error.ts";
import type { Operator, SettleOrder } from "./operator.ts";
import { usableSocket } from "./socket.ts";

const MOST_BYTES = 16_384;

export interface OperatorServer {
  stop(): Promise<void>;
}

/**
 * Lets the command line ask a running daemon, over a Unix socket that only its own user may open. Nothing of it is needed
 * to serve callers: where there can be no socket, the log says so.
 */
export async function startOperatorServer(
  operator: Operator,
  { path, log }: { readonly path: string | undefined; readonly log: Logger },
): Promise<OperatorServer> {
  const usable = usableSocket(path);
  if (!usable) {
    log.info({ path }, "no socket for operators: there is no file beside which it could be, or its path is too long");
    return { async stop() {} };
  }
  const server = createServer((request, response) => {
    answer(operator, request, response).catch((error: unknown) => refuse(response, error, log));
  });
  try {
    await listen(server, usable);
  } catch (error) {
    log.warn({ err: error, path }, "no socket for operators");
  }
  return {
    async stop() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function listen(server: Server, path: string): Promise<void> {
  // The database is this daemon's alone, so a socket that is here is left from one that was killed.
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket()) rmSync(path);
  // From its first moment on nobody else may open it.
  const before = process.umask(0o177);
  try {
    server.listen(path);
  } finally {
    process.umask(before);
  }
  await once(server, "listening");
  chmodSync(path, 0o600);
}

async function answer(operator: Operator, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://operator");
  const json = (body: unknown) => {
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
  };
  switch (`${request.method} ${pathname}`) {
    case "GET /uncertain":
      return json(await operator.uncertain());
    case "POST /settle":
      return json(await operator.settle((await bodyOf(request)) as SettleOrder));
    case "GET /ledger":
      return json(await operator.ledger(false));
    case "POST /ledger/repair":
      return json(await operator.ledger(true));
    case "GET /history":
      return pour(operator.history(Object.fromEntries(searchParams)), response);
    default:
      throw new GatewayError("NOT_FOUND", "the running gateway does not know this command: it is of another version");
  }
}

/** Nothing is sent before the first line is there, so that an error can still be told. */
async function pour(lines: AsyncIterable<string>, response: ServerResponse): Promise<void> {
  const iterator = lines[Symbol.asyncIterator]();
  const first = await iterator.next();
  response.writeHead(200, { "content-type": "application/x-ndjson" });
  async function* all() {
    if (!first.done) yield first.value;
    yield* { [Symbol.asyncIterator]: () => iterator };
  }
  await pipeline(Readable.from(all()), response);
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let body = "";
  for await (const chunk of request.setEncoding("utf8")) {
    body += chunk;
    if (body.length > MOST_BYTES) throw new GatewayError("INVALID_REQUEST", "the request is too long");
  }
  return JSON.parse(body);
}

function refuse(response: ServerResponse, error: unknown, log: Logger): void {
  // Whoever asked has had enough: `| head`.
  if (response.destroyed || response.headersSent) return void response.destroy();
  const expected = error instanceof GatewayError;
  if (!expected) log.error({ err: error }, "an operator's command failed");
  const body = { error: expected ? error.message : "internal error; see the gateway's log" };
  response.writeHead(expected ? 400 : 500, { "content-type": "application/json" }).end(JSON.stringify(body));
}
