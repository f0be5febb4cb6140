import { UNINTERRUPTED } from "../core/clock.ts";
import type { Progress } from "../core/desks.ts";
import { GatewayError, UpstreamFault } from "../core/error.ts";
import type { Money } from "../core/money.ts";
import type { Verification } from "../core/verification.ts";
import { type Bought, bought, type OrderParts, requireBought } from "./parts.ts";
import { persist } from "./persist.ts";
import { applyProgress } from "./progress.ts";
import type { WatchRefund } from "./refund.ts";
import { createRetries } from "./retries.ts";
import { createSingleFlight } from "./single-flight.ts";
import { createUnanswered, MAY_BE_BACK } from "./unanswered.ts";

/** When to try again where an upstream does not say how long it keeps a number. */
const NOT_YET_MS = 30_000;
/** After its end a verification is kept open for so long, where its upstream is to be told and does not answer. */
const GIVEN_BACK_WITHIN_MS = 10 * 60_000;

export interface CancelHooks {
  /** It is to be cancelled then, in Unix milliseconds; undefined: it is not any more. */
  cancelsAt(verification: Verification, time: number | undefined): void;
  /** Resolves when the verification was polled once more. */
  lastPoll(verification: Verification): Promise<void>;
  ended(verification: Verification): void;
}

/** Releases numbers. Two cancels of one verification at the same time are one. */
export function createCanceller(
  parts: OrderParts & { readonly watchRefund: WatchRefund },
  { cancelsAt, lastPoll, ended }: CancelHooks,
) {
  const { upstreams, store, feed, clock, router, log, watchRefund } = parts;
  const flights = createSingleFlight<Verification>();
  const retries = createRetries(clock);
  let stopped = false;
  const unanswered = createUnanswered("cancel", openIds, parts);

  async function openIds(): Promise<readonly string[]> {
    return (await store.openVerifications()).map(({ verificationId }) => verificationId);
  }

  async function cancel(verification: Verification): Promise<Verification> {
    refuseTooEarly(verification, clock.now());
    const found = requireBought(verification, upstreams);
    router.calledOff(verification.verificationId);
    const refund = await giveBack(found);
    return end(verification, "CANCELLED", refund, new Date(clock.now()));
  }

  function giveBack(found: Bought): Promise<Money | undefined> {
    const { upstream, desk, order, verification } = found;
    return watchRefund(upstream, verification.price, () =>
      upstream
        .run("cancel", () => unanswered.ask(verification.verificationId, () => desk.cancel(order, UNINTERRUPTED)))
        .catch((error: unknown) => afterRefusal(found, error)),
    );
  }

  async function expire(verification: Verification, time: Date): Promise<Verification> {
    const { verificationId, status, messages, expireTime } = verification;
    const found = bought(verification, upstreams);
    const isPaid = found?.upstream.paidUntilCancelled && status === "WAITING" && messages.length === 0;
    let refund: Money | undefined;
    try {
      refund = isPaid ? await giveBack(found) : undefined;
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      const isLate = clock.now() > (expireTime?.getTime() ?? 0) + GIVEN_BACK_WITHIN_MS;
      if (error.reason === "UPSTREAMS_UNAVAILABLE" && !isLate) throw error;
      log.warn({ verificationId, reason: error.reason }, "a number without a code may still be paid for");
    }
    return end(verification, "EXPIRED", refund, time);
  }

  async function end(
    { verificationId, caller }: Verification,
    status: "CANCELLED" | "EXPIRED",
    refund: Money | undefined,
    time: Date,
  ): Promise<Verification> {
    try {
      const done = await persist(parts, () => store.recordEnd(verificationId, status, refund, time));
      feed.publish(done);
      unanswered.over(verificationId);
      ended(done);
      return done;
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      // Its code, or another end, was recorded first. What came back came back all the same.
      const present = refund
        ? await persist(parts, () => store.recordRefund(verificationId, refund, time))
        : await store.getVerification(caller, verificationId);
      if (refund) feed.publish(present);
      // A poll that was under way has seen it.
      if (present.status === status) return present;
      throw error;
    }
  }

  /**
   * A refused cancel often means that the code has just come, an unanswered one, or one that is refused after it, that it
   * was done: one look tells. Gives what came back once that is certain, else throws.
   */
  async function afterRefusal(found: Bought, error: unknown): Promise<{ readonly refund?: Money }> {
    const { verification } = found;
    const { verificationId } = verification;
    const unknown = error instanceof UpstreamFault;
    if (!unknown && !(error instanceof GatewayError)) throw error;
    if (error instanceof GatewayError && error.reason === "CANCEL_TOO_EARLY") {
      throw tooEarly(verification, error.retryAfterMs ?? NOT_YET_MS);
    }
    if (error instanceof GatewayError && ![...MAY_BE_BACK, "NOT_SUPPORTED"].includes(error.reason)) throw error;
    const mayBeDone = await unanswered.has(verificationId);
    const progress = await look(found);
    if (progress?.state === "cancelled") return { refund: progress.refund };
    if (mayBeDone && progress?.state === "waiting" && progress.isUnknown) return {};
    const seen = progress ? await applyProgress(verification, progress, parts) : verification;
    // Another poll saw it first.
    if (seen.status === "CANCELLED" || seen.status === "EXPIRED") return {};
    if (seen.status !== "WAITING") throw notCancellable(seen);
    if (unknown || mayBeDone) throw didNotSay(verification, unknown);
    if (error.reason === "NOT_FOUND" || error.reason === "NOT_SUPPORTED") throw error;
    // Some upstreams have one word for "not any more" and "not yet": the order is still open, so it was the latter.
    throw tooEarly(verification, NOT_YET_MS);
  }

  /** Undefined when that fails. */
  async function look({ upstream, desk, order }: Bought): Promise<Progress | undefined> {
    try {
      return await upstream.run("collect", () => desk.check(order, UNINTERRUPTED));
    } catch (error) {
      return error instanceof GatewayError && error.reason === "NOT_FOUND"
        ? { state: "waiting", isUnknown: true }
        : undefined;
    }
  }

  function cancelOnce(verification: Verification): Promise<Verification> {
    return flights.run(verification.verificationId, () => cancel(verification));
  }

  /** Tries again for as long as the upstream keeps the number, and the verification waits for its code. */
  async function cancelWhenPossible(verification: Verification): Promise<Verification> {
    try {
      return await cancelOnce(verification);
    } catch (error) {
      const again = error instanceof GatewayError ? error.retryAfterMs : undefined;
      if (again === undefined) cancelsAt(verification, undefined);
      else cancelIn(again, verification);
      throw error;
    }
  }

  function cancelIn(delayMs: number, verification: Verification): void {
    if (stopped) return;
    cancelsAt(verification, clock.now() + delayMs);
    retries.after(delayMs, verification.verificationId, () => cancelLast(verification));
  }

  /** A code that is there is not given away. */
  async function cancelLast(verification: Verification): Promise<void> {
    const { caller, verificationId } = verification;
    try {
      await lastPoll(verification);
      if (stopped) return;
      const present = await store.getVerification(caller, verificationId);
      if (present.status === "WAITING" && present.messages.length === 0) await cancelWhenPossible(present);
    } catch (error) {
      log.warn({ err: error, verificationId }, "a number that cost too much is not cancelled yet");
    }
  }

  return {
    /**
     * Of a verification that is WAITING. Throws ALREADY_RECEIVED when the code was first, CANCEL_TOO_EARLY while the
     * upstream keeps the number, UPSTREAMS_UNAVAILABLE when it does not answer.
     */
    cancel: cancelOnce,

    /**
     * Ends a verification whose time is over. What is paid for until it is cancelled is cancelled first, as `cancel`;
     * throws UPSTREAMS_UNAVAILABLE while that may be had by another try. Throws when its code, or another end, was first.
     */
    expire: (verification: Verification, time: Date): Promise<Verification> =>
      flights.run(verification.verificationId, () => expire(verification, time)),

    /** As `cancel`; where trying again may help, that is done in the background. */
    cancelWhenPossible,

    /** As `cancelWhenPossible`, in the background, as soon as the upstream takes the number and it was polled once more. */
    cancelLater(verification: Verification): void {
      cancelIn(Math.max((verification.cancellableTime?.getTime() ?? 0) - clock.now(), 0), verification);
    },

    /** Calls off what was to be tried again, and lets the cancels under way finish. */
    stop(): Promise<void> {
      stopped = true;
      retries.stop();
      return flights.idle();
    },
  };
}

/** Some upstreams keep a number for its first minutes: they are not asked before. */
function refuseTooEarly(verification: Verification, now: number): void {
  const wait = (verification.cancellableTime?.getTime() ?? 0) - now;
  if (wait > 0) throw tooEarly(verification, wait);
}

function tooEarly({ verificationId, upstream = "" }: Verification, retryAfterMs: number): GatewayError {
  const seconds = Math.ceil(retryAfterMs / 1000);
  return new GatewayError("CANCEL_TOO_EARLY", `${upstream} does not take the number back yet, try in ${seconds} s`, {
    metadata: { verification_id: verificationId, upstream },
    retryAfterMs,
  });
}

/** A cancel was sent, and nobody knows what became of it. */
function didNotSay({ verificationId, upstream = "" }: Verification, isNew: boolean): GatewayError {
  const message = isNew
    ? `${upstream} did not say whether it cancelled; the number is kept`
    : `${upstream} did not answer a cancel and refuses another: nobody knows whether it cancelled; the number is kept`;
  return new GatewayError("UPSTREAMS_UNAVAILABLE", message, {
    metadata: { upstream, verification_id: verificationId },
    retryAfterMs: isNew ? 5_000 : NOT_YET_MS,
  });
}

/** Why a verification that is not WAITING for its first code cannot be cancelled. */
export function notCancellable(verification: Verification): GatewayError {
  const { verificationId, status } = verification;
  const received = verification.messages.length > 0 || status === "RECEIVED" || status === "COMPLETED";
  if (!received) return alreadyEnded(verification);
  return new GatewayError("ALREADY_RECEIVED", "the code has arrived; the number is paid for", {
    metadata: { verification_id: verificationId, status },
  });
}

export function alreadyEnded({ verificationId, status }: Verification): GatewayError {
  return new GatewayError("ALREADY_ENDED", `the verification has ended as ${status}`, {
    metadata: { verification_id: verificationId, status },
  });
}
