import type { Store } from "../../core/store.ts";
import type { Upstream } from "../../core/upstream.ts";
import type { Doubt } from "./match.ts";
import type { Witness } from "./witness.ts";

/** What an account's balance says about all that is in doubt there. */
export type Weighed = "all sold" | "none sold" | "nothing";

/**
 * Holds an account's balance against the last one that is certain and what the ledger knows of since. Only two results
 * prove something: not a cent is missing, or exactly the price of everything in doubt. Any other has other causes too.
 */
export async function weighBalance(
  upstream: Upstream,
  doubts: readonly Doubt[],
  { store, witness }: { readonly store: Pick<Store, "lastBalance" | "movementSince">; readonly witness: Witness },
): Promise<Weighed> {
  const [first] = doubts;
  if (!first || !upstream.desks.balance) return "nothing";
  const last = await store.lastBalance(upstream.id, upstream.provider);
  const begun = Math.min(...doubts.map(({ attempt }) => attempt.startTime.getTime()));
  if (!last || last.time.getTime() >= begun) return "nothing";
  const present = await witness.atRest(upstream);
  const { currency, micros: before } = last.balance;
  if (!present || present.money.currency !== currency) return "nothing";

  const { orderId } = first.purchase;
  const { spent, unknown } = await store.movementSince(upstream.id, upstream.provider, last.time, orderId);
  // The first is left out by the store; the others that are in doubt are among the unknown.
  if (unknown !== doubts.length - 1) return "nothing";
  const known = [...spent.filter(({ micros }) => micros !== 0n), ...doubts.map(({ attempt }) => attempt.quotedPrice)];
  if (known.some((money) => money.currency !== currency)) return "nothing";

  const missing = before - spent.reduce((sum, { micros }) => sum + micros, 0n) - present.money.micros;
  const price = doubts.reduce((sum, { attempt }) => sum + attempt.quotedPrice.micros, 0n);
  if (price === 0n) return "nothing";
  if (missing === 0n) return "none sold";
  return missing === price ? "all sold" : "nothing";
}
