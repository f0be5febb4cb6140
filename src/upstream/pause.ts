import { type Clock, sleep } from "../core/clock.ts";
import type { Gate } from "./gate.ts";
import { createLimiter } from "./limiter.ts";

/** For what no document limits: nothing is counted, but when the upstream asks for a pause, it gets one. */
export interface Pause extends Gate {
  /** Nothing passes for so long. */
  pause(forMs: number): void;
}

/** `concurrency` bounds the calls under way at once; without a bound Bottleneck does not heed priorities. */
export function createPause(clock: Clock, concurrency: number): Pause {
  const limiter = createLimiter({ maxConcurrent: concurrency });
  let over: Promise<unknown> = Promise.resolve();

  return {
    schedule(priority, job, dropped) {
      return limiter.schedule({ priority }, async () => {
        await Promise.race([over, dropped]);
        return job();
      });
    },
    remember() {},
    pause(forMs) {
      over = Promise.all([over, sleep(clock, forMs)]);
    },
  };
}
