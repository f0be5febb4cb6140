import type { CreateVerificationRequest } from "../../gen/numgate/v1/verification_pb.ts";
import type { Catalog } from "../catalog/catalog.ts";
import type { Strategy, VerificationRequest } from "../core/verification.ts";
import { capabilityFromWire, moneyFromWire, strategyFromWire } from "./convert.ts";

/** The fields that say what is to be bought; the requests that buy and the one that ranks share them. */
export type WireRequest = Pick<
  CreateVerificationRequest,
  | "countryCode"
  | "service"
  | "capability"
  | "strategy"
  | "maxPrice"
  | "minSuccessRate"
  | "upstreams"
  | "excludeUpstreams"
  | "offerId"
  | "areaCode"
> & { readonly labels?: Readonly<Record<string, string>> };

export interface RequestParts {
  readonly catalog: Pick<Catalog, "ready" | "requireCountry" | "requireService">;
  readonly defaultStrategy: Strategy;
}

/** The request in the gateway's own words. Throws UNKNOWN_COUNTRY or UNKNOWN_SERVICE. */
export async function readRequest(
  request: WireRequest,
  { catalog, defaultStrategy }: RequestParts,
  signal: AbortSignal,
): Promise<VerificationRequest> {
  const { countryCode, service, maxPrice } = request;
  // Right after a first start, names that only a catalogue knows are still on their way.
  await catalog.ready(signal);
  return {
    country: countryCode && catalog.requireCountry(countryCode),
    service: service && catalog.requireService(service),
    capability: capabilityFromWire(request.capability) ?? "SMS",
    strategy: strategyFromWire(request.strategy) ?? defaultStrategy,
    maxPrice: maxPrice && moneyFromWire(maxPrice),
    minSuccessRate: request.minSuccessRate,
    upstreams: request.upstreams,
    excludeUpstreams: request.excludeUpstreams,
    offerId: request.offerId || undefined,
    areaCode: request.areaCode || undefined,
    labels: request.labels ?? {},
  };
}
