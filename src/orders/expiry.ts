import { GatewayError } from "../core/error.ts";
import { isTerminal, type Verification } from "../core/verification.ts";
import type { OrderParts } from "./parts.ts";
import { persist } from "./persist.ts";

/** What the upstream and the gateway may differ by in the time of day. */
const GRACE_MS = 3_000;
/** After a failure of the store, or of the upstream that is to be told. */
const TRY_AGAIN_MS = 10_000;

/** Ends verifications at their time: without a code as EXPIRED, with one as COMPLETED. */
export interface Expiry {
  /** From now on this verification ends by itself; a newer state of it replaces the older. */
  add(verification: Verification): void;
  stop(): void;
}

export interface ExpiryHooks {
  /** Resolves when the verification was polled once more. */
  lastPoll(verification: Verification): Promise<void>;
  /**
   * Ends one without a code as EXPIRED. Throws UPSTREAMS_UNAVAILABLE when that is to be tried again, another GatewayError
   * when its code, or another end, came at the same moment.
   */
  expire(verification: Verification, time: Date): Promise<unknown>;
  ended(verification: Verification): void;
}

export function createExpiry(parts: OrderParts, { lastPoll, expire, ended }: ExpiryHooks): Expiry {
  const { store, feed, clock, log } = parts;
  const timers = new Map<string, () => void>();
  let stopped = false;

  async function end(verification: Verification): Promise<void> {
    await lastPoll(verification);
    while (!stopped && !(await tryToEnd(verification)));
  }

  /** False when its code, or another end, came at the same moment. */
  async function tryToEnd({ verificationId, caller }: Verification): Promise<boolean> {
    const present = await store.getVerification(caller, verificationId);
    const { status, expireTime } = present;
    if (isTerminal(status)) {
      ended(present);
      return true;
    }
    const time = expireTime ?? new Date(clock.now());
    try {
      if (status === "RECEIVED") await complete(verificationId, time);
      else await expire(present, time);
      return true;
    } catch (error) {
      if (error instanceof GatewayError && error.reason !== "UPSTREAMS_UNAVAILABLE") return false;
      throw error;
    }
  }

  async function complete(verificationId: string, time: Date): Promise<void> {
    const verification = await persist(parts, () => store.recordEnd(verificationId, "COMPLETED", undefined, time));
    ended(verification);
    feed.publish(verification);
  }

  function endIn(delayMs: number, verification: Verification): void {
    const { verificationId } = verification;
    const cancel = clock.after(delayMs, () => {
      timers.delete(verificationId);
      end(verification).catch((error: unknown) => {
        if (!(error instanceof GatewayError)) {
          log.error({ err: error, verificationId }, "a verification could not be ended at its time");
        }
        if (!stopped) endIn(TRY_AGAIN_MS, verification);
      });
    });
    timers.set(verificationId, cancel);
  }

  return {
    add(verification) {
      const { verificationId, status, expireTime } = verification;
      timers.get(verificationId)?.();
      timers.delete(verificationId);
      if (stopped || isTerminal(status) || !expireTime) return;
      endIn(expireTime.getTime() + GRACE_MS - clock.now(), verification);
    },

    stop() {
      stopped = true;
      for (const cancel of timers.values()) cancel();
      timers.clear();
    },
  };
}
