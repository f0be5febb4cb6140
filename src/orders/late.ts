import type { Clock } from "../core/clock.ts";
import type { Verification } from "../core/verification.ts";
import type { Poller } from "./poller.ts";

/** After a verification ran out without a code; many upstreams still answer for a while. */
const LOOKS_AFTER_MS = [8_000, 25_000];
/** What failed by then is not tried again. */
const GIVE_UP_AFTER_MS = 40_000;

/** Polls for verifications that have run out a few times more: what came at the last second is delivered late. */
export function createLateLooks(poller: (verification: Verification) => Poller | undefined, clock: Clock) {
  const planned = new Map<string, readonly (() => void)[]>();

  function callOff(verificationId: string): void {
    for (const cancel of planned.get(verificationId) ?? []) cancel();
    planned.delete(verificationId);
  }

  return {
    add(verification: Verification): void {
      const { verificationId } = verification;
      const polls = poller(verification);
      if (!polls || verification.status !== "EXPIRED") return;
      callOff(verificationId);
      const look = () => polls.add(verification);
      const giveUp = () => {
        callOff(verificationId);
        polls.remove(verificationId);
      };
      planned.set(verificationId, [
        ...LOOKS_AFTER_MS.map((delay) => clock.after(delay, look)),
        clock.after(GIVE_UP_AFTER_MS, giveUp),
      ]);
    },

    stop(): void {
      for (const verificationId of [...planned.keys()]) callOff(verificationId);
    },
  };
}
