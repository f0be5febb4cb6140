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
  /** The newest that it was told. */
  version: number;
  ended: boolean;
  /** What waits for the next change. */
  wake: ((state: Verification | undefined) => void) | undefined;
}

/** Says the change, unless a newer one was said meanwhile. */
function tell(watcher: Watcher, verification: Verification): void {
  if (watcher.ended || verification.version < watcher.version) return;
  watcher.version = verification.version;
  if (watcher.wake) watcher.wake(verification);
  else watcher.latest = verification;
  watcher.wake = undefined;
}

/** How many are told in one turn of the event loop: other calls are answered in between. */
const TOLD_AT_ONCE = 500;

/** `published` is told each change, before those who watch. */
export function createFeed(published: (verification: Verification) => void = () => {}): Feed {
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

  function tellAll(told: readonly Watcher[], verification: Verification): void {
    for (const watcher of told.slice(0, TOLD_AT_ONCE)) tell(watcher, verification);
    const left = told.slice(TOLD_AT_ONCE);
    if (left.length > 0) setImmediate(tellAll, left, verification);
  }

  return {
    publish(verification) {
      published(verification);
      const told = watchers.get(verification.verificationId);
      if (told) tellAll([...told], verification);
    },

    subscribe(verificationId, signal) {
      const watcher: Watcher = { latest: undefined, version: -1, ended: false, wake: undefined };
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
