import { Counter, Histogram, type Registry } from "prom-client";
import type { PendingPurchase } from "../core/records.ts";
import type { Store } from "../core/store.ts";
import type { Attempt, Verification } from "../core/verification.ts";

const DELAY_SECONDS = [1, 2, 4, 6, 8, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600, 1200];

/** How what became of a purchase is recorded, whatever was bought: each answers with all attempts, the last one last. */
interface Outcomes<T> {
  recordPurchase(...args: never[]): Promise<T>;
  recordRefusal(...args: never[]): Promise<T>;
  recordUncertain(...args: never[]): Promise<T>;
  recordLoss?(...args: never[]): Promise<T>;
}

/** The store, its commits counted: what became of purchases, and how long codes took. */
export function countCommits(store: Store, registry: Registry): Store {
  const registers = [registry];
  const purchases = new Counter({
    name: "numgate_purchases_total",
    help: "Attempts to buy, by what was to be bought, what became of them and, for a refusal, why.",
    labelNames: ["upstream", "product", "outcome", "reason"] as const,
    registers,
  });
  const delay = new Histogram({
    name: "numgate_code_delay_seconds",
    help: "From the purchase of a number to its first code.",
    labelNames: ["upstream"] as const,
    buckets: DELAY_SECONDS,
    registers,
  });

  /** The same records, the outcomes of attempts counted. */
  function counting<T extends { readonly attempts: readonly Attempt[] }, R extends Outcomes<T>>(
    product: PendingPurchase["product"],
    records: R,
  ): R {
    const counted =
      <Args extends never[]>(record: (...args: Args) => Promise<T>) =>
      async (...args: Args): Promise<T> => {
        const state = await record(...args);
        const { upstream, outcome, reason = "" } = state.attempts.at(-1) ?? {};
        if (upstream !== undefined && outcome !== undefined) purchases.inc({ upstream, product, outcome, reason });
        return state;
      };
    return {
      ...records,
      recordPurchase: counted(records.recordPurchase),
      recordRefusal: counted(records.recordRefusal),
      recordUncertain: counted(records.recordUncertain),
      ...(records.recordLoss && { recordLoss: counted(records.recordLoss) }),
    };
  }

  return {
    ...counting("VERIFICATION", store),
    rentals: counting("RENTAL", store.rentals),
    extensions: counting("EXTENSION", store.extensions),
    esims: counting("ESIM", store.esims),
    async recordMessages(id, messages, time) {
      const recorded = await store.recordMessages(id, messages, time);
      const seconds = recorded.added ? firstCodeSeconds(recorded.verification, time) : undefined;
      if (seconds !== undefined) delay.observe({ upstream: recorded.verification.upstream ?? "" }, seconds);
      return recorded;
    },
  };
}

/** Undefined when it was not at `time` that the first code came. */
function firstCodeSeconds({ attempts, codeTime, messages }: Verification, time: Date): number | undefined {
  const buyTime = attempts.find(({ outcome }) => outcome === "BOUGHT")?.endTime;
  const codes = messages.filter(({ code }) => code !== undefined).length;
  if (!buyTime || codeTime?.getTime() !== time.getTime() || codes !== 1) return undefined;
  // The clock may have been set back.
  return Math.max(codeTime.getTime() - buyTime.getTime(), 0) / 1000;
}
