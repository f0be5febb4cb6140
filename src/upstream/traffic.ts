import type { Clock } from "../core/clock.ts";
import type { Verb } from "../core/desks.ts";
import type { Upstream } from "../core/upstream.ts";
import { wrapTasks } from "./wrap.ts";

const MOVES_MONEY: readonly Verb[] = ["buy", "rent", "buyEsim", "extend", "cancel", "release"];
/** What a call came to is recorded after its answer: until then the ledger does not know it. */
const RECORDED_WITHIN_MS = 2_000;

/** What moves the money of each account. */
export interface Traffic {
  /** True from the start of a call that moves money until what it came to is recorded. */
  isMoving(upstream: string): boolean;
  /** Grows with each such call: equal before and after means that nothing moved between. */
  begun(upstream: string): number;
  /** Calls the listener whenever an account has come to rest. */
  onRest(listener: (upstream: string) => void): void;
}

/** The same upstreams, whose calls that move money are counted. */
export function watchTraffic(
  upstreams: ReadonlyMap<string, Upstream>,
  clock: Clock,
): {
  readonly upstreams: ReadonlyMap<string, Upstream>;
  readonly traffic: Traffic;
} {
  const counts = new Map([...upstreams.keys()].map((id) => [id, { moving: 0, begun: 0 }]));
  const listeners: ((upstream: string) => void)[] = [];

  async function track<T>(id: string, task: () => Promise<T>): Promise<T> {
    const count = counts.get(id);
    if (!count) return task();
    count.moving += 1;
    count.begun += 1;
    try {
      return await task();
    } finally {
      clock.after(RECORDED_WITHIN_MS, () => {
        count.moving -= 1;
        if (count.moving === 0) for (const listener of listeners) listener(id);
      });
    }
  }

  const watched = wrapTasks(upstreams, (id, verb, task) => {
    return MOVES_MONEY.includes(verb) ? () => track(id, task) : task;
  });
  return {
    upstreams: watched,
    traffic: {
      isMoving: (id) => (counts.get(id)?.moving ?? 0) > 0,
      begun: (id) => counts.get(id)?.begun ?? 0,
      onRest: (listener) => void listeners.push(listener),
    },
  };
}
