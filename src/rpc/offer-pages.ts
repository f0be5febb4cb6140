import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { type ListOffersResponse, ListOffersResponseSchema } from "../../gen/numgate/v1/catalog_pb.ts";
import type { OfferPage, Unreachable } from "../catalog/query.ts";
import type { Offer } from "../core/offer.ts";
import type { Observed, Router } from "../routing/router.ts";
import { offerToWire } from "./convert.ts";

interface Answer {
  /** What may change while the page stays. */
  readonly told: string;
  readonly message: ListOffersResponse;
}

/**
 * Pages of offers as they are answered. The same page gives the same message, which is then encoded once, for as long as
 * it would say the same.
 */
export function createOfferPages({ observed }: Pick<Router, "observed">): (page: OfferPage) => ListOffersResponse {
  const answers = new WeakMap<readonly Offer[], Answer>();
  return (page) => {
    const seen = page.offers.map((offer) => ({ offer, observed: observed(offer) }));
    const told = JSON.stringify([seen.map((each) => outcomesOf(each.observed)), page.unreachable]);
    const known = answers.get(page.offers);
    if (known?.told === told) return known.message;
    const message = create(ListOffersResponseSchema, {
      offers: seen.map((each) => offerToWire(each.offer, each.observed)),
      nextPageToken: page.nextPageToken,
      totalSize: page.totalSize,
      unreachable: page.unreachable.map(unreachableToWire),
    });
    Object.freeze(message);
    answers.set(page.offers, { told, message });
    return message;
  };
}

/** A rate's last digits move with the clock: outcomes are forgotten evenly, which takes nothing from a rate but rounding. */
function outcomesOf({ sampleCount, successRate }: Observed) {
  return [sampleCount, successRate?.toPrecision(12)];
}

function unreachableToWire({ fetchTime, ...upstream }: Unreachable) {
  return { ...upstream, fetchTime: fetchTime && timestampFromDate(fetchTime) };
}
