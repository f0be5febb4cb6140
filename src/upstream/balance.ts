import { type Clock, UNINTERRUPTED } from "../core/clock.ts";
import type { Money } from "../core/money.ts";
import type { Upstream } from "../core/upstream.ts";

/** Whoever asks also waits: a balance that the limits do not let through by then is done without. */
const PATIENCE_MS = 1_000;

export interface Balances {
  /**
   * The money left on an upstream's account, asked now unless it was within the last `maxAgeMs`; `time` is when. Gives
   * what was known before, if anything, when the upstream does not say in time; undefined when it cannot be asked.
   */
  read(upstream: Upstream, maxAgeMs: number): Promise<{ readonly money: Money; readonly time: Date } | undefined>;

  /** The money left, asked now and ahead of what waits for the limits. Undefined when the upstream does not say in time. */
  weigh(upstream: Upstream): Promise<Money | undefined>;
}

/** `heard` is told each balance that an upstream answers. */
export function createBalances(clock: Clock, heard: (upstream: string, money: Money) => void = () => {}): Balances {
  /** With which of all the calls told it: by the time of day they cannot be told apart once that was set. */
  const known = new Map<Upstream, { nth: number; told: { money: Money; time: Date } }>();
  let calls = 0;
  /** Also in vain: who asks often does not spend the limits of an upstream that fails. */
  const asked = new Map<Upstream, { readonly time: number; readonly over: Promise<unknown> }>();

  /** Resolves when the answer is known, or when patience ends; an answer that comes later is kept for the next one. */
  async function ask(upstream: Upstream, verb: "balance" | "weigh"): Promise<Money | undefined> {
    const { balance } = upstream.desks;
    if (!balance) return undefined;
    const patience = new AbortController();
    const call = async () => {
      calls += 1;
      const nth = calls;
      const time = new Date(clock.now());
      // To give up a call that was sent would count against the upstream.
      const money = await balance(UNINTERRUPTED);
      heard(upstream.id, money);
      const last = known.get(upstream);
      if (!last || last.nth < nth) known.set(upstream, { nth, told: { money, time } });
      return money;
    };
    // A failure is in the upstream's health.
    const answered = upstream.run(verb, call, patience.signal).catch(() => undefined);
    const outOfPatience = Promise.withResolvers<undefined>();
    const stopTimer = clock.after(PATIENCE_MS, () => {
      patience.abort();
      outOfPatience.resolve(undefined);
    });
    return Promise.race([answered.finally(stopTimer), outOfPatience.promise]);
  }

  return {
    async read(upstream, maxAgeMs) {
      const time = clock.now();
      const last = asked.get(upstream);
      // A clock that was set back makes nothing new again.
      const isNew = last !== undefined && Math.abs(time - last.time) <= maxAgeMs;
      const asking = isNew ? last : { time, over: ask(upstream, "balance") };
      asked.set(upstream, asking);
      await asking.over;
      return known.get(upstream)?.told;
    },
    weigh: (upstream) => ask(upstream, "weigh"),
  };
}
