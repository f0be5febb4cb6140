import { GatewayError } from "../core/error.ts";
import { isTerminal, type Verification } from "../core/verification.ts";
import type { OrderParts } from "./parts.ts";

/** What the upstream and the gateway may differ by in the time of day. */
const GRACE_MS = 3_000;

/** Ends verifications at their time: without a code as EXPIRED, with one as COMPLETED. */
export interface Expiry {
  /** From now on this verification ends by itself; a newer state of it replaces the older. */
  add(verification: Verification): void;
  stop(): void;
}

export interface ExpiryHooks {
  /** Polls a verification once more before it is given up. */
  look(verification: Verification): Promise<void>;
  ended(verification: Verification): void;
}

export function createExpiry({ store, feed, clock, log }: OrderParts, { look, ended }: ExpiryHooks): Expiry {
  const timers = new Map<string, () => void>();
  let stopped = false;

  async function end(verification: Verification): Promise<void> {
    await look(verification);
    while (!stopped && !(await tryToEnd(verification)));
  }

  /** False when its code, or another end, came at the same moment. */
  async function tryToEnd({ verificationId, caller }: Verification): Promise<boolean> {
    const { status, expireTime } = await store.getVerification(caller, verificationId);
    if (isTerminal(status)) return true;
    const time = expireTime ?? new Date(clock.now());
    try {
      const done = status === "RECEIVED" ? "COMPLETED" : "EXPIRED";
      const verification = await store.recordEnd(verificationId, done, undefined, time);
      ended(verification);
      feed.publish(verification);
      return true;
    } catch (error) {
      if (error instanceof GatewayError) return false;
      throw error;
    }
  }

  return {
    add(verification) {
      const { verificationId, status, expireTime } = verification;
      timers.get(verificationId)?.();
      timers.delete(verificationId);
      if (stopped || isTerminal(status) || !expireTime) return;
      const cancel = clock.after(expireTime.getTime() + GRACE_MS - clock.now(), () => {
        timers.delete(verificationId);
        end(verification).catch((error: unknown) => {
          log.error({ err: error, verificationId }, "a verification could not be ended at its time");
        });
      });
      timers.set(verificationId, cancel);
    },

    stop() {
      stopped = true;
      for (const cancel of timers.values()) cancel();
      timers.clear();
    },
  };
}
