import { randomUUID } from "node:crypto";
import type { Caller } from "../core/caller.ts";
import { timeLimit } from "../core/clock.ts";
import { GatewayError } from "../core/error.ts";
import type { Verification, VerificationRequest } from "../core/verification.ts";
import type { Candidate } from "../routing/rank.ts";
import { createFindCandidates } from "./candidates.ts";
import type { OrderParts } from "./parts.ts";
import { createBuyer, soldNothing, tooExpensive, uncertain } from "./purchase.ts";
import type { Settlement } from "./settle/settlement.ts";
import type { Shelf } from "./shelf.ts";
import { createSingleFlight } from "./single-flight.ts";

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

export interface CreateHooks {
  /** A number was bought: its code is to be waited for. */
  bought(verification: Verification): void;
  /** It is to be given back, now or as soon as its upstream takes it. */
  cancel(verification: Verification): Promise<Verification>;
}

/** A number that costs more than it may is not kept: also after a restart, for as long as its code has not come. */
export function isToBeGivenBack({ status, attempts }: Verification): boolean {
  return status === "WAITING" && attempts.at(-1)?.reason === "PRICE_ABOVE_MAX";
}

/** Turns wishes into verifications: each request id buys once, and whoever asks again gets what became of it. */
export function createCreator(
  parts: OrderParts & { readonly shelf: Shelf; readonly settlement: Settlement },
  hooks: CreateHooks,
) {
  const { upstreams, store, clock, log, shelf, router, settlement } = parts;
  const { candidates: findCandidates } = createFindCandidates(shelf, upstreams, router);
  const buy = createBuyer(parts, settlement.add);
  /** The purchases under way, by verification id. */
  const buying = createSingleFlight<Verification>();

  function purchase(
    wish: Verification,
    candidates: readonly Candidate[],
    caller: Caller,
    patience: AbortSignal,
  ): Promise<Verification> {
    return buying.run(wish.verificationId, async () => keepOrCancel(await buy(wish, candidates, caller, patience)));
  }

  /** What was charged above the maximum goes back at once. */
  async function keepOrCancel(verification: Verification): Promise<Verification> {
    hooks.bought(verification);
    if (!isToBeGivenBack(verification)) return verification;
    const { verificationId, upstream } = verification;
    log.warn({ verificationId, upstream }, "charged above the maximum");
    try {
      await hooks.cancel(verification);
    } catch (error) {
      const reason = error instanceof GatewayError ? error.reason : "an internal error";
      throw tooExpensive(verification, `; it is not cancelled yet (${reason})`);
    }
    throw tooExpensive(verification, "; it was cancelled");
  }

  /** An earlier call with the same request id: its purchase is waited for, never repeated. */
  async function earlier(verification: Verification): Promise<Verification> {
    if (verification.status !== "PENDING") return verification;
    const running = buying.underWay(verification.verificationId);
    if (running) return running;
    const present = await store.getVerification(verification.caller, verification.verificationId);
    if (present.status !== "PENDING") return present;
    throw uncertain(present.verificationId, present.attempts.at(-1)?.upstream ?? "an upstream");
  }

  /** Whoever still waits for an uncertain purchase is told what became of it, if that is found out soon. */
  async function heardOut(purchase: Promise<Verification>, verificationId: string): Promise<Verification> {
    try {
      return await purchase;
    } catch (error) {
      if (!(error instanceof GatewayError) || error.reason !== "PURCHASE_UNCERTAIN") throw error;
      const settled = await settlement.awaited(verificationId);
      if (!settled) throw error;
      if (settled.status === "FAILED") throw soldNothing(settled);
      return settled;
    }
  }

  return {
    async create(
      caller: Caller,
      { requestId, fingerprint, signal, timeoutMs = LONGEST_PATIENCE_MS }: CreateOptions,
      read: ReadRequest,
    ): Promise<Verification> {
      const whole = Math.min(timeoutMs, LONGEST_PATIENCE_MS);
      const marginMs = Math.min(whole * ANSWER_MARGIN.share, ANSWER_MARGIN.mostMs);
      const patience = timeLimit(clock, whole - marginMs);
      const answer = (purchase: Promise<Verification>, verificationId: string) =>
        withinPatience(heardOut(purchase, verificationId), verificationId, patience.signal, () => {
          return timeLimit(clock, marginMs / 2).signal;
        });
      const gone = AbortSignal.any([signal, patience.signal]);
      try {
        const known = requestId === "" ? undefined : await store.findRequest(caller.name, requestId, fingerprint);
        if (known) return await answer(earlier(known), known.verificationId);
        const request = await read();
        const verificationId = `ver_${randomUUID().replaceAll("-", "")}`;
        const candidates = await findCandidates(verificationId, request, caller, gone);
        const wish = {
          verificationId,
          caller,
          requestId: requestId || randomUUID(),
          fingerprint,
          request,
          time: new Date(clock.now()),
        };
        const { verification, created } = await store.createVerification(wish);
        const bought = created ? purchase(verification, candidates, caller, gone) : earlier(verification);
        return await answer(bought, verification.verificationId);
      } finally {
        patience.callOff();
      }
    },

    /** The purchase that is under way for a verification, if one is. */
    underWay: buying.underWay,

    /** Resolves when no purchase is under way. */
    idle: buying.idle,
  };
}

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
