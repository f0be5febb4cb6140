import type { Progress } from "../core/desks.ts";
import { GatewayError, type Reason } from "../core/error.ts";
import type { Verification } from "../core/verification.ts";
import { toMessage } from "./messages.ts";
import type { OrderParts } from "./parts.ts";
import { persist } from "./persist.ts";

/** Of one answer; a verification is for one code. */
const MOST_MESSAGES = 100;
const TOO_LATE: readonly Reason[] = ["ALREADY_ENDED", "ALREADY_RECEIVED"];

/**
 * Turns what an upstream said of an order into what is recorded and published. Gives the verification as it is then. Of
 * what comes after its end, messages are added as late, and a refund is booked.
 */
export async function applyProgress(
  verification: Verification,
  progress: Progress,
  parts: Pick<OrderParts, "store" | "feed" | "clock" | "log">,
): Promise<Verification> {
  const { store, feed, clock } = parts;
  const { verificationId } = verification;
  const time = new Date(clock.now());
  const publish = (changed: Verification) => {
    feed.publish(changed);
    return changed;
  };
  try {
    switch (progress.state) {
      case "waiting":
        return verification;
      case "received": {
        const messages = progress.messages.slice(0, MOST_MESSAGES).map((message) => toMessage(message, time));
        const record = () => store.recordMessages(verificationId, messages, time);
        const { verification: changed, added } = await persist(parts, record);
        return added ? publish(changed) : changed;
      }
      case "cancelled": {
        // At the end of its time it is the gateway itself that cancels, or the upstream, which may call that so.
        const status = isOver(verification, time) ? "EXPIRED" : "CANCELLED";
        return publish(await persist(parts, () => store.recordEnd(verificationId, status, progress.refund, time)));
      }
      case "expired":
        return publish(await persist(parts, () => store.recordEnd(verificationId, "EXPIRED", undefined, time)));
    }
  } catch (error) {
    if (!(error instanceof GatewayError) || !TOO_LATE.includes(error.reason)) throw error;
    const { refund } = progress.state === "cancelled" ? progress : {};
    if (refund) return publish(await persist(parts, () => store.recordRefund(verificationId, refund, time)));
    return store.getVerification(verification.caller, verificationId);
  }
}

function isOver({ expireTime }: Verification, time: Date): boolean {
  return expireTime !== undefined && time >= expireTime;
}
