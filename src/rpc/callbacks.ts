import { createHash, timingSafeEqual } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { Secret } from "../core/secret.ts";
import { parseJson } from "../upstream/decode.ts";
import { answerText, type HttpRequest, type HttpResponse, pathOf } from "./http.ts";

const PATH = /^\/callbacks\/([a-z0-9][a-z0-9_-]{0,31})$/;
const MAX_BODY_BYTES = 64 * 1024;
const BODY_MS = 30_000;
/** Upstreams repeat a callback until they like the answer, and may do so for a day. */
const REMEMBERED = { max: 10_000, ttl: 24 * 60 * 60_000 };

/** An upstream that may call back. */
export interface CallbackTarget {
  readonly secret: Secret;
  /** The order that a body is about; undefined when it cannot be read. */
  read(body: unknown): string | undefined;
}

export interface CallbackParts {
  /** By the upstream's id. */
  readonly targets: ReadonlyMap<string, CallbackTarget>;
  /** Asks the upstream about the order soon. What the callback says is not believed, so it may say what it likes. */
  wake(upstream: string, orderRef: string): void;
  /** For the body of a callback to have come. */
  readonly bodyMs?: number;
}

/**
 * Serves `POST /callbacks/{upstream}?secret=...`: a message has come for an order. Answered before anything is asked, so
 * that no upstream waits; an order that nobody knows is answered the same. Gives false for any other path.
 */
export function createCallbacks({ targets, wake, bodyMs = BODY_MS }: CallbackParts) {
  const seen = new LRUCache<string, true>(REMEMBERED);

  async function serve(upstream: string, request: HttpRequest, response: HttpResponse): Promise<void> {
    const target = targets.get(upstream);
    if (!target) return answerText(request, response, 404, "not found");
    if (request.method !== "POST") {
      response.setHeader("allow", "POST");
      return answerText(request, response, 405, "only POST");
    }
    if (!isSecret(request, target.secret)) return answerText(request, response, 403, "the secret is wrong");
    const late = setTimeout(() => response.destroy(), bodyMs);
    const bytes = await readBody(request).finally(() => clearTimeout(late));
    if (!bytes) return answerText(request, response, 413, `at most ${MAX_BODY_BYTES} bytes`);
    const orderRef = readOrderRef(bytes, target);
    if (orderRef === undefined) return answerText(request, response, 400, "not a callback of this upstream");
    answerText(request, response, 200, "ok");
    const fingerprint = `${upstream} ${sha256(bytes).toString("base64")}`;
    if (seen.has(fingerprint)) return;
    seen.set(fingerprint, true);
    wake(upstream, orderRef);
  }

  return (request: HttpRequest, response: HttpResponse): boolean => {
    const [, upstream] = PATH.exec(pathOf(request)) ?? [];
    if (upstream === undefined) return false;
    // The client has gone, and with it whoever would have been told.
    serve(upstream, request, response).catch(() => response.destroy());
    return true;
  };
}

function isSecret(request: HttpRequest, secret: Secret): boolean {
  const given = new URLSearchParams(request.url?.split("?")[1]).get("secret") ?? "";
  return timingSafeEqual(sha256(given), sha256(secret.reveal()));
}

function sha256(data: string | Buffer): Buffer {
  return createHash("sha256").update(data).digest();
}

/** Undefined when it is too large. */
async function readBody(request: HttpRequest): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function readOrderRef(bytes: Buffer, target: CallbackTarget): string | undefined {
  try {
    return target.read(parseJson(bytes.toString("utf8")));
  } catch {
    return undefined;
  }
}
