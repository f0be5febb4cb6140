import type { Clock } from "../core/clock.ts";
import { GatewayError, type Reason, UpstreamFault } from "../core/error.ts";
import type { CallFailure } from "../core/upstream.ts";

/** Refusals that are the upstream's trouble, or the account's: an operator wants to know. */
const TROUBLE: readonly Reason[] = ["UPSTREAM_CREDENTIALS", "UPSTREAM_FUNDS"];

/** Remembers the last call that failed for the upstream's sake. */
export function createLastError(clock: Clock) {
  let last: CallFailure | undefined;
  return {
    failed(error: unknown): void {
      const counts =
        error instanceof UpstreamFault || (error instanceof GatewayError && TROUBLE.includes(error.reason));
      if (counts) last = { message: error.message, time: new Date(clock.now()) };
    },
    get: () => last,
  };
}
