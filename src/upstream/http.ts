import { Pool } from "undici";
import type { z } from "zod";
import { type Clock, timeLimit } from "../core/clock.ts";
import { GatewayError, type Reason, UpstreamFault } from "../core/error.ts";
import { createBackOff } from "./back-off.ts";
import { decode } from "./decode.ts";
import { decodeText } from "./json.ts";
import { readJson } from "./read-json.ts";
import { LONGEST_RETRY_AFTER_MS, retryAfterMs } from "./retry-after.ts";
import { UNSOLD } from "./unsold.ts";

const CONNECT_TIMEOUT_MS = 5_000;
const ANSWER_TIMEOUT_MS = 30_000;
const ANSWER_BYTES = 1_000_000;
const CATALOG_BYTES = 64_000_000;
/** More of a refusal's words is not looked at: the patterns are not made for a novel. */
const LONGEST_WORDS = 1024;
/** For a number that is not taken back yet, where it is not said when. */
const NOT_YET_MS = 30_000;

/** How an upstream says no. */
export interface Refusals {
  /**
   * The words of failure in a body, or undefined where the body is not one. Called for 200s as well. The path is what was
   * asked, without its query: where bodies are text, it tells an error from a message.
   */
  words(body: unknown, path: string): string | undefined;
  /**
   * What the words mean; the first that matches counts. Words that match none leave the outcome unknown. So does a 5xx,
   * whatever its words, unless the row names that very status: then the document promises a refusal under it.
   */
  readonly reasons: readonly (readonly [pattern: RegExp, reason: Reason, documentedStatus?: number])[];
  /** When the words say that trying again may help. */
  retryAfterMs?(words: string): number | undefined;
}

export interface HttpOptions {
  /** The upstream's configured id, for messages. */
  readonly upstream: string;
  readonly baseUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly refusals: Refusals;
  /** See ProviderDefinition. */
  readonly textAnswers?: boolean | undefined;
  readonly clock: Clock;
}

export type Query = Readonly<Record<string, string | undefined>>;

/**
 * One upstream's HTTP, with the care that all share: deadlines, bounded bodies, no redirects, strict decoding. Each call
 * is one request, never repeated. It throws a GatewayError where the upstream refused for certain, an UpstreamFault
 * where nobody can know. No error holds a query, a header or a body.
 */
export interface UpstreamHttp {
  get<T>(path: string, answer: z.ZodType<T>, signal: AbortSignal, query?: Query): Promise<T>;

  /** As `get`, with room for a catalogue: 64 MB instead of 1 MB. */
  getCatalog<T>(path: string, answer: z.ZodType<T>, signal: AbortSignal, query?: Query): Promise<T>;

  /** As `get`, for a GET that changes something: it goes over a fresh connection, as a POST does. */
  act<T>(path: string, answer: z.ZodType<T>, signal: AbortSignal, query?: Query): Promise<T>;

  post<T>(path: string, body: unknown, answer: z.ZodType<T>, signal: AbortSignal): Promise<T>;

  close(): Promise<void>;
}

interface Sending {
  readonly query?: Query | undefined;
  readonly body?: unknown;
  readonly limit: number;
  readonly signal: AbortSignal;
  readonly pool: Pool;
}

export function createHttp(options: HttpOptions): UpstreamHttp {
  const { origin, pathname } = new URL(options.baseUrl);
  const root = pathname.replace(/\/$/, "");
  const expected = options.textAnswers ? "text or JSON" : "JSON";
  const connect = { timeout: CONNECT_TIMEOUT_MS };
  const unbounded = { headersTimeout: 0, bodyTimeout: 0 };
  const reading = new Pool(origin, { connect, ...unbounded });
  // A kept-alive connection that the server has just closed would make a purchase uncertain for nothing.
  const acting = new Pool(origin, { pipelining: 0, connect, ...unbounded });
  const backOff = createBackOff(options.clock);

  async function send(
    method: "GET" | "POST",
    path: string,
    { query, body, limit, signal, pool }: Sending,
  ): Promise<unknown> {
    const call = `${method} ${path}`;
    const timeout = timeLimit(options.clock, ANSWER_TIMEOUT_MS);
    try {
      const response = await pool.request({
        method,
        path: withQuery(root + path, query),
        headers: {
          accept: "application/json",
          "user-agent": "numgate",
          ...options.headers,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        body: body === undefined ? null : JSON.stringify(body),
        signal: AbortSignal.any([signal, timeout.signal]),
      });
      const againMs = retryAfterMs(response.headers, options.clock.now());
      if (response.statusCode === 429) {
        // It counts whatever becomes of its body.
        response.body.on("error", () => {}).destroy();
        throw limited(againMs);
      }
      const bytes = await readBounded(response.body, limit, call);
      const answer = await interpret({ call, path, reads: pool === reading }, response.statusCode, againMs, bytes);
      backOff.answered();
      return answer;
    } catch (error) {
      if (error instanceof GatewayError || error instanceof UpstreamFault) throw error;
      throw transportFault(call, error, timeout.signal.aborted);
    } finally {
      timeout.callOff();
    }
  }

  function limited(againMs = backOff.waitMs()): GatewayError {
    return new GatewayError("UPSTREAMS_UNAVAILABLE", `${options.upstream} limits the rate of calls`, {
      metadata: { upstream: options.upstream },
      retryAfterMs: Math.min(againMs, LONGEST_RETRY_AFTER_MS),
    });
  }

  /** `againMs` is when to try again as the headers say. */
  async function interpret(
    { call, path, reads }: { readonly call: string; readonly path: string; readonly reads: boolean },
    status: number,
    againMs: number | undefined,
    bytes: Buffer,
  ): Promise<unknown> {
    if (status >= 300 && status < 400) throw new UpstreamFault(`${call} was answered ${status}, a redirect`);
    const body = await (options.textAnswers ? readText(bytes, status) : readJson(bytes));
    const words = body === undefined ? undefined : options.refusals.words(body, path)?.slice(0, LONGEST_WORDS);
    const row = options.refusals.reasons.find(([pattern]) => pattern.test(words ?? ""));
    const [, meant, documentedStatus] = row ?? [];
    if (status >= 500 && (words === undefined || status !== documentedStatus)) {
      throw new UpstreamFault(`${call} was answered ${status}`);
    }
    if (words === undefined && status < 300) {
      if (body === undefined) throw new UpstreamFault(`${call} was answered with something that is not ${expected}`);
      return body;
    }
    const byStatus = reasonOf(status, reads);
    const reason = row === UNSOLD ? (byStatus ?? meant) : (meant ?? byStatus);
    if (!reason) throw new UpstreamFault(`${call} was answered ${status} with an error that is not known`);
    const said = options.refusals.retryAfterMs?.(words ?? "");
    if (reason === "UPSTREAMS_UNAVAILABLE") throw limited(said ?? againMs);
    const waitMs = said ?? (reason === "CANCEL_TOO_EARLY" ? (againMs ?? NOT_YET_MS) : undefined);
    throw new GatewayError(reason, `${options.upstream} refused: ${REFUSED[reason] ?? reason}`, {
      metadata: { upstream: options.upstream },
      retryAfterMs: waitMs === undefined ? undefined : Math.min(waitMs, LONGEST_RETRY_AFTER_MS),
    });
  }

  return {
    get: async (path, answer, signal, query) =>
      decode(answer, await send("GET", path, { query, limit: ANSWER_BYTES, signal, pool: reading })),
    getCatalog: async (path, answer, signal, query) =>
      decode(answer, await send("GET", path, { query, limit: CATALOG_BYTES, signal, pool: reading })),
    act: async (path, answer, signal, query) =>
      decode(answer, await send("GET", path, { query, limit: ANSWER_BYTES, signal, pool: acting })),
    post: async (path, body, answer, signal) =>
      decode(answer, await send("POST", path, { body, limit: ANSWER_BYTES, signal, pool: acting })),
    async close() {
      await Promise.all([reading.destroy(), acting.destroy()]);
    },
  };
}

/** For people; a reason without a line here is named by itself. */
const REFUSED: Partial<Record<Reason, string>> = {
  NO_NUMBERS: "it has no numbers for this offer",
  NO_OFFERS: "it does not sell this offer",
  UPSTREAM_FUNDS: "the account's balance is too low",
  UPSTREAM_CREDENTIALS: "the account's key is not accepted",
  CANCEL_TOO_EARLY: "the order cannot be cancelled yet",
  ALREADY_RECEIVED: "the order has its code",
  ALREADY_ENDED: "the order has ended",
  NOT_FOUND: "it does not know the order",
};

/** What a status means by itself, whatever the body says: the request was turned away before it had an effect. */
function reasonOf(status: number, reads: boolean): Reason | undefined {
  if (status === 404 && reads) return "NOT_FOUND";
  if (status === 401 || status === 403) return "UPSTREAM_CREDENTIALS";
  if (status === 402) return "UPSTREAM_FUNDS";
  return undefined;
}

/** A path may have a query of its own: what one protocol calls `action`. */
function withQuery(path: string, query: Query = {}): string {
  const present = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const whole = path.startsWith("/") ? path : `/${path}`;
  return present.length > 0 ? `${whole}${path.includes("?") ? "&" : "?"}${new URLSearchParams(present)}` : whole;
}

async function readBounded(body: AsyncIterable<Buffer>, limit: number, call: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > limit) throw new UpstreamFault(`${call} was answered with more than ${limit} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * What begins as JSON does has to be JSON, and anything else is text: a message may begin with a bracket as well. A web
 * page is neither, nor is `null`. Nothing at all is an answer only where the status promises it.
 */
async function readText(bytes: Buffer, status: number): Promise<unknown> {
  const text = decodeText(bytes).trim();
  if (text === "") return status === 204 ? "" : undefined;
  const json = /^[{[]/.test(text) ? await readJson(bytes) : undefined;
  if (json !== undefined) return json;
  return /^(?:\{|\[\s*[\][{"]|<[!?/a-z]|null$)/i.test(text) ? undefined : text;
}

/** Errors that can only come from making the request or the connection: the request was never on its way. */
const NEVER_SENT = new Set([
  "UND_ERR_INVALID_ARG",
  "UND_ERR_CONNECT_TIMEOUT",
  "CERT_HAS_EXPIRED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "ERR_TLS_CERT_ALTNAME_INVALID",
]);
/** The system's words for the same, where it was connecting: a route that goes away fails a read with them as well. */
const NOT_CONNECTED = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);
const CONNECTING = new Set<unknown>(["connect", "getaddrinfo"]);

function transportFault(call: string, error: unknown, timedOut: boolean): UpstreamFault {
  if (timedOut) return new UpstreamFault(`${call} was not answered within ${ANSWER_TIMEOUT_MS / 1000} s`);
  const code = codeOf(error);
  if (isNeverSent(error)) return new UpstreamFault(`${call} could not be sent (${code})`, false);
  return new UpstreamFault(`${call} broke off (${code})`);
}

/** Where several addresses were tried, for each of them. */
function isNeverSent(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(isNeverSent);
  const code = codeOf(error);
  if (!NOT_CONNECTED.has(code)) return NEVER_SENT.has(code);
  return error instanceof Error && "syscall" in error && CONNECTING.has(error.syscall);
}

function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
  return error instanceof Error ? error.name : "unknown";
}
