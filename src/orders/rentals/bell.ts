/** Tells whoever watches a rental that there is something new in the store. It carries nothing: each reads for itself. */
export interface Bell {
  /** To be called after a change is committed, never before. */
  ring(rentalId: string): void;

  /**
   * A turn at the beginning and one for each ring since the last, many at once being one. Ends when the signal aborts;
   * whoever stops reading earlier must abort it.
   */
  listen(rentalId: string, signal: AbortSignal): AsyncIterable<void>;

  isWatched(rentalId: string): boolean;
}

interface Listener {
  rung: boolean;
  wake: () => void;
}

/** `watched` is told when somebody begins to watch. */
export function createBell(watched: (rentalId: string) => void): Bell {
  const listeners = new Map<string, Set<Listener>>();

  async function* turns(listener: Listener, signal: AbortSignal): AsyncGenerator<void, void, void> {
    while (!signal.aborted) {
      if (listener.rung) {
        listener.rung = false;
        yield;
      } else {
        await new Promise<void>((resolve) => {
          listener.wake = resolve;
        });
      }
    }
  }

  return {
    ring(rentalId) {
      for (const listener of listeners.get(rentalId) ?? []) {
        listener.rung = true;
        listener.wake();
      }
    },

    listen(rentalId, signal) {
      const listener: Listener = { rung: true, wake: () => {} };
      const others = listeners.get(rentalId) ?? new Set();
      listeners.set(rentalId, others.add(listener));
      const leave = () => {
        others.delete(listener);
        if (others.size === 0) listeners.delete(rentalId);
        listener.wake();
      };
      if (signal.aborted) leave();
      else {
        signal.addEventListener("abort", leave, { once: true });
        watched(rentalId);
      }
      return turns(listener, signal);
    },

    isWatched: (rentalId) => listeners.has(rentalId),
  };
}
