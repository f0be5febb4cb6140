import { Code, ConnectError, createContextKey, type HandlerContext } from "@connectrpc/connect";
import { GatewayError } from "../core/error.ts";
import { callerKey } from "./auth.ts";
import { createEnding } from "./calls/ending.ts";
import { toConnectError } from "./error.ts";

/**
 * The streams that are being served. They are not told of the drain by an AbortSignal: removing one of ten thousand
 * listeners from a signal is a linear search, and every call would add one.
 */
export interface Streams {
  readonly draining: boolean;
  readonly count: number;
  /**
   * Counts one more stream of the caller, and calls `end` when draining begins, or when the stream has lasted for so long.
   * The function that comes back counts it off. Throws TOO_MANY_OPEN at the caller's bound.
   */
  enter(context: HandlerContext, end: (reason: unknown) => void, longestMs?: number): () => void;
  drain(): void;
}

export const streamsKey = createContextKey<Pick<Streams, "enter">>(
  { enter: () => () => {} },
  { description: "streams" },
);

export function createStreams(maxPerCaller: number): Streams {
  const ends = new Set<() => void>();
  const byCaller = new Map<string, number>();
  let draining = false;

  function onDrain(end: () => void): () => void {
    if (draining) end();
    else ends.add(end);
    return () => ends.delete(end);
  }

  return {
    get draining() {
      return draining;
    },
    get count() {
      return ends.size;
    },
    enter(context, end, longestMs) {
      // Health is watched by whoever likes.
      const name = context.values.get(callerKey)?.name ?? "";
      const open = byCaller.get(name) ?? 0;
      if (open >= maxPerCaller) throw tooManyStreams(open, maxPerCaller);
      byCaller.set(name, open + 1);
      const off = onDrain(() => end(drained()));
      const timer = longestMs === undefined ? undefined : setTimeout(() => end(lastedLongEnough()), longestMs);
      return () => {
        off();
        clearTimeout(timer);
        const left = (byCaller.get(name) ?? 0) - 1;
        if (left > 0) byCaller.set(name, left);
        else byCaller.delete(name);
      };
    },
    drain() {
      draining = true;
      for (const end of [...ends]) end();
      ends.clear();
    },
  };
}

function drained(): ConnectError {
  return new ConnectError("draining", Code.Unavailable);
}

function lastedLongEnough(): ConnectError {
  return new ConnectError("the stream has lasted as long as one may: call again", Code.Unavailable);
}

function tooManyStreams(open: number, bound: number): ConnectError {
  return toConnectError(
    new GatewayError("TOO_MANY_OPEN", `${open} streams are open, and ${bound} may be`, {
      metadata: { open_streams: String(open), max_streams: String(bound) },
    }),
  );
}

/**
 * What streams that connect-node serves, of many requests, go through. Each counts as one of its caller's; it ends with
 * the call (cancelled, out of time, connection lost) and with UNAVAILABLE when the server drains, even while what it
 * iterates over waits for something that is deaf to both.
 */
export async function* counted<T>(
  context: HandlerContext,
  messages: AsyncIterable<T>,
): AsyncGenerator<T, void, undefined> {
  const ending = createEnding();
  const onAbort = () => ending.end(context.signal.reason);
  const leave = context.values.get(streamsKey).enter(context, ending.end);
  if (context.signal.aborted) onAbort();
  context.signal.addEventListener("abort", onAbort, { once: true });
  try {
    yield* ending.cut(messages);
  } finally {
    leave();
    context.signal.removeEventListener("abort", onAbort);
  }
}
