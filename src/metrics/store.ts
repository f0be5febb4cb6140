import { Counter, Histogram, type Registry } from "prom-client";
import type { Store } from "../core/store.ts";
import type { Verification } from "../core/verification.ts";

const DELAY_SECONDS = [1, 2, 4, 6, 8, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600, 1200];

/** The store, its commits counted: what became of purchases, and how long codes took. */
export function countCommits(store: Store, registry: Registry): Store {
  const registers = [registry];
  const purchases = new Counter({
    name: "numgate_purchases_total",
    help: "Attempts to buy a number, by what became of them and, for a refusal, why.",
    labelNames: ["upstream", "outcome", "reason"] as const,
    registers,
  });
  const delay = new Histogram({
    name: "numgate_code_delay_seconds",
    help: "From the purchase of a number to its first code.",
    labelNames: ["upstream"] as const,
    buckets: DELAY_SECONDS,
    registers,
  });

  async function counted(recording: Promise<Verification>): Promise<Verification> {
    const verification = await recording;
    const { upstream, outcome, reason = "" } = verification.attempts.at(-1) ?? {};
    if (upstream !== undefined && outcome !== undefined) purchases.inc({ upstream, outcome, reason });
    return verification;
  }

  return {
    ...store,
    recordPurchase: (id, purchase) => counted(store.recordPurchase(id, purchase)),
    recordRefusal: (id, reason, time) => counted(store.recordRefusal(id, reason, time)),
    recordUncertain: (id, time) => counted(store.recordUncertain(id, time)),
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
