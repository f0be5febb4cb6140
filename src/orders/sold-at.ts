import type { BoughtOrder } from "../core/desks.ts";
import { GatewayError } from "../core/error.ts";
import type { Upstream } from "../core/upstream.ts";
import type { Verification } from "../core/verification.ts";

/** Where something was bought, and what it is called there. */
export interface SoldAt {
  readonly upstream: Upstream;
  readonly order: BoughtOrder;
}

/** Undefined when it was not bought, or its upstream is not configured any more, or is now at another provider. */
export function soldAt(
  bought: Pick<Verification, "upstream" | "provider" | "orderRef" | "offerRef" | "numberAsSold">,
  upstreams: ReadonlyMap<string, Upstream>,
): SoldAt | undefined {
  const { orderRef, offerRef, numberAsSold } = bought;
  const upstream = upstreams.get(bought.upstream ?? "");
  if (!upstream || upstream.provider !== bought.provider) return undefined;
  if (orderRef === undefined || offerRef === undefined || numberAsSold === undefined) return undefined;
  return { upstream, order: { orderRef, offerRef, numberAsSold } };
}

/** What cannot go on without its upstream. */
export function notConfigured(upstream: string): GatewayError {
  return new GatewayError("UPSTREAMS_UNAVAILABLE", `the upstream ${upstream} is not configured`, {
    metadata: { upstream },
    retryAfterMs: 60_000,
  });
}
