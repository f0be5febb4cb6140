import { UNINTERRUPTED } from "../core/clock.ts";
import { GatewayError, UpstreamFault } from "../core/error.ts";
import type { Verification } from "../core/verification.ts";
import { bought, type OrderParts } from "./parts.ts";
import { persist } from "./persist.ts";
import { createSingleFlight } from "./single-flight.ts";

/**
 * Asks upstreams for one more code, of verifications that are RECEIVED. Two calls for one verification at the same time
 * are one.
 */
export function createAnother(parts: OrderParts, follow: (verification: Verification) => void) {
  const { upstreams, store, feed, clock } = parts;
  const flights = createSingleFlight<Verification>();

  async function ask(verification: Verification): Promise<Verification> {
    const { verificationId, upstream = "" } = verification;
    const metadata = { verification_id: verificationId, upstream };
    const found = bought(verification, upstreams);
    const { another } = found?.desk ?? {};
    if (!found || !another) {
      throw new GatewayError("NOT_SUPPORTED", `${upstream || "no upstream"} cannot send another code to this number`, {
        metadata,
      });
    }
    try {
      await found.upstream.run("another", () => another(found.order, UNINTERRUPTED));
    } catch (error) {
      if (!(error instanceof UpstreamFault)) throw error;
      throw new GatewayError("UPSTREAMS_UNAVAILABLE", `${upstream} did not say whether it sends another code`, {
        metadata,
        retryAfterMs: 5_000,
      });
    }
    const time = new Date(clock.now());
    const waiting = await persist(parts, () => store.recordAnother(verificationId, time));
    feed.publish(waiting);
    follow(waiting);
    return waiting;
  }

  return (verification: Verification): Promise<Verification> =>
    flights.run(verification.verificationId, () => ask(verification));
}
