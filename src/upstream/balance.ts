import type { Clock } from "../core/clock.ts";
import type { Money } from "../core/money.ts";
import type { Upstream } from "../core/upstream.ts";

/** Whoever asks also waits: a balance that the limits do not let through by then is done without. */
const PATIENCE_MS = 1_000;

export interface Balances {
  /**
   * The money left on an upstream's account, asked now unless it was within the last `maxAgeMs`. Gives what was known
   * before, if anything, when the upstream does not say in time; undefined when it cannot be asked.
   */
  read(upstream: Upstream, maxAgeMs: number): Promise<{ readonly money: Money; readonly time: Date } | undefined>;
}

export function createBalances(clock: Clock): Balances {
  const known = new Map<Upstream, { money: Money; time: Date }>();

  async function ask(upstream: Upstream): Promise<void> {
    const { balance } = upstream.desks;
    if (!balance) return;
    const patience = new AbortController();
    const stopTimer = clock.after(PATIENCE_MS, () => patience.abort());
    try {
      const money = await upstream.run("balance", () => balance(patience.signal), patience.signal);
      known.set(upstream, { money, time: new Date(clock.now()) });
    } catch {
      // The upstream's health has it.
    } finally {
      stopTimer();
    }
  }

  return {
    async read(upstream, maxAgeMs) {
      const last = known.get(upstream);
      if (!last || clock.now() - last.time.getTime() > maxAgeMs) await ask(upstream);
      return known.get(upstream);
    },
  };
}
