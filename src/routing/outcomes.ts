import type { Verification } from "../core/verification.ts";
import { isTerminal } from "../core/verification.ts";
import type { Access } from "./access.ts";
import type { Bench } from "./bench.ts";
import type { Deliveries } from "./delivery.ts";
import type { Losses } from "./losses.ts";
import type { Outages } from "./outages.ts";
import { type Place, placeAt } from "./place.ts";
import type { Stock } from "./stock.ts";

/** A client that gives up earlier says nothing of the number. */
const LEAST_CERTAINTY = 0.5;
/** An order that tries a bench is not waited for much beyond its end. */
const PROBE_GRACE_MS = 60_000;
/** Verifications that ended, and of which a refund or a report may come later. */
const MOST_ENDED = 10_000;

export interface OutcomeParts {
  readonly deliveries: Deliveries;
  readonly losses: Losses;
  readonly stock: Stock;
  readonly bench: Bench;
  readonly outages: Outages;
  readonly access: Access;
  /** What the upstream claims of the offer, if it is still for sale. */
  claimedShare(offerId: string): number | undefined;
  /** Something was reported of the verification: what it was is counted already. */
  isReported(verificationId: string): boolean;
  changed(upstream: string): void;
}

interface Followed {
  /** Attempts whose refusal has been counted. */
  attempts: number;
  bought: boolean;
  received: boolean;
  /** The client gives it back. */
  calledOff: boolean;
}

/** Turns what becomes of verifications into what is known of upstreams: each outcome counts once. */
export interface Outcomes {
  /** To be called with every committed state, in their order; a state may come again. */
  observe(verification: Verification, time: number): void;
  /** The client is giving the number back: what follows is its doing, not the upstream's. */
  calledOff(verificationId: string): void;
  /** An open verification of an earlier run: what it shows has been counted. */
  resume(verification: Verification): void;
  /** A number brought no code, or a useless one. */
  fail(verification: Verification, place: Place, weight: number, time: number): void;
  /** In this run of the daemon, and lately. */
  hasFailed(verificationId: string): boolean;
}

export function createOutcomes(parts: OutcomeParts): Outcomes {
  const { deliveries, losses, stock, bench, outages, access, claimedShare, isReported, changed } = parts;
  const followed = new Map<string, Followed>();
  const unrefunded = new Set<string>();
  const failed = new Set<string>();

  function follow(verificationId: string): Followed {
    const known = followed.get(verificationId) ?? { attempts: 0, bought: false, received: false, calledOff: false };
    followed.set(verificationId, known);
    return known;
  }

  function noteRefusal({ verificationId, country, service, attempts }: Verification, time: number): void {
    const state = follow(verificationId);
    const last = attempts.at(-1);
    if (last?.outcome !== "REFUSED" || attempts.length <= state.attempts) return;
    state.attempts = attempts.length;
    const place = placeAt({ upstream: last.upstream, country, service });
    if (last.reason === "NO_NUMBERS") stock.refused(place, last.offerId, time);
    if (last.reason === "UPSTREAM_FUNDS") access.refusedFor(last.upstream, last.quotedPrice);
    bench.release(place, verificationId);
    changed(last.upstream);
  }

  function notePurchase(verification: Verification, place: Place, time: number): void {
    const { verificationId, expireTime, offerId = "" } = verification;
    const state = follow(verificationId);
    if (state.bought) return;
    state.bought = true;
    stock.sold(place, offerId, time);
    bench.claim(place, verificationId, time, (expireTime?.getTime() ?? time) + PROBE_GRACE_MS);
  }

  function noteCode(verification: Verification, place: Place): void {
    const { verificationId, messages } = verification;
    const state = follow(verificationId);
    if (state.received || messages.length === 0) return;
    state.received = true;
    if (isReported(verificationId)) return;
    const { at, logWait } = codeOf(verification);
    const { share } = deliveries.estimate(place, {}, at);
    outages.succeeded(place, { share, boughtAt: boughtAt(verification), time: at });
    deliveries.count(place, at, { orders: 1, codes: 1, logWait });
    noteClaim(verification, place, at, 1);
    bench.succeeded(place, boughtAt(verification));
  }

  function noteClaim({ offerId = "" }: Verification, { upstream }: Place, time: number, codes: number): void {
    const claimed = claimedShare(offerId);
    if (claimed !== undefined) deliveries.countClaim(upstream, time, claimed, codes);
  }

  function noteEnd(verification: Verification, place: Place, time: number): void {
    const { verificationId, status, messages } = verification;
    const state = followed.get(verificationId);
    followed.delete(verificationId);
    if (!state?.bought) return;
    bench.release(place, verificationId);
    if (messages.length > 0 || status === "COMPLETED") return;
    if (unrefunded.size >= MOST_ENDED) unrefunded.clear();
    unrefunded.add(verificationId);
    if (isReported(verificationId)) return;
    const age = time - boughtAt(verification);
    const weight = status === "CANCELLED" && state.calledOff ? deliveries.arrivedBy(age, place, time) : 1;
    if (weight >= LEAST_CERTAINTY) fail(verification, place, weight, time);
  }

  function noteRefund({ verificationId, price, refund }: Verification, place: Place, time: number): void {
    if (!refund || !price || price.micros <= 0n || refund.currency !== price.currency) return;
    if (unrefunded.delete(verificationId))
      losses.countRefund(place, time, Number(refund.micros) / Number(price.micros));
  }

  function fail(verification: Verification, place: Place, weight: number, time: number): void {
    if (failed.size >= MOST_ENDED) failed.clear();
    failed.add(verification.verificationId);
    const bought = boughtAt(verification);
    const belief = deliveries.estimate(place, {}, time);
    outages.failed(place, { share: belief.share, weight, boughtAt: bought, time });
    deliveries.count(place, time, { orders: weight, codes: 0, logWait: 0 });
    noteClaim(verification, place, time, 0);
    losses.countWait(place, time, Math.max(time - bought, 0));
    const perDay = deliveries.perDay(place, time);
    bench.failed(place, { weight, belief, boughtAt: bought, time, perDay });
  }

  return {
    observe(verification, time) {
      const { verificationId, status, upstream, country, service } = verification;
      if (status === "PENDING") return noteRefusal(verification, time);
      if (status === "FAILED" || upstream === undefined) {
        followed.delete(verificationId);
        return;
      }
      const place = placeAt({ upstream, country, service });
      if (!isTerminal(status) || followed.has(verificationId)) {
        notePurchase(verification, place, time);
        noteCode(verification, place);
      }
      if (isTerminal(status)) {
        noteEnd(verification, place, verification.endTime?.getTime() ?? time);
        noteRefund(verification, place, time);
      }
      changed(upstream);
    },

    calledOff(verificationId) {
      const state = followed.get(verificationId);
      if (state) state.calledOff = true;
    },

    resume({ verificationId, attempts, status, messages }) {
      const received = messages.length > 0;
      followed.set(verificationId, {
        attempts: attempts.length,
        bought: status !== "PENDING",
        received,
        calledOff: false,
      });
    },

    fail,
    hasFailed: (verificationId) => failed.has(verificationId),
  };
}

/** When the upstream sold the number. */
export function boughtAt({ attempts, createTime }: Verification): number {
  const last = attempts.at(-1);
  return (last?.endTime ?? last?.startTime ?? createTime).getTime();
}

/** When the first code came, and the logarithm of how long it took, at least a second. */
export function codeOf(verification: Verification): { readonly at: number; readonly logWait: number } {
  const { codeTime, messages, expireTime } = verification;
  const bought = boughtAt(verification);
  // The upstream's clock may be off by a zone or a century, and what is counted far ahead would outweigh all that follows.
  const said = Math.min(messages[0]?.receiveTime.getTime() ?? bought, expireTime?.getTime() ?? bought);
  const at = codeTime?.getTime() ?? Math.max(said, bought);
  return { at, logWait: Math.log(Math.max(at - bought, 1_000)) };
}
