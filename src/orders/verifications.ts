import { randomUUID } from "node:crypto";
import type { Caller } from "../core/caller.ts";
import { timeLimit } from "../core/clock.ts";
import { GatewayError, UpstreamFault } from "../core/error.ts";
import type { VerificationFilter, VerificationPage } from "../core/store.ts";
import { isTerminal, type Verification, type VerificationRequest } from "../core/verification.ts";
import type { Candidate } from "../routing/rank.ts";
import { alreadyEnded, createCanceller, notCancellable } from "./cancel.ts";
import { createFindCandidates } from "./candidates.ts";
import { createExpiry } from "./expiry.ts";
import { bought, type OrderParts, UNINTERRUPTED } from "./parts.ts";
import { persist } from "./persist.ts";
import { type Poller, startPoller } from "./poller.ts";
import { chargedTooMuch, createBuyer, tooExpensive, uncertain } from "./purchase.ts";
import type { Shelf } from "./shelf.ts";

/** A caller who sets no deadline is answered within this. */
const LONGEST_PATIENCE_MS = 60_000;
/** Kept back of a caller's deadline, so that the answer reaches it in time. */
const ANSWER_MARGIN = { share: 0.1, mostMs: 1_000 };

export interface CreateOptions {
  /** Empty: one is made, and a lost answer cannot be asked for again. */
  readonly requestId: string;
  /** The same for the same request as it was sent, whatever it means by now. */
  readonly fingerprint: string;
  /** Aborts when the caller has gone away. */
  readonly signal: AbortSignal;
  /** What is left of the caller's deadline. */
  readonly timeoutMs?: number | undefined;
}

/** Says what a request means, or throws why it cannot be served. Not asked when its request id was used before. */
export type ReadRequest = () => VerificationRequest | Promise<VerificationRequest>;

export interface Verifications {
  /** Buys a number, once for a caller's `requestId` whatever happens; see CreateVerification in the API. */
  create(caller: Caller, options: CreateOptions, read: ReadRequest): Promise<Verification>;
  get(caller: Caller, verificationId: string): Promise<Verification>;
  list(caller: Caller, filter: VerificationFilter): Promise<VerificationPage>;
  /** The present state at once, then each change; ends after a terminal one, or when the signal aborts. */
  watch(caller: Caller, verificationId: string, signal: AbortSignal): AsyncGenerator<Verification, void, void>;
  complete(caller: Caller, verificationId: string): Promise<Verification>;
  cancel(caller: Caller, verificationId: string): Promise<Verification>;

  /** Waits for one more code on the same number; see RequestAnotherCode in the API. */
  requestAnother(caller: Caller, verificationId: string): Promise<Verification>;

  /** The upstream has news of an order: it is asked, ahead of the others' turn. */
  wake(upstream: string, orderRef: string): void;

  /** Takes up what an earlier run of the daemon left open. To be called once, before anything else. */
  resume(): Promise<void>;
  /** Ends the polling, and lets purchases and cancels that were sent finish. */
  stop(): Promise<void>;
}

export function createVerifications(parts: OrderParts & { readonly shelf: Shelf }): Verifications {
  const { upstreams, store, feed, clock, log, shelf } = parts;
  const pollers = new Map<string, Poller>();
  for (const upstream of upstreams.values()) {
    if (upstream.desks.verification) pollers.set(upstream.id, startPoller(upstream, parts));
  }
  /** The calls for another code under way, by verification id. */
  const askingAgain = new Map<string, Promise<Verification>>();
  const findCandidates = createFindCandidates(shelf, upstreams, parts.rates);
  const buy = createBuyer(parts);
  /** The purchases under way, by verification id. */
  const buying = new Map<string, Promise<Verification>>();
  const canceller = createCanceller(parts, unfollow);
  const expiry = createExpiry(parts, {
    async lastPoll({ upstream, verificationId }) {
      await pollers.get(upstream ?? "")?.nextPoll(verificationId);
    },
    ended: unfollow,
  });
  const now = () => new Date(clock.now());

  /** Waits for the code of a verification that was bought, until its time. */
  function follow(verification: Verification): void {
    if (verification.status === "WAITING") pollers.get(verification.upstream ?? "")?.add(verification);
    expiry.add(verification);
  }

  function unfollow(verification: Verification): void {
    pollers.get(verification.upstream ?? "")?.remove(verification.verificationId);
    expiry.add(verification);
  }

  function purchase(
    wish: Verification,
    candidates: readonly Candidate[],
    caller: Caller,
    patience: AbortSignal,
  ): Promise<Verification> {
    const { verificationId } = wish;
    const running = buy(wish, candidates, caller, patience)
      .then((verification) => keepOrCancel(verification, caller))
      .finally(() => buying.delete(verificationId));
    buying.set(verificationId, running);
    return running;
  }

  /** An upstream may charge more than it listed: then the number goes back at once. */
  async function keepOrCancel(verification: Verification, caller: Caller): Promise<Verification> {
    follow(verification);
    if (!chargedTooMuch(verification, caller, parts.rates)) return verification;
    const { verificationId, upstream } = verification;
    log.warn({ verificationId, upstream }, "charged above the maximum");
    try {
      await canceller.cancelWhenPossible(verification);
    } catch (error) {
      const reason = error instanceof GatewayError ? error.reason : "an internal error";
      throw tooExpensive(verification, `; it is not cancelled yet (${reason})`);
    }
    throw tooExpensive(verification, "; it was cancelled");
  }

  async function askAgain(verification: Verification): Promise<Verification> {
    const { verificationId, upstream = "" } = verification;
    const metadata = { verification_id: verificationId, upstream };
    const found = bought(verification, upstreams);
    const ask = found?.desk.another;
    if (!found || !ask) {
      throw new GatewayError("NOT_SUPPORTED", `${upstream || "no upstream"} cannot send another code to this number`, {
        metadata,
      });
    }
    try {
      await found.upstream.run("another", () => ask(found.order, UNINTERRUPTED));
    } catch (error) {
      if (!(error instanceof UpstreamFault)) throw error;
      throw new GatewayError("UPSTREAMS_UNAVAILABLE", `${upstream} did not say whether it sends another code`, {
        metadata,
        retryAfterMs: 5_000,
      });
    }
    const waiting = await persist(parts, () => store.recordAnother(verificationId));
    feed.publish(waiting);
    follow(waiting);
    return waiting;
  }

  /** An earlier call with the same request id: its purchase is waited for, never repeated. */
  async function earlier(verification: Verification): Promise<Verification> {
    if (verification.status !== "PENDING") return verification;
    const running = buying.get(verification.verificationId);
    if (running) return running;
    const present = await store.getVerification(verification.caller, verification.verificationId);
    if (present.status !== "PENDING") return present;
    throw uncertain(present.verificationId, present.attempts.at(-1)?.upstream ?? "an upstream");
  }

  return {
    async create(caller, { requestId, fingerprint, signal, timeoutMs = LONGEST_PATIENCE_MS }, read) {
      const whole = Math.min(timeoutMs, LONGEST_PATIENCE_MS);
      const marginMs = Math.min(whole * ANSWER_MARGIN.share, ANSWER_MARGIN.mostMs);
      const patience = timeLimit(clock, whole - marginMs);
      const answer = (purchase: Promise<Verification>, verificationId: string) =>
        withinPatience(purchase, verificationId, patience.signal, () => timeLimit(clock, marginMs / 2).signal);
      const gone = AbortSignal.any([signal, patience.signal]);
      try {
        const known = requestId === "" ? undefined : await store.findRequest(caller.name, requestId, fingerprint);
        if (known) return await answer(earlier(known), known.verificationId);
        const request = await read();
        const candidates = await findCandidates(request, caller, gone);
        const wish = {
          verificationId: `ver_${randomUUID().replaceAll("-", "")}`,
          caller,
          requestId: requestId || randomUUID(),
          fingerprint,
          request,
          time: now(),
        };
        const { verification, created } = await store.createVerification(wish);
        const bought = created ? purchase(verification, candidates, caller, gone) : earlier(verification);
        return await answer(bought, verification.verificationId);
      } finally {
        patience.callOff();
      }
    },

    get: (caller, verificationId) => store.getVerification(caller.name, verificationId),

    list: (caller, filter) => store.listVerifications(caller.name, filter),

    async *watch(caller, verificationId, signal) {
      const reading = new AbortController();
      // Before the state is read, so that no change falls between the two.
      const changes = feed.subscribe(verificationId, AbortSignal.any([signal, reading.signal]));
      try {
        let shown = await store.getVerification(caller.name, verificationId);
        yield shown;
        if (isTerminal(shown.status)) return;
        for await (const changed of changes) {
          if (changed.version <= shown.version) continue;
          shown = changed;
          yield shown;
          if (isTerminal(shown.status)) return;
        }
      } finally {
        reading.abort();
      }
    },

    async complete(caller, verificationId) {
      const verification = await store.getVerification(caller.name, verificationId);
      if (verification.status === "COMPLETED") return verification;
      if (isTerminal(verification.status)) throw alreadyEnded(verification);
      if (verification.status !== "RECEIVED") {
        throw new GatewayError("NOT_SUPPORTED", "no code has arrived; cancel the verification to release its number", {
          metadata: { verification_id: verificationId, status: verification.status },
        });
      }
      const found = bought(verification, upstreams);
      const tell = found?.desk.complete;
      if (found && tell) {
        await found.upstream
          .run("complete", () => tell(found.order, UNINTERRUPTED))
          .catch((error: unknown) => {
            log.warn({ err: error, verificationId }, "the upstream could not be told that the code was used");
          });
      }
      const completed = await persist(parts, () => store.recordEnd(verificationId, "COMPLETED", undefined, now()));
      feed.publish(completed);
      unfollow(completed);
      return completed;
    },

    async cancel(caller, verificationId) {
      await buying.get(verificationId)?.catch(() => undefined);
      const verification = await store.getVerification(caller.name, verificationId);
      if (verification.status === "CANCELLED") return verification;
      if (verification.status === "PENDING") {
        throw new GatewayError("CANCEL_TOO_EARLY", "nobody knows yet whether a number was bought", {
          metadata: { verification_id: verificationId, status: verification.status },
          retryAfterMs: 30_000,
        });
      }
      // Once it has had a code it is paid for, also while it waits for another.
      if (verification.status !== "WAITING" || verification.messages.length > 0) throw notCancellable(verification);
      return canceller.cancel(verification);
    },

    async requestAnother(caller, verificationId) {
      const verification = await store.getVerification(caller.name, verificationId);
      if (verification.status === "WAITING") return verification;
      if (isTerminal(verification.status)) throw alreadyEnded(verification);
      const running =
        askingAgain.get(verificationId) ?? askAgain(verification).finally(() => askingAgain.delete(verificationId));
      askingAgain.set(verificationId, running);
      return running;
    },

    wake(upstream, orderRef) {
      pollers.get(upstream)?.wake(orderRef);
    },

    async resume() {
      for (const verification of await store.openVerifications()) {
        if (verification.status === "PENDING") await settleInterrupted(verification);
        else await takeUp(verification);
      }
    },

    async stop() {
      expiry.stop();
      await Promise.all([...pollers.values()].map((poller) => poller.stop()));
      await Promise.allSettled([...buying.values(), canceller.idle()]);
    },
  };

  async function takeUp(verification: Verification): Promise<void> {
    follow(verification);
    const tooMuch = verification.status === "WAITING" && chargedTooMuch(verification, NO_BOUNDS, parts.rates);
    // It was to be cancelled when the daemon ended. Nobody waits for it now.
    if (tooMuch) void canceller.cancelWhenPossible(verification).catch(() => undefined);
  }

  /** A purchase that the daemon's end cut short: sent, nobody knows what became of it; never sent, it failed. */
  async function settleInterrupted({ verificationId, attempts }: Verification): Promise<void> {
    const last = attempts.at(-1);
    if (!last || last.outcome === "REFUSED") await store.recordFailure(verificationId, now());
    else if (last.outcome === undefined) await store.recordUncertain(verificationId, now());
  }
}

/** What a caller may pay at most is not kept with a verification; what it asked for is. */
const NO_BOUNDS: Pick<Caller, "budget"> = { budget: {} };

/**
 * The caller is answered in time, while a purchase that was sent goes on and stays theirs. One that was not sent ends by
 * itself once patience is over, with a better reason: it has the grace for that.
 */
function withinPatience(
  purchase: Promise<Verification>,
  verificationId: string,
  patience: AbortSignal,
  grace: () => AbortSignal,
): Promise<Verification> {
  return new Promise((resolve, reject) => {
    const giveUp = () => {
      reject(
        new GatewayError("PURCHASE_UNCERTAIN", `the purchase of ${verificationId} is still under way`, {
          metadata: { verification_id: verificationId },
        }),
      );
    };
    const onAbort = () => grace().addEventListener("abort", giveUp, { once: true });
    patience.addEventListener("abort", onAbort, { once: true });
    purchase.then(resolve, reject).finally(() => patience.removeEventListener("abort", onAbort));
  });
}
