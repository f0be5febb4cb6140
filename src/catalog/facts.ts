import type { Listing } from "../core/desks.ts";
import type { Offer } from "../core/offer.ts";
import { cheapestTerm, termsOf } from "./terms.ts";

const MOST_COUNTED = 2 ** 31 - 1;
const LONGEST_WAIT_MS = 24 * 60 * 60_000;

/** What may change between two looks at one offer, in bounds. */
export type Facts = Pick<Offer, "price" | "available" | "availableCount" | "publishedSuccessRate" | "publishedWaitMs">;

/** Numbers that cannot be are as good as not said. */
export function factsOf(listing: Listing): Facts {
  const { availableCount, successRate, waitMs } = listing;
  return {
    price: listing.price ?? cheapestTerm(termsOf(listing)),
    available: listing.available ?? true,
    availableCount: isNumber(availableCount, MOST_COUNTED) ? Math.floor(availableCount) : undefined,
    publishedSuccessRate: isNumber(successRate, 1) ? successRate : undefined,
    publishedWaitMs: isNumber(waitMs, LONGEST_WAIT_MS) ? waitMs : undefined,
  };
}

function isNumber(value: number | undefined, most: number): value is number {
  return value !== undefined && value >= 0 && value <= most;
}
