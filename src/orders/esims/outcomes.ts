import type { Esim } from "../../core/esim.ts";
import type { OrderParts } from "../parts.ts";
import { persist } from "../persist.ts";
import type { Doubt } from "../settle/match.ts";
import type { Outcomes } from "../settle/outcomes.ts";

/**
 * Ends a doubt about an eSIM. Its activation code was in the answer that was lost, and no list has it: one that was sold is
 * paid, and FAILED.
 */
export function createEsimOutcomes(parts: Pick<OrderParts, "store" | "clock" | "log">): Outcomes {
  const { esims } = parts.store;
  const now = () => new Date(parts.clock.now());
  const lost = ({ purchase: { orderId }, attempt }: Doubt, price = attempt.quotedPrice): Promise<Esim> =>
    persist(parts, () => esims.recordLoss(orderId, price, now()));

  return {
    sold: (doubt, { price }) => lost(doubt, price),
    lost,
    async notSold({ purchase: { orderId } }) {
      await persist(parts, () => esims.recordRefusal(orderId, "UPSTREAMS_UNAVAILABLE", now()));
      return persist(parts, () => esims.recordFailure(orderId, now()));
    },
  };
}
