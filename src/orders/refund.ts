import { type Money, sameMoney } from "../core/money.ts";
import type { Upstream } from "../core/upstream.ts";
import type { Balances } from "../upstream/balance.ts";

/** Sends what gives money back, and finds out how much. Undefined when that is not known. */
export type WatchRefund = (
  upstream: Upstream,
  price: Money | undefined,
  send: () => Promise<{ readonly refund?: Money }>,
) => Promise<Money | undefined>;

/**
 * Finds out what a cancel brought back. Where the upstream's answer does not say, the account's balance before and after
 * may: a difference of exactly the price is this order's refund. Any other difference has other causes as well and
 * proves nothing, so the refund stays unknown; so it does while another cancel at the upstream is being watched: one witness
 * sees to all that is given back, or two would claim the same money.
 */
export function createRefundWitness(balances: Pick<Balances, "weigh">): WatchRefund {
  const watching = new Set<Upstream>();

  return async (upstream, price, send) => {
    if (!upstream.desks.balance || watching.has(upstream)) return (await send()).refund;
    watching.add(upstream);
    try {
      const before = await balances.weigh(upstream);
      const { refund } = await send();
      if (refund || !before || !price) return refund;
      const after = await balances.weigh(upstream);
      const difference = after && { currency: after.currency, micros: after.micros - before.micros };
      return difference && after.currency === before.currency && sameMoney(difference, price) ? price : undefined;
    } finally {
      watching.delete(upstream);
    }
  };
}
