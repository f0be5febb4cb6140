import type { Offer } from "../core/offer.ts";
import { familiarity } from "./belief.ts";
import { betaQuantile } from "./beta.ts";
import type { Deliveries, Delivery } from "./delivery.ts";
import type { Loss, Losses } from "./losses.ts";
import { type Outages, shareWith } from "./outages.ts";
import type { Place } from "./place.ts";
import type { Stock } from "./stock.ts";

/** What is expected of a purchase. */
export interface Estimate extends Delivery, Loss {
  /** The chance that there is a number to sell. */
  readonly availability: number;
  /** The chance that it is in an outage just now, as far as that is not a usual part of its share. */
  readonly outage: number;
  /** The mean of the distribution: the chance of a code were there no outage, where `share` reckons with one. */
  readonly usualShare: number;
  /** The chance of a code that is exceeded with 90 % confidence: worked out when it is asked for. */
  lowShare(): number;
  /** What `lowShare` gave. */
  low: number | undefined;
}

const CONFIDENCE = 0.9;
/** The estimates fade over days, so those of this second do for all of it. */
const STEP_MS = 1_000;
const MOST_KEPT = 20_000;

export interface Estimates {
  /** The offer's place is given with it. */
  of(offer: Offer, place: Place, time: number): Estimate;
  /** What was kept of the upstream's places does not hold any more. */
  changed(upstream: string): void;
}

function lowShare(this: Estimate): number {
  this.low ??= shareWith(this.outage, betaQuantile(1 - CONFIDENCE, this.alpha, this.beta));
  return this.low;
}

interface Kept {
  readonly step: number;
  readonly version: number;
  readonly claimedShare: number | undefined;
  readonly claimedWaitMs: number | undefined;
  readonly estimate: Estimate;
}

export function createEstimates(parts: {
  deliveries: Deliveries;
  losses: Losses;
  stock: Stock;
  outages: Outages;
}): Estimates {
  const { deliveries, losses, stock, outages } = parts;
  const kept = new Map<string, Kept>();
  const versions = new Map<string, number>();
  const versionOf = (upstream: string) => versions.get(upstream) ?? 0;

  function estimate(offer: Offer, place: Place, time: number): Estimate {
    const { publishedSuccessRate: successRate, publishedWaitMs: waitMs } = offer;
    const delivery = deliveries.estimate(place, { successRate, waitMs }, time);
    const { refundShare, giveUpMs } = losses.estimate(place, time);
    const outage = outages.chance(place, time) * familiarity(delivery);
    return {
      alpha: delivery.alpha,
      beta: delivery.beta,
      share: shareWith(outage, delivery.share),
      usualShare: delivery.share,
      outage,
      medianWaitMs: delivery.medianWaitMs,
      meanWaitMs: delivery.meanWaitMs,
      refundShare,
      giveUpMs,
      availability: stock.share(place, time),
      seen: delivery.seen,
      seenShare: delivery.seenShare,
      isGrounded: delivery.isGrounded,
      low: undefined,
      lowShare,
    };
  }

  return {
    of(offer, place, time) {
      const step = Math.floor(time / STEP_MS);
      const known = kept.get(place.key);
      const { publishedSuccessRate: claimedShare, publishedWaitMs: claimedWaitMs } = offer;
      if (
        known?.step === step &&
        known.version === versionOf(place.upstream) &&
        known.claimedShare === claimedShare &&
        known.claimedWaitMs === claimedWaitMs
      ) {
        return known.estimate;
      }
      const fresh = estimate(offer, place, step * STEP_MS);
      // What has seen nothing is worked out as fast, and there is much more of it.
      if (fresh.seen === 0) return fresh;
      if (kept.size >= MOST_KEPT) kept.clear();
      kept.set(place.key, { step, version: versionOf(place.upstream), claimedShare, claimedWaitMs, estimate: fresh });
      return fresh;
    },
    changed(upstream) {
      versions.set(upstream, versionOf(upstream) + 1);
    },
  };
}
