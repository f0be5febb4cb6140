import { type Caller, isAllowed } from "../core/caller.ts";
import { GatewayError } from "../core/error.ts";
import type { Offer, Product } from "../core/offer.ts";
import type { Upstream } from "../core/upstream.ts";
import type { VerificationRequest } from "../core/verification.ts";
import { nothingKnown, nothingToBuy, wanted } from "../routing/nothing.ts";
import type { Candidate, Ranking } from "../routing/rank.ts";
import type { Router } from "../routing/router.ts";
import type { Shelf } from "./shelf.ts";

export interface FindCandidates {
  /**
   * What a verification of that id can be served from, in the order in which it is to be tried: never empty. Throws what
   * the caller asked wrongly, may not have, or cannot get.
   */
  candidates(
    verificationId: string,
    request: VerificationRequest,
    caller: Caller,
    patience: AbortSignal,
  ): Promise<readonly Candidate[]>;

  /**
   * The same for no purchase, and with `days` for a rental: that nothing can be had is not an error. Throws what the
   * caller asked wrongly.
   */
  ranking(request: VerificationRequest, caller: Caller, patience: AbortSignal, days?: number): Promise<Ranking>;
}

export function createFindCandidates(
  shelf: Shelf,
  upstreams: ReadonlyMap<string, Upstream>,
  router: Pick<Router, "rank" | "rankRentals">,
): FindCandidates {
  const find = createFindOffers(shelf, upstreams);
  return {
    async candidates(verificationId, request, caller, patience) {
      const offers = await find("VERIFICATION", request, caller, patience);
      const ranking = router.rank(offers, request, caller, verificationId);
      if (ranking.candidates.length === 0) throw nothingToBuy(ranking, request);
      return ranking.candidates;
    },

    async ranking(request, caller, patience, days) {
      requireKnownUpstreams(request, caller, upstreams);
      const product = days === undefined ? "VERIFICATION" : "RENTAL";
      const offers = (await offersFor(product, request, shelf, patience)) ?? [];
      return days === undefined
        ? router.rank(offers, request, caller)
        : router.rankRentals(offers, days, request, caller);
    },
  };
}

export type FindOffers = (
  product: Product,
  request: VerificationRequest,
  caller: Caller,
  patience: AbortSignal,
) => Promise<readonly Offer[]>;

/** The offers of a product that a request is about, whatever they cost. Throws what the caller asked wrongly or may not. */
export function createFindOffers(shelf: Shelf, upstreams: ReadonlyMap<string, Upstream>): FindOffers {
  return async (product, request, caller, patience) => {
    requireKnownUpstreams(request, caller, upstreams);
    for (const upstream of request.upstreams) requireAllowedUpstream(caller, upstream);
    const offers = await offersFor(product, request, shelf, patience);
    if (offers) {
      const { country, service } = offers[0] ?? request;
      requireAllowed(caller, country, service);
      if (request.offerId !== undefined) for (const { upstream } of offers) requireAllowedUpstream(caller, upstream);
      if (offers.some(mayServe(request, caller))) return offers;
    }
    const lacking = shelf.lacking(caller.allow, request.country, request.service).filter(mayServe(request, caller));
    if (lacking.length > 0) throw nothingKnown(lacking, wanted(request));
    if (!offers) throw noSuchOffer(request);
    return offers;
  };
}

/** Whether the request and the operator let the upstream be asked. An offer names its upstream. */
export function mayServe({ offerId, upstreams, excludeUpstreams }: VerificationRequest, { allow }: Caller) {
  return ({ upstream }: { readonly upstream: string }) =>
    (upstreams.length === 0 || upstreams.includes(upstream)) &&
    !excludeUpstreams.includes(upstream) &&
    isAllowed(allow.upstreams, upstream) &&
    (offerId === undefined || offerId.startsWith(`${upstream}:`));
}

/** Undefined when the request pins an offer that there is not. */
async function offersFor(
  product: Product,
  { country, service, offerId, upstreams }: VerificationRequest,
  shelf: Shelf,
  patience: AbortSignal,
): Promise<readonly Offer[] | undefined> {
  if (offerId === undefined) {
    await shelf.settled(country, service, upstreams, patience, product);
    return shelf.offersFor(product, country, service);
  }
  if (!shelf.findOffer(offerId)) await shelf.settled(country, service, [], patience, product);
  const pinned = shelf.findOffer(offerId);
  const fits =
    pinned?.product === product &&
    (country === "" || country === pinned.country) &&
    (service === "" || service === pinned.service);
  return fits ? [pinned] : undefined;
}

function noSuchOffer({ offerId = "" }: VerificationRequest): GatewayError {
  return new GatewayError("NO_OFFERS", `there is no offer ${offerId} for this request`, {
    metadata: { offer_id: offerId },
  });
}

function requireKnownUpstreams(
  request: VerificationRequest,
  { allow }: Caller,
  upstreams: ReadonlyMap<string, Upstream>,
): void {
  for (const [field, ids] of [
    ["upstreams", request.upstreams],
    ["exclude_upstreams", request.excludeUpstreams],
  ] as const) {
    const unknown = ids.find((id) => !upstreams.has(id));
    if (unknown === undefined) continue;
    const known = [...upstreams.keys()].filter((id) => isAllowed(allow.upstreams, id)).join(", ");
    const description = `there is no upstream ${unknown}; there are: ${known}`;
    const metadata = { upstream: unknown, known };
    throw new GatewayError("INVALID_REQUEST", description, { metadata, violations: [{ field, description }] });
  }
}

/** What the operator lets the caller buy. */
function requireAllowed({ name, allow }: Caller, country: string, service: string): void {
  if (!isAllowed(allow.countries, country)) throw denied(name, "country", country);
  if (!isAllowed(allow.services, service)) throw denied(name, "service", service);
}

/** Whom the operator lets it buy from. */
function requireAllowedUpstream({ name, allow }: Caller, upstream: string): void {
  if (!isAllowed(allow.upstreams, upstream)) throw denied(name, "upstream", upstream);
}

function denied(caller: string, what: "country" | "service" | "upstream", value: string): GatewayError {
  const how = what === "upstream" ? "from the upstream" : `for the ${what}`;
  return new GatewayError("PERMISSION_DENIED", `${caller} may not buy ${how} ${value}`, {
    metadata: { caller, [what]: value },
  });
}
