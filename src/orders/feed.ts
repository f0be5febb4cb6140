import type { Verification } from "../core/verification.ts";

/** Committed changes of verifications, to whoever watches them. */
export interface Feed {
  /** To be called after the change is committed, never before. */
  publish(verification: Verification): void;
  /** The changes from now on, until the signal aborts or the subscription is ended. */
  subscribe(verificationId: string, signal: AbortSignal): Subscription;
  isWatched(verificationId: string): boolean;
  /** How many subscriptions there are. */
  readonly watcherCount: number;
}

/** Each state is whole, so a slow reader gets the newest and skips what it replaced: no more than one is ever kept. */
export interface Subscription {
  /** The next change, or undefined after the end. To be asked again only once it has answered. */
  next(): Promise<Verification | undefined>;
  end(): void;
}

interface Watcher {
  latest: Verification | undefined;
  ended: boolean;
  /** What waits for the next change. */
  wake: ((state: Verification | undefined) => void) | undefined;
}

export function createFeed(): Feed {
  const watchers = new Map<string, Set<Watcher>>();
  let count = 0;

  function join(verificationId: string, watcher: Watcher): void {
    const others = watchers.get(verificationId);
    if (others) others.add(watcher);
    else watchers.set(verificationId, new Set([watcher]));
    count += 1;
  }

  function leave(verificationId: string, watcher: Watcher): void {
    if (watcher.ended) return;
    watcher.ended = true;
    watcher.wake?.(undefined);
    count -= 1;
    const others = watchers.get(verificationId);
    others?.delete(watcher);
    if (others?.size === 0) watchers.delete(verificationId);
  }

  return {
    publish(verification) {
      for (const watcher of watchers.get(verification.verificationId) ?? []) {
        if (watcher.wake) watcher.wake(verification);
        else watcher.latest = verification;
        watcher.wake = undefined;
      }
    },

    subscribe(verificationId, signal) {
      const watcher: Watcher = { latest: undefined, ended: false, wake: undefined };
      join(verificationId, watcher);
      const end = () => {
        leave(verificationId, watcher);
        signal.removeEventListener("abort", end);
      };
      signal.addEventListener("abort", end);
      if (signal.aborted) end();
      return {
        next() {
          const { latest } = watcher;
          watcher.latest = undefined;
          if (latest || watcher.ended) return Promise.resolve(watcher.ended ? undefined : latest);
          return new Promise((resolve) => {
            watcher.wake = resolve;
          });
        },
        end,
      };
    },

    isWatched: (verificationId) => watchers.has(verificationId),

    get watcherCount() {
      return count;
    },
  };
}
