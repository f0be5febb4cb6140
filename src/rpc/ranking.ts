import type { MessageInitShape } from "@bufbuild/protobuf";
import { durationFromMs, timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { EstimateSchema, RankedOfferSchema } from "../../gen/numgate/v1/catalog_pb.ts";
import type { Offer } from "../core/offer.ts";
import type { Estimate } from "../routing/estimates.ts";
import type { Candidate, Excluded, Ranking } from "../routing/rank.ts";
import type { Router } from "../routing/router.ts";
import { expectedCost } from "../routing/score.ts";
import { moneyToWire, offerToWire } from "./convert.ts";

/** A ranking as it is shown: what would be tried, in that order, then what is left out. */
export function rankingToWire(
  { candidates, excluded }: Ranking,
  { observed }: Pick<Router, "observed">,
  byMoney: boolean,
): MessageInitShape<typeof RankedOfferSchema>[] {
  const shown = (offer: Offer) => offerToWire(offer, observed(offer));
  const tried = candidates.map((candidate) => candidateToWire(candidate, shown(candidate.offer), byMoney));
  const leftOut = excluded.map(({ offer, exclusion, explain }: Excluded) => ({
    offer: shown(offer),
    excludedReason: exclusion,
    explanation: explain(),
  }));
  return [...tried, ...leftOut];
}

const MICROS = 1_000_000;

function candidateToWire(
  candidate: Candidate,
  offer: ReturnType<typeof offerToWire>,
  byMoney: boolean,
): MessageInitShape<typeof RankedOfferSchema> {
  const { estimate, score, price, setBack } = candidate;
  return {
    offer,
    estimate: estimate && estimateToWire(estimate, price),
    score: byMoney ? score / MICROS : score,
    explanation: candidate.explain(),
    setBackReason: setBack?.why,
    setBackUntil: setBack && timestampFromMs(setBack.until),
  };
}

function estimateToWire(estimate: Estimate, price: Candidate["price"]): MessageInitShape<typeof EstimateSchema> {
  const { availability, share, meanWaitMs, medianWaitMs, giveUpMs, refundShare, seen } = estimate;
  const cost = expectedCost(Number(price.micros), share, estimate);
  return {
    availability,
    successRate: share,
    successRateLow: estimate.lowShare(),
    wait: durationFromMs(Math.round(meanWaitMs)),
    medianWait: durationFromMs(Math.round(medianWaitMs)),
    giveUp: durationFromMs(Math.round(giveUpMs)),
    refundShare,
    costPerCode: moneyToWire({ currency: price.currency, micros: BigInt(Math.round(cost)) }),
    sampleCount: seen,
  };
}
