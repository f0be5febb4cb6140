import Bottleneck from "bottleneck";
import { type Clock, sleep } from "../core/clock.ts";
import type { Gate } from "./gate.ts";

/** For what no document limits: nothing is counted, but when the upstream asks for a pause, it gets one. */
export interface Pause extends Gate {
  /** Nothing passes for so long. */
  pause(forMs: number): void;
}

/** `concurrency` bounds the calls under way at once; without a bound Bottleneck does not heed priorities. */
export function createPause(clock: Clock, concurrency: number): Pause {
  const limiter = new Bottleneck({ maxConcurrent: concurrency });
  let pausedUntil = 0;

  async function pauseIsOver(dropped: AbortSignal): Promise<void> {
    while (clock.now() < pausedUntil && !dropped.aborted) await sleep(clock, pausedUntil - clock.now(), dropped);
  }

  return {
    schedule(priority, job, dropped) {
      return limiter.schedule({ priority }, async () => {
        if (clock.now() < pausedUntil) {
          const leaving = new AbortController();
          void dropped.then(() => leaving.abort());
          await pauseIsOver(leaving.signal);
        }
        return job();
      });
    },
    remember() {},
    pause(forMs) {
      pausedUntil = Math.max(pausedUntil, clock.now() + forMs);
    },
  };
}
