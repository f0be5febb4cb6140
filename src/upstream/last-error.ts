import type { Clock } from "../core/clock.ts";
import type { Verb } from "../core/desks.ts";
import { GatewayError, type Reason, UpstreamFault } from "../core/error.ts";
import type { CallFailure } from "../core/upstream.ts";

/** Refusals that are the upstream's trouble, or the account's: an operator wants to know. */
const TROUBLE: readonly Reason[] = ["UPSTREAM_CREDENTIALS", "UPSTREAM_FUNDS", "UPSTREAMS_UNAVAILABLE"];

/** What no caller asked for: nothing but the upstream, or the account, can be why it is refused. */
const OWN: readonly Verb[] = ["listings", "balance", "weigh", "recent", "rentals"];

/** Remembers the last call that failed for the upstream's sake. */
export function createLastError(clock: Clock) {
  let last: CallFailure | undefined;
  return {
    failed(verb: Verb, error: unknown): void {
      const isRefusal = error instanceof GatewayError;
      if (!isRefusal && !(error instanceof UpstreamFault)) return;
      if (isRefusal && !TROUBLE.includes(error.reason) && !OWN.includes(verb)) return;
      last = { message: error.message, time: new Date(clock.now()) };
    },
    get: () => last,
  };
}
