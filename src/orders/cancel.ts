import { GatewayError, UpstreamFault } from "../core/error.ts";
import type { Money } from "../core/money.ts";
import type { Verification } from "../core/verification.ts";
import { type Bought, type OrderParts, requireBought, UNINTERRUPTED } from "./parts.ts";
import { applyProgress } from "./progress.ts";
import { createRefundWitness } from "./refund.ts";

/** Releases numbers. Two cancels of one verification at the same time are one. */
export function createCanceller(parts: OrderParts) {
  const { upstreams, store, feed, clock, balances } = parts;
  const underWay = new Map<string, Promise<Verification>>();
  const witness = createRefundWitness(balances, clock);

  async function cancel(verification: Verification): Promise<Verification> {
    const found = requireBought(verification, upstreams);
    let refund: Money | undefined;
    try {
      refund = await witness.cancel(found);
    } catch (error) {
      return afterRefusal(found, error);
    }
    return end(found, refund);
  }

  async function end({ verification }: Bought, refund: Money | undefined): Promise<Verification> {
    const time = new Date(clock.now());
    const ended = await store.recordEnd(verification.verificationId, "CANCELLED", refund, time);
    feed.publish(ended);
    return ended;
  }

  /** A refused cancel often means that the code has just come, an unanswered one that it was done: one look tells. */
  async function afterRefusal(found: Bought, error: unknown): Promise<Verification> {
    const { upstream, desk, order, verification } = found;
    const unknown = error instanceof UpstreamFault;
    if (!unknown && !(error instanceof GatewayError)) throw error;
    if (error instanceof GatewayError && !["ALREADY_RECEIVED", "ALREADY_ENDED"].includes(error.reason)) throw error;
    const progress = await upstream.run("check", () => desk.check(order, UNINTERRUPTED)).catch(() => undefined);
    const seen = progress ? await applyProgress(verification, progress, parts) : verification;
    if (seen.status === "CANCELLED") return seen;
    if (seen.status !== "WAITING") throw notCancellable(seen);
    if (!unknown) throw error;
    throw new GatewayError(
      "UPSTREAMS_UNAVAILABLE",
      `${upstream.id} did not say whether it cancelled; the number is kept`,
      {
        metadata: { upstream: upstream.id, verification_id: verification.verificationId },
        retryAfterMs: 5_000,
      },
    );
  }

  return {
    /** Of a verification that is WAITING. Throws ALREADY_RECEIVED when the code was first. */
    cancel(verification: Verification): Promise<Verification> {
      const { verificationId } = verification;
      const running =
        underWay.get(verificationId) ?? cancel(verification).finally(() => underWay.delete(verificationId));
      underWay.set(verificationId, running);
      return running;
    },

    /** Resolves when no cancel is under way. */
    async idle(): Promise<void> {
      await Promise.allSettled(underWay.values());
    },
  };
}

/** Some upstreams keep a number for its first minutes: they are not asked before. */
export function refuseTooEarly({ verificationId, upstream = "", cancellableTime }: Verification, now: number): void {
  const wait = (cancellableTime?.getTime() ?? 0) - now;
  if (wait <= 0) return;
  throw new GatewayError("CANCEL_TOO_EARLY", `${upstream} takes the number back in ${Math.ceil(wait / 1000)} s`, {
    metadata: { verification_id: verificationId, upstream },
    retryAfterMs: wait,
  });
}

/** Why a verification that is not WAITING cannot be cancelled. */
export function notCancellable({ verificationId, status }: Verification): GatewayError {
  const details = { metadata: { verification_id: verificationId, status } };
  return status === "RECEIVED" || status === "COMPLETED"
    ? new GatewayError("ALREADY_RECEIVED", "the code has arrived; the number is paid for", details)
    : new GatewayError("ALREADY_ENDED", `the verification has ended as ${status}`, details);
}
