import type { Verification } from "../core/verification.ts";

/** Committed changes of verifications, to whoever watches them. */
export interface Feed {
  /** To be called after the change is committed, never before. */
  publish(verification: Verification): void;

  /**
   * The changes from now on. Each state is whole, so a slow reader gets the newest and skips what it replaced. Ends when
   * the signal aborts; whoever stops reading earlier must abort it.
   */
  subscribe(verificationId: string, signal: AbortSignal): AsyncIterable<Verification>;

  isWatched(verificationId: string): boolean;
}

interface Watcher {
  latest: Verification | undefined;
  wake: () => void;
}

/** `published` is told each change, before those who watch. */
export function createFeed(published: (verification: Verification) => void = () => {}): Feed {
  const watchers = new Map<string, Set<Watcher>>();

  async function* read(watcher: Watcher, signal: AbortSignal): AsyncGenerator<Verification, void, void> {
    while (!signal.aborted) {
      const { latest } = watcher;
      if (latest) {
        watcher.latest = undefined;
        yield latest;
      } else {
        await new Promise<void>((resolve) => {
          watcher.wake = resolve;
        });
      }
    }
  }

  return {
    publish(verification) {
      published(verification);
      for (const watcher of watchers.get(verification.verificationId) ?? []) {
        watcher.latest = verification;
        watcher.wake();
      }
    },

    subscribe(verificationId, signal) {
      const watcher: Watcher = { latest: undefined, wake: () => {} };
      const others = watchers.get(verificationId) ?? new Set();
      watchers.set(verificationId, others.add(watcher));
      const leave = () => {
        others.delete(watcher);
        if (others.size === 0) watchers.delete(verificationId);
        watcher.wake();
      };
      if (signal.aborted) leave();
      else signal.addEventListener("abort", leave, { once: true });
      return read(watcher, signal);
    },

    isWatched: (verificationId) => watchers.has(verificationId),
  };
}
