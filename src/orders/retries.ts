import type { Clock } from "../core/clock.ts";

/** What is to be tried again later, once for each id. */
export interface Retries {
  /** Runs the action after so many milliseconds, in place of what was to be tried for that id. Nothing after `stop`. */
  after(delayMs: number, id: string, action: () => Promise<void>): void;
  /** Calls off what was to be tried. */
  stop(): void;
}

export function createRetries(clock: Clock): Retries {
  const pending = new Map<string, () => void>();
  let stopped = false;
  return {
    after(delayMs, id, action) {
      if (stopped) return;
      pending.get(id)?.();
      const run = () => {
        pending.delete(id);
        void action();
      };
      pending.set(id, clock.after(delayMs, run));
    },
    stop() {
      stopped = true;
      for (const callOff of pending.values()) callOff();
      pending.clear();
    },
  };
}
