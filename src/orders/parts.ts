import type { Logger } from "pino";
import type { Clock } from "../core/clock.ts";
import { GatewayError } from "../core/error.ts";
import type { Rates } from "../core/rates.ts";
import type { Store } from "../core/store.ts";
import type { BoughtOrder, Upstream, VerificationDesk } from "../core/upstream.ts";
import type { Verification } from "../core/verification.ts";
import type { Router } from "../routing/router.ts";
import type { Balances } from "../upstream/balance.ts";
import type { Feed } from "./feed.ts";
import type { NewId } from "./new-id.ts";

/** What everything about orders works with. */
export interface OrderParts {
  readonly upstreams: ReadonlyMap<string, Upstream>;
  readonly balances: Balances;
  readonly rates: Rates;
  readonly router: Pick<Router, "rank" | "rankRentals" | "calledOff">;
  readonly store: Store;
  readonly feed: Feed;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly log: Logger;
}

/** A verification that was bought, beside where it can be asked about. */
export interface Bought {
  readonly verification: Verification;
  readonly upstream: Upstream;
  readonly desk: VerificationDesk;
  readonly order: BoughtOrder;
}

/** Undefined when it was not bought, or its upstream is not configured any more, or is now at another provider. */
export function bought(verification: Verification, upstreams: ReadonlyMap<string, Upstream>): Bought | undefined {
  const { orderRef, offerRef, numberAsSold } = verification;
  const upstream = upstreams.get(verification.upstream ?? "");
  const desk = upstream?.desks.verification;
  if (
    !desk ||
    upstream.provider !== verification.provider ||
    orderRef === undefined ||
    offerRef === undefined ||
    numberAsSold === undefined
  )
    return undefined;
  return { verification, upstream, desk, order: { orderRef, offerRef, numberAsSold } };
}

/** As `bought`, for what cannot go on without its upstream. */
export function requireBought(verification: Verification, upstreams: ReadonlyMap<string, Upstream>): Bought {
  const found = bought(verification, upstreams);
  if (found) return found;
  const upstream = verification.upstream ?? "";
  throw new GatewayError("UPSTREAMS_UNAVAILABLE", `the upstream ${upstream} is not configured`, {
    metadata: { upstream },
    retryAfterMs: 60_000,
  });
}
