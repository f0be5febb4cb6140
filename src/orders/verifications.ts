import type { Caller } from "../core/caller.ts";
import { UNINTERRUPTED } from "../core/clock.ts";
import { GatewayError } from "../core/error.ts";
import type { VerificationFilter, VerificationPage } from "../core/store.ts";
import { isTerminal, type Verification } from "../core/verification.ts";
import { createAnother } from "./another.ts";
import type { CallOptions } from "./buying/once.ts";
import { alreadyEnded, createCanceller, notCancellable } from "./cancel.ts";
import { createCreator, isToBeGivenBack, type ReadRequest } from "./create.ts";
import { createExpiry } from "./expiry.ts";
import { createLateLooks } from "./late.ts";
import { bought, type OrderParts } from "./parts.ts";
import { persist } from "./persist.ts";
import { type Poller, startPoller } from "./poller.ts";
import { tellReady } from "./ready.ts";
import type { RentalsParts } from "./rentals/rentals.ts";
import type { Settlement } from "./settle/settlement.ts";
import type { Witness } from "./settle/witness.ts";
import type { Shelf } from "./shelf.ts";

export interface Verifications {
  /** Buys a number, once for a caller's `requestId` whatever happens; see CreateVerification in the API. */
  create(caller: Caller, options: CallOptions, read: ReadRequest): Promise<Verification>;
  get(caller: Caller, verificationId: string): Promise<Verification>;
  list(caller: Caller, filter: VerificationFilter): Promise<VerificationPage>;
  /** The present state at once, then each change; ends after a terminal one, or when the signal aborts. */
  watch(caller: Caller, verificationId: string, signal: AbortSignal): AsyncGenerator<Verification, void, void>;
  complete(caller: Caller, verificationId: string): Promise<Verification>;
  cancel(caller: Caller, verificationId: string): Promise<Verification>;

  /** Waits for one more code on the same number; see RequestAnotherCode in the API. */
  requestAnother(caller: Caller, verificationId: string): Promise<Verification>;

  /** For those that wait on a rental, whose messages others collect: what becomes of them. */
  readonly waits: RentalsParts["waits"];

  /** The upstream has news of an order: it is asked, ahead of the others' turn. */
  wake(upstream: string, orderRef: string): void;

  /** It was bought although nobody was told: it is waited for like any other. */
  takeUp(verification: Verification): void;

  /** Takes up what an earlier run of the daemon left open. To be called once, before anything else. */
  resume(): Promise<void>;
  /** Ends the polling, and lets purchases and cancels that were sent finish. */
  stop(): Promise<void>;
}

export interface VerificationsParts extends OrderParts {
  readonly shelf: Shelf;
  readonly witness: Witness;
  readonly settlement: Settlement;
}

export function createVerifications(parts: VerificationsParts): Verifications {
  const { upstreams, store, feed, clock, log } = parts;
  const pollers = new Map<string, Poller>();
  for (const upstream of upstreams.values()) {
    if (upstream.desks.verification) pollers.set(upstream.id, startPoller(upstream, parts));
  }
  const canceller = createCanceller(parts, unfollow);
  const creator = createCreator(parts, { bought: follow, cancel: canceller.cancelWhenPossible });
  const late = createLateLooks(({ upstream }) => pollers.get(upstream ?? ""), clock);
  const askForAnother = createAnother(parts, follow);
  const expiry = createExpiry(parts, {
    async lastPoll({ upstream, verificationId }) {
      await pollers.get(upstream ?? "")?.nextPoll(verificationId);
    },
    ended(verification) {
      unfollow(verification);
      late.add(verification);
    },
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
    if (isTerminal(verification.status)) parts.witness.ended(verification);
  }

  /** On a rental: nothing was bought, and the number stays rented. */
  async function stopWaiting({ verificationId }: Verification): Promise<Verification> {
    const cancelled = await persist(parts, () => store.recordEnd(verificationId, "CANCELLED", undefined, now()));
    feed.publish(cancelled);
    unfollow(cancelled);
    return cancelled;
  }

  /** On a rental the next code comes by itself. */
  async function waitAgain({ verificationId }: Verification): Promise<Verification> {
    const waiting = await persist(parts, () => store.recordAnother(verificationId, now()));
    feed.publish(waiting);
    follow(waiting);
    return waiting;
  }

  function followSettled(verification: Verification): void {
    tellReady(verification, parts);
    follow(verification);
  }

  return {
    takeUp: followSettled,

    waits: {
      began: follow,
      received(verification) {
        feed.publish(verification);
        follow(verification);
      },
      async ended({ verificationId, status }) {
        const done = status === "RECEIVED" ? "COMPLETED" : "EXPIRED";
        try {
          const ended = await persist(parts, () => store.recordEnd(verificationId, done, undefined, now()));
          unfollow(ended);
          feed.publish(ended);
        } catch (error) {
          // It ended at the same moment.
          if (!(error instanceof GatewayError)) throw error;
        }
      },
    },

    create: creator.create,
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
      await creator.underWay(verificationId)?.catch(() => undefined);
      const verification = await store.getVerification(caller.name, verificationId);
      if (verification.status === "CANCELLED") return verification;
      if (verification.status === "PENDING") {
        throw new GatewayError("CANCEL_TOO_EARLY", "nobody knows yet whether a number was bought", {
          metadata: { verification_id: verificationId, status: verification.status },
          retryAfterMs: 30_000,
        });
      }
      const isWait = verification.request.rentalId !== undefined;
      if (isWait && verification.status === "WAITING") return stopWaiting(verification);
      // Once it has had a code it is paid for, also while it waits for another.
      if (verification.status !== "WAITING" || verification.messages.length > 0) throw notCancellable(verification);
      return canceller.cancel(verification);
    },

    async requestAnother(caller, verificationId) {
      const verification = await store.getVerification(caller.name, verificationId);
      if (verification.status === "WAITING") return verification;
      if (isTerminal(verification.status)) throw alreadyEnded(verification);
      return verification.request.rentalId === undefined ? askForAnother(verification) : waitAgain(verification);
    },

    wake(upstream, orderRef) {
      pollers.get(upstream)?.wake(orderRef);
    },

    async resume() {
      for (const verification of await store.openVerifications()) {
        if (verification.status === "PENDING") continue;
        follow(verification);
        // It was to be cancelled when the daemon ended. Nobody waits for it now.
        if (isToBeGivenBack(verification)) void canceller.cancelWhenPossible(verification).catch(() => undefined);
      }
    },

    async stop() {
      expiry.stop();
      late.stop();
      await Promise.all([...pollers.values()].map((poller) => poller.stop()));
      await Promise.all([creator.idle(), canceller.stop()]);
    },
  };
}
