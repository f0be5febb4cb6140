import type { Caller } from "../core/caller.ts";
import { GatewayError } from "../core/error.ts";
import type { Verification, VerificationRequest } from "../core/verification.ts";
import { type CallOptions, createOnce } from "./buying/once.ts";
import { createFindCandidates } from "./candidates.ts";
import type { OrderParts } from "./parts.ts";
import { createBuyer, soldNothing, tooExpensive, uncertain } from "./purchase.ts";
import type { Settlement } from "./settle/settlement.ts";
import type { Shelf } from "./shelf.ts";

/** Says what a request means, or throws why it cannot be served. Not asked when its request id was used before. */
export type ReadRequest = () => VerificationRequest | Promise<VerificationRequest>;

export interface CreateHooks {
  /** A number was bought: its code is to be waited for. */
  bought(verification: Verification): void;
  /** It is to be given back, now or as soon as its upstream takes it. */
  cancel(verification: Verification): Promise<Verification>;
}

/** A number that costs more than it may is not kept: also after a restart, for as long as no code has come. */
export function isToBeGivenBack({ status, attempts, messages }: Verification): boolean {
  return status === "WAITING" && messages.length === 0 && attempts.at(-1)?.reason === "PRICE_ABOVE_MAX";
}

/** Turns wishes into verifications: each request id buys once, and whoever asks again gets what became of it. */
export function createCreator(
  parts: OrderParts & { readonly shelf: Shelf; readonly settlement: Settlement },
  hooks: CreateHooks,
) {
  const { upstreams, store, clock, newId, log, shelf, router, settlement } = parts;
  const { candidates: findCandidates } = createFindCandidates(shelf, upstreams, router);
  const buy = createBuyer(parts, settlement);
  const once = createOnce<Verification>({
    clock,
    idField: "verification_id",
    idOf: ({ verificationId }) => verificationId,
    isPending: ({ status }) => status === "PENDING",
    read: ({ caller, verificationId }) => store.getVerification(caller, verificationId),
    settled: settlement.awaited,
    whyNothing: (verification) => (verification.status === "FAILED" ? soldNothing(verification) : undefined),
    uncertain,
  });

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

  return {
    create(caller: Caller, options: CallOptions, read: ReadRequest): Promise<Verification> {
      const { requestId, fingerprint } = options;
      const known = () => store.findRequest(caller.name, requestId, fingerprint);
      return once.run(options, known, async (gone) => {
        const request = await read();
        const verificationId = newId("ver", clock.now());
        const candidates = await findCandidates(verificationId, request, caller, gone);
        const { verification, created } = await store.createVerification({
          verificationId,
          caller,
          requestId: requestId || verificationId,
          fingerprint,
          request,
          time: new Date(clock.now()),
        });
        const purchase = async () => keepOrCancel(await buy(verification, candidates, caller, gone));
        return { state: verification, created, buy: purchase };
      });
    },

    /** The purchase that is under way for a verification, if one is. */
    underWay: once.underWay,

    /** Resolves when no purchase is under way. */
    idle: once.idle,
  };
}
