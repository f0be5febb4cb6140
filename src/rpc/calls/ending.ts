/** The one end of a call that can come from outside: its deadline, its client, the drain of the server. */
export interface Ending {
  /** Aborts when the call ends, also when it ends well. */
  readonly signal: AbortSignal;
  /** Whoever is first says why. */
  end(reason: unknown): void;
  /** What the promise comes to, or a rejection as soon as the call ends. For one promise at a time. */
  orEnd<T>(promise: Promise<T>): Promise<T>;
  /** The messages, for as long as the call lives: also when whoever makes them is deaf to the signal. */
  cut<T>(messages: AsyncIterable<T>): AsyncIterableIterator<T>;
}

export function createEnding(): Ending {
  const controller = new AbortController();
  const { signal } = controller;
  let fail: ((reason: unknown) => void) | undefined;

  // A promise for each wait: racing against one that lives as long as the call would hold on to every message.
  function orEnd<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      fail = reject;
      promise.then(resolve, reject);
      if (signal.aborted) reject(signal.reason);
    });
  }

  return {
    signal,
    orEnd,
    end(reason) {
      if (signal.aborted) return;
      controller.abort(reason);
      fail?.(reason);
    },
    cut<T>(messages: AsyncIterable<T>) {
      const iterator = messages[Symbol.asyncIterator]();
      const cut: AsyncIterableIterator<T> = {
        [Symbol.asyncIterator]: () => cut,
        next: () => orEnd(iterator.next()),
        async return() {
          // Not awaited: a generator that waits for something deaf never comes back.
          iterator.return?.().then(undefined, () => {});
          return { done: true, value: undefined };
        },
      };
      return cut;
    },
  };
}
