import type { Logger } from "pino";
import type { Clock } from "../core/clock.ts";
import type { VerificationDesk } from "../core/desks.ts";
import type { Rates } from "../core/rates.ts";
import type { Store } from "../core/store.ts";
import type { Upstream } from "../core/upstream.ts";
import type { Verification } from "../core/verification.ts";
import type { Router } from "../routing/router.ts";
import type { Balances } from "../upstream/balance.ts";
import type { Feed } from "./feed.ts";
import type { NewId } from "./new-id.ts";
import { notConfigured, type SoldAt, soldAt } from "./sold-at.ts";

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
export interface Bought extends SoldAt {
  readonly verification: Verification;
  readonly desk: VerificationDesk;
}

/** Undefined as `soldAt`. */
export function bought(verification: Verification, upstreams: ReadonlyMap<string, Upstream>): Bought | undefined {
  const found = soldAt(verification, upstreams);
  const desk = found?.upstream.desks.verification;
  return found && desk && { ...found, verification, desk };
}

/** As `bought`, for what cannot go on without its upstream. */
export function requireBought(verification: Verification, upstreams: ReadonlyMap<string, Upstream>): Bought {
  const found = bought(verification, upstreams);
  if (!found) throw notConfigured(verification.upstream ?? "");
  return found;
}
