import type { Caller } from "../core/caller.ts";
import { atMost, UNINTERRUPTED } from "../core/clock.ts";
import type { Progress } from "../core/desks.ts";
import { GatewayError } from "../core/error.ts";
import type { OrderFilter, Page } from "../core/records.ts";
import {
  isTerminal,
  type Verification,
  type VerificationRequest,
  type VerificationStatus,
} from "../core/verification.ts";
import type { Ranking } from "../routing/rank.ts";
import { createAnother } from "./another.ts";
import type { CallOptions } from "./buying/once.ts";
import { alreadyEnded, createCanceller, notCancellable } from "./cancel.ts";
import { createFindCandidates } from "./candidates.ts";
import { createCreator, isToBeGivenBack, type ReadRequest } from "./create.ts";
import { createExpiry } from "./expiry.ts";
import { bought, type OrderParts } from "./parts.ts";
import { persist } from "./persist.ts";
import { createLaws } from "./polling/laws.ts";
import type { Loops } from "./polling/loops.ts";
import { createPoller, type Poller } from "./polling/poller.ts";
import { DELAYS } from "./polling/prior.ts";
import { applyProgress } from "./progress.ts";
import { tellReady } from "./ready.ts";
import type { WatchRefund } from "./refund.ts";
import type { RentalsParts } from "./rentals/rentals.ts";
import type { Settlement } from "./settle/settlement.ts";
import type { Witness } from "./settle/witness.ts";
import type { Shelf } from "./shelf.ts";

export interface Verifications {
  /** Buys a number, once for a caller's `requestId` whatever happens; see CreateVerification in the API. */
  create(caller: Caller, options: CallOptions, read: ReadRequest): Promise<Verification>;
  get(caller: Caller, verificationId: string): Promise<Verification>;
  /** What a purchase would try for the request now, and what it would leave out; with `days` a rental. Buys nothing. */
  rank(caller: Caller, request: VerificationRequest, signal: AbortSignal, days?: number): Promise<Ranking>;
  list(caller: Caller, filter: OrderFilter<VerificationStatus>): Promise<Page<Verification>>;
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
  readonly loops: Pick<Loops, "forCodes">;
  readonly watchRefund: WatchRefund;
}

export function createVerifications(parts: VerificationsParts): Verifications {
  const { upstreams, store, feed, clock, log } = parts;
  const pollers = new Map<string, Poller>();
  const laws = createLaws(DELAYS, store, clock, log);
  async function apply(verification: Verification, progress: Progress): Promise<Verification> {
    const { paidUntilCancelled } = upstreams.get(verification.upstream ?? "") ?? {};
    const isPaidFor = paidUntilCancelled && progress.state === "expired" && verification.status === "WAITING";
    if (isPaidFor) return canceller.expire(verification, now());
    const seen = await applyProgress(verification, progress, parts);
    if (isTerminal(seen.status) && !isTerminal(verification.status)) unfollow(seen);
    return seen;
  }
  for (const upstream of upstreams.values()) {
    if (!upstream.desks.verification) continue;
    pollers.set(upstream.id, createPoller(upstream, parts.loops.forCodes(upstream), { ...parts, laws, apply }));
  }
  const canceller = createCanceller(parts, {
    cancelsAt({ upstream, verificationId }, time) {
      pollers.get(upstream ?? "")?.cancelsAt(verificationId, time);
    },
    lastPoll,
    ended: unfollow,
  });
  const creator = createCreator(parts, { bought: follow, cancel: canceller.cancelWhenPossible });
  const finder = createFindCandidates(parts.shelf, upstreams, parts.router);
  const askForAnother = createAnother(parts, follow);
  const expiry = createExpiry(parts, { lastPoll, expire: canceller.expire, ended: unfollow });
  const now = () => new Date(clock.now());

  /** Waits for the code of a verification that was bought, until its time. */
  function follow(verification: Verification, lastKnownAt?: number): void {
    if (verification.status === "WAITING") pollers.get(verification.upstream ?? "")?.add(verification, lastKnownAt);
    expiry.add(verification);
  }

  function unfollow(verification: Verification): void {
    const poller = pollers.get(verification.upstream ?? "");
    if (verification.status === "EXPIRED") poller?.linger(verification.verificationId);
    else poller?.remove(verification.verificationId);
    expiry.add(verification);
    if (isTerminal(verification.status)) parts.witness.ended(verification);
  }

  function lastPoll({ upstream, verificationId }: Verification): Promise<void> {
    return atMost(clock, LAST_POLL_PATIENCE_MS, pollers.get(upstream ?? "")?.lastPoll(verificationId));
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
    rank: (caller, request, signal, days) => finder.ranking(request, caller, signal, days),

    list: (caller, filter) => store.listVerifications(caller.name, filter),

    async *watch(caller, verificationId, signal) {
      // Before the state is read, so that no change falls between the two.
      const changes = feed.subscribe(verificationId, signal);
      try {
        let present: Verification | undefined = await store.getVerification(caller.name, verificationId);
        let shown = -1;
        pollers.get(present.upstream ?? "")?.watched(verificationId);
        while (present) {
          const { version, status }: Verification = present;
          // A change that was published while the state was read may be older than it.
          if (version > shown) yield present;
          shown = Math.max(shown, version);
          if (isTerminal(status)) return;
          // Thousands wait here: none holds on to what it has shown.
          present = undefined;
          present = await changes.next();
        }
      } finally {
        changes.end();
      }
    },

    async complete(caller, verificationId) {
      const verification = await store.getVerification(caller.name, verificationId);
      if (verification.status === "COMPLETED") return verification;
      if (isTerminal(verification.status)) throw alreadyEnded(verification);
      if (verification.messages.length === 0) {
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
      await laws.load();
      const lastKnownAt = await lastCallTimes();
      for (const verification of await store.openVerifications()) {
        if (verification.status === "PENDING") continue;
        follow(verification, lastKnownAt.get(verification.upstream ?? "") ?? 0);
        // It was to be cancelled when the daemon ended. Nobody waits for it now.
        if (isToBeGivenBack(verification)) canceller.cancelLater(verification);
      }
    },

    async stop() {
      expiry.stop();
      await Promise.all([...pollers.values()].map((poller) => poller.stop()));
      await Promise.all([creator.idle(), canceller.stop()]);
      await laws.save();
    },
  };

  /** When an earlier run last called each upstream: until about then it polled there. */
  async function lastCallTimes(): Promise<ReadonlyMap<string, number>> {
    const calls = await store.callsSince(new Date(clock.now() - LONG_AGO_MS));
    return new Map(calls.map(({ upstream, time }) => [upstream, time.getTime()]));
  }
}

/** Many may end at once, or have ended while the daemon was down: each is polled a last time in its turn. */
const LAST_POLL_PATIENCE_MS = 120_000;
/** What was not asked about for so long was as good as never asked about. */
const LONG_AGO_MS = 60 * 60_000;
