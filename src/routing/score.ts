import type { Strategy } from "../core/verification.ts";
import type { Estimate } from "./estimates.ts";

/** What a second is worth under BALANCED: the median price, for so long. */
const BALANCED_MS_PER_PRICE = 5 * 60_000;
const FASTEST_FACTOR = 5;
/** What a new number costs whoever has to type it in: as much as so long a wait. */
const RENUMBER_MS = 30_000;
/** From asking an upstream to its refusal. */
const REFUSAL_MS = 2_000;

/** What is bought beside the code: time, and the trouble of a second number. In the unit of the prices. */
export interface Worth {
  readonly perMs: number;
  readonly perNumber: number;
}

const NOTHING: Worth = { perMs: 0, perNumber: 0 };

/** What time is worth to a strategy, among offers of which this is the median price. */
export function worthOf(strategy: Strategy, medianPrice: () => number): Worth {
  if (strategy !== "BALANCED" && strategy !== "FASTEST") return NOTHING;
  const perMs = (medianPrice() / BALANCED_MS_PER_PRICE) * (strategy === "FASTEST" ? FASTEST_FACTOR : 1);
  return { perMs, perNumber: perMs * RENUMBER_MS };
}

/**
 * What a delivered code is expected to cost if the offer is bought until one comes, in the unit of `price`. To try
 * independent offers in the order of this costs least.
 */
export function expectedCost(
  price: number,
  share: number,
  { availability, meanWaitMs, refundShare, giveUpMs }: Estimate,
  { perMs, perNumber }: Worth = NOTHING,
): number {
  const delivered = price + perMs * meanWaitMs;
  const failed = (1 - refundShare) * price + perMs * giveUpMs + perNumber;
  const refused = perMs * REFUSAL_MS;
  const cost = availability * (share * delivered + (1 - share) * failed) + (1 - availability) * refused;
  return cost / (availability * share);
}
