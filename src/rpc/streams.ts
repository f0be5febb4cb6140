import { Code, ConnectError, createContextKey, type HandlerContext } from "@connectrpc/connect";

/**
 * Tells streams that the server drains. Not an AbortSignal: removing one of ten thousand listeners from a signal is a
 * linear search, and every call would add one.
 */
export interface Drain {
  /** Calls `end` when draining begins, at once if it has. The function that comes back calls it off. */
  onDrain(end: () => void): () => void;
}

export interface DrainSwitch extends Drain {
  readonly draining: boolean;
  /** How many streams are being served. */
  readonly streamCount: number;
  drain(): void;
}

export const drainKey = createContextKey<Drain>({ onDrain: () => () => {} }, { description: "drain" });

export function createDrain(): DrainSwitch {
  const ends = new Set<() => void>();
  let draining = false;
  return {
    get draining() {
      return draining;
    },
    get streamCount() {
      return ends.size;
    },
    onDrain(end) {
      if (draining) end();
      else ends.add(end);
      return () => ends.delete(end);
    },
    drain() {
      draining = true;
      for (const end of [...ends]) end();
      ends.clear();
    },
  };
}

/**
 * What every server stream is served through. It ends with the call (cancelled, out of time, connection lost) and with
 * UNAVAILABLE when the server drains, even while `open`'s iteration waits for something that is deaf to its signal.
 */
export async function* endOnDrain<T>(
  context: HandlerContext,
  open: (signal: AbortSignal) => AsyncIterable<T>,
): AsyncGenerator<T, void, undefined> {
  const ended = new AbortController();
  let wake: (reason: unknown) => void = () => {};
  const end = (reason: unknown) => {
    ended.abort(reason);
    wake(reason);
  };

  const onAbort = () => end(context.signal.reason);
  const offDrain = context.values.get(drainKey).onDrain(() => end(new ConnectError("draining", Code.Unavailable)));
  if (context.signal.aborted) onAbort();
  context.signal.addEventListener("abort", onAbort, { once: true });
  try {
    const messages = open(ended.signal)[Symbol.asyncIterator]();
    try {
      for (;;) {
        ended.signal.throwIfAborted();
        // A promise per message: racing against one that lives as long as the stream would hold on to every message.
        const next = await new Promise<IteratorResult<T>>((resolve, reject) => {
          wake = reject;
          messages.next().then(resolve, reject);
        });
        if (next.done) return;
        yield next.value;
      }
    } finally {
      ended.abort();
      // Not awaited: a generator that waits for something deaf never comes back.
      messages.return?.().then(undefined, () => {});
    }
  } finally {
    offDrain();
    context.signal.removeEventListener("abort", onAbort);
  }
}
