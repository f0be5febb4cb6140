import type { Clock } from "../core/clock.ts";
import { GatewayError, type Reason, UpstreamFault } from "../core/error.ts";
import type { UpstreamHealth, UpstreamState, Verb } from "../core/upstream.ts";

/** Faults in a row after which an upstream counts as out of reach. */
const UNREACHABLE_AFTER = 5;

const STATE_OF: Partial<Record<Reason, UpstreamState>> = {
  UPSTREAM_CREDENTIALS: "CREDENTIALS_REJECTED",
  UPSTREAM_FUNDS: "OUT_OF_FUNDS",
};

/** What costs money. */
const PAID: readonly Verb[] = ["buy", "rent", "extend", "buyEsim"];

/** What only an upstream says: it was reached. */
const ANSWERS: readonly Reason[] = [
  "NO_NUMBERS",
  "NO_OFFERS",
  "CANCEL_TOO_EARLY",
  "UPSTREAM_CREDENTIALS",
  "UPSTREAM_FUNDS",
];

/** What the last calls to an upstream said about it. */
export function createHealth(clock: Clock) {
  let faults = 0;
  let standing: UpstreamState | undefined;
  let lastError: UpstreamHealth["lastError"];

  return {
    succeeded(verb: Verb): void {
      faults = 0;
      // Only a purchase shows that the account has money again.
      if (standing !== "OUT_OF_FUNDS" || PAID.includes(verb)) standing = undefined;
    },

    failed(error: unknown): void {
      if (error instanceof GatewayError && ANSWERS.includes(error.reason)) faults = 0;
      if (error instanceof UpstreamFault) faults += 1;
      else if (error instanceof GatewayError && STATE_OF[error.reason]) standing = STATE_OF[error.reason];
      else return;
      lastError = { message: error.message, time: new Date(clock.now()) };
    },

    state(): UpstreamHealth {
      const reach = faults >= UNREACHABLE_AFTER ? "UNREACHABLE" : faults > 0 ? "DEGRADED" : "READY";
      return { state: standing ?? reach, ...(lastError && { lastError }) };
    },
  };
}
