import { type Clock, UNINTERRUPTED } from "../core/clock.ts";
import type { Upstream } from "../core/upstream.ts";
import type { Access } from "./access.ts";

/**
 * Asks upstreams that nothing is bought from whether that is over, by a call that costs nothing: the balance, or else
 * the first step of the catalogue. One call each time that Access says.
 */
export interface Prober {
  /** To be called whenever what Access says of the upstream may have changed. */
  look(upstream: string): void;
  /** Heard out are the calls under way. */
  stop(): Promise<void>;
}

export interface ProberParts {
  readonly access: Access;
  findUpstream(id: string): Upstream | undefined;
  readonly clock: Clock;
}

export function createProber({ access, findUpstream, clock }: ProberParts): Prober {
  const timers = new Map<string, { at: number; cancel: () => void }>();
  const asking = new Map<string, Promise<void>>();
  const stopping = new AbortController();

  /** How it ended, Access has heard. */
  async function ask({ id, desks, run }: Upstream): Promise<void> {
    const { balance, catalog } = desks;
    const call = balance
      ? run("balance", async () => access.balanceIs(id, await balance(UNINTERRUPTED), clock.now()), stopping.signal)
      : run(
          "listings",
          () =>
            catalog
              .listings(stopping.signal, new Map())
              .next()
              .then(() => {}),
          stopping.signal,
        );
    await call.catch(() => undefined);
  }

  function look(id: string): void {
    const upstream = findUpstream(id);
    const at = access.probeAt(id);
    const timer = timers.get(id);
    if (timer?.at === at || !upstream || stopping.signal.aborted || asking.has(id)) return;
    timer?.cancel();
    timers.delete(id);
    if (at === undefined) return;
    const cancel = clock.after(at - clock.now(), () => {
      timers.delete(id);
      const answer = ask(upstream).finally(() => {
        asking.delete(id);
        // The call may not have been sent: the limit left no room.
        if (access.probeAt(id) === at) again(id);
        else look(id);
      });
      asking.set(id, answer);
    });
    timers.set(id, { at, cancel });
  }

  function again(id: string): void {
    if (stopping.signal.aborted) return;
    timers.set(id, {
      at: 0,
      cancel: clock.after(UNSENT_MS, () => {
        timers.delete(id);
        look(id);
      }),
    });
  }

  return {
    look,
    async stop() {
      stopping.abort();
      for (const { cancel } of timers.values()) cancel();
      timers.clear();
      await Promise.all(asking.values());
    },
  };
}

/** After a probe that told nothing. */
const UNSENT_MS = 5_000;
