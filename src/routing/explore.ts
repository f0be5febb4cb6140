import type { Strategy } from "../core/verification.ts";
import { shareWith } from "./outages.ts";
import { createRandom, drawBeta } from "./random.ts";
import type { Placed } from "./rank.ts";
import { expectedCost, type Worth } from "./score.ts";

/** The share of purchases that are placed by a draw, and how much dearer than the best an offer may be for it. */
const SHARE = 0.1;
const MOST_EXTRA = 0.15;

/** Whether the purchase with this id is one of those. */
export function isDrawn(order: string): boolean {
  return createRandom(order)() < SHARE;
}

/**
 * Orders a small share of purchases by a draw from what is believed of each offer (Thompson), so that an offer that
 * once looked worse is not forgotten: only among those close to the best, and never where the surest is asked for. The
 * order's id decides, so that the same id, with the same knowledge, draws the same.
 */
export function explore(placed: Placed[], order: string, strategy: Strategy, worth: Worth): Placed[] {
  const [best] = placed;
  if (!best || strategy === "MOST_RELIABLE" || !isDrawn(order)) return placed;
  const bound = best.score * (1 + MOST_EXTRA);
  const isClose = ({ setBack, score, estimate }: Placed) => !setBack && estimate !== undefined && score <= bound;
  const close = placed.filter(isClose);
  if (close.length < 2) return placed;
  const drawn = close
    .map((candidate) => ({ candidate, cost: drawnCost(candidate, order, worth) }))
    .sort((a, b) => a.cost - b.cost)
    .map(({ candidate }) => candidate);
  // Those whose place is another one than before.
  drawn.forEach((candidate, at) => {
    candidate.explores = candidate !== close[at];
  });
  return [...drawn, ...placed.filter((candidate) => !isClose(candidate))];
}

function drawnCost({ offer, weighed, estimate }: Placed, order: string, worth: Worth): number {
  if (!estimate) return Number.POSITIVE_INFINITY;
  const share = drawBeta(estimate.alpha, estimate.beta, createRandom(order, offer.offerId));
  return expectedCost(weighed, Math.max(shareWith(estimate.outage, share), 1e-6), estimate, worth);
}
