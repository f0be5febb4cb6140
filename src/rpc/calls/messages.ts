import type { StreamResponse } from "@connectrpc/connect";

interface Hooks<T, R> {
  readonly map: (message: T) => R;
  readonly mapError?: (error: unknown) => unknown;
  /** Called once, with the error if there was one; `left` says that the messages were not read to their end. */
  readonly onEnd?: (error: unknown, left: boolean) => void;
}

/**
 * Stands between messages and whoever reads them. No generator, which would hold on to the last message while it waits
 * for the next: thousands of streams wait.
 */
export function betweenMessages<T, R>(messages: AsyncIterable<T>, hooks: Hooks<T, R>): AsyncIterableIterator<R> {
  const iterator = messages[Symbol.asyncIterator]();
  let ended = false;

  function end(error?: unknown, left = false): void {
    if (!ended) hooks.onEnd?.(error, left);
    ended = true;
  }

  function onNext(next: IteratorResult<T>): IteratorResult<R> {
    if (!next.done) return { done: false, value: hooks.map(next.value) };
    end();
    return { done: true, value: undefined };
  }

  function onError(error: unknown): never {
    const mapped = hooks.mapError ? hooks.mapError(error) : error;
    end(mapped);
    throw mapped;
  }

  const between: AsyncIterableIterator<R> = {
    [Symbol.asyncIterator]: () => between,
    next: () => iterator.next().then(onNext, onError),
    async return() {
      end(undefined, true);
      await iterator.return?.();
      return { done: true, value: undefined };
    },
  };
  return between;
}

/** The response with other messages. Its headers are not touched: they are made when somebody asks for them. */
export function withMessages(response: StreamResponse, message: StreamResponse["message"]): StreamResponse {
  const { stream, service, method } = response;
  return {
    stream,
    service,
    method,
    message,
    get header() {
      return response.header;
    },
    get trailer() {
      return response.trailer;
    },
  };
}
