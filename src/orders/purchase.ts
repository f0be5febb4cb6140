import type { Caller } from "../core/caller.ts";
import { timeLimit, UNINTERRUPTED } from "../core/clock.ts";
import { GatewayError, type Reason, UpstreamFault } from "../core/error.ts";
import { formatMoney, type Money } from "../core/money.ts";
import { compareWorth, isAtMost } from "../core/rates.ts";
import type { RecordedPurchase } from "../core/store.ts";
import type { Purchase, Upstream } from "../core/upstream.ts";
import type { Verification } from "../core/verification.ts";
import { priceBounds } from "../routing/constraints.ts";
import type { Candidate } from "../routing/rank.ts";
import type { OrderParts } from "./parts.ts";
import { persist } from "./persist.ts";
import { toE164 } from "./phone.ts";
import { tellReady } from "./ready.ts";

/** An upstream whose rate limit leaves no room for so long is passed over for the next one. */
const SLOT_PATIENCE_MS = 2_000;

/**
 * Buys from the first candidate that sells. Only a definite refusal moves on to the next one, as does a budget that the
 * price would pass; an answer that cannot be believed ends it with PURCHASE_UNCERTAIN, the money still reserved. Once
 * `patience` aborts nothing more is tried, but a call that was sent is heard out.
 */
export type Buy = (
  verification: Verification,
  candidates: readonly Candidate[],
  caller: Caller,
  patience: AbortSignal,
) => Promise<Verification>;

interface Sale {
  readonly upstream: Upstream;
  readonly offer: Candidate["offer"];
  readonly quoted: Money;
  /** What it may cost at most. */
  readonly bounds: readonly Money[];
}

export function createBuyer(parts: OrderParts, doubted: (verification: Verification) => void): Buy {
  const { upstreams, store, feed, clock, log, rates } = parts;
  const now = () => new Date(clock.now());

  async function buy(
    verification: Verification,
    candidates: readonly Candidate[],
    caller: Caller,
    patience: AbortSignal,
  ): Promise<Verification> {
    const { verificationId } = verification;
    let refusal: GatewayError | undefined;
    let tooDear: Money | undefined;
    for (const candidate of candidates) {
      if (patience.aborted) break;
      if (tooDear && (compareWorth(candidate.price, tooDear, rates) ?? -1) >= 0) continue;
      // The last one is waited for as long as the caller waits.
      const slot = candidate === candidates.at(-1) ? undefined : timeLimit(clock, SLOT_PATIENCE_MS);
      const signal = slot ? AbortSignal.any([patience, slot.signal]) : patience;
      const result = await attempt(verification, candidate, caller, signal)
        .catch((error: unknown) => {
          if (!(error instanceof GatewayError) || error.reason === "PURCHASE_UNCERTAIN") throw error;
          return error;
        })
        .finally(slot?.callOff);
      if (!(result instanceof GatewayError)) return result;
      refusal = result;
      if (result.reason === "BUDGET_EXCEEDED") tooDear = candidate.price;
    }
    feed.publish(await persist(parts, () => store.recordFailure(verificationId, now())));
    throw withVerification(refusal ?? outOfTime(), verificationId);
  }

  /** One call to one upstream: the intent is committed before it, the outcome after. */
  async function attempt(
    { verificationId, request }: Verification,
    candidate: Candidate,
    caller: Caller,
    patience: AbortSignal,
  ): Promise<Verification> {
    const { offer, price } = candidate;
    const upstream = upstreams.get(offer.upstream);
    const desk = upstream?.desks.verification;
    if (!upstream || !desk) throw notServed(offer.upstream);
    const { capability, areaCode, maxPrice } = request;
    let intended = false;
    let purchase: Purchase;
    try {
      purchase = await upstream.run(
        "buy",
        async () => {
          const { upstream, provider, offerId, ref: offerRef, country, service } = offer;
          const place = { upstream, provider, offerId, offerRef, country, service };
          const intent = { ...place, quotedPrice: price, explanation: candidate.explain(), time: now() };
          feed.publish(await store.beginAttempt(verificationId, caller, intent));
          intended = true;
          return await desk.buy({ offerRef, capability, areaCode, maxPrice }, UNINTERRUPTED);
        },
        patience,
      );
    } catch (error) {
      if (!intended) return notSent(verificationId, error);
      const refused = definiteRefusal(error, offer.upstream);
      if (refused) {
        feed.publish(await persist(parts, () => store.recordRefusal(verificationId, refused.reason, now())));
        throw refused;
      }
      await doubt(verificationId);
      if (!(error instanceof UpstreamFault)) throw error;
      throw uncertain(verificationId, offer.upstream);
    }
    return record(verificationId, purchase, { upstream, offer, quoted: price, bounds: priceBounds(request, caller) });
  }

  async function doubt(verificationId: string): Promise<void> {
    const uncertain = await persist(parts, () => store.recordUncertain(verificationId, now()));
    feed.publish(uncertain);
    doubted(uncertain);
  }

  /**
   * A refusal of ours or of the limits is for the next candidate. A store that fails ends the purchase: the caller is told
   * at once, and not when the store can say so too.
   */
  function notSent(verificationId: string, error: unknown): never {
    if (!(error instanceof GatewayError)) {
      persist(parts, () => store.recordFailure(verificationId, now())).then(feed.publish, (reason: unknown) => {
        log.error({ err: reason, verificationId }, "a purchase that was not sent could not be recorded as failed");
      });
    }
    throw error;
  }

  async function record(
    verificationId: string,
    purchase: Purchase,
    { upstream, offer, quoted, bounds }: Sale,
  ): Promise<Verification> {
    const { price = quoted } = purchase;
    // Half a character is none that can be written, neither in the store nor in a URL.
    const [orderRef, numberAsSold] = [purchase.orderRef.toWellFormed(), purchase.numberAsSold.toWellFormed()];
    const time = now();
    // An upstream may charge more than it listed, or something that cannot be compared.
    const tooMuch = !bounds.every((bound) => isAtMost(price, bound, rates));
    const recorded: RecordedPurchase = {
      orderRef,
      numberAsSold,
      phoneNumber: toE164(numberAsSold, offer.country),
      price,
      ...(tooMuch && { reason: "PRICE_ABOVE_MAX" }),
      cancellableTime: purchase.cancellableTime ?? cancellableFrom(time, upstream.cancelDelayMs),
      expireTime: plausibleExpiry(purchase.expireTime, time, upstream.lifetimeMs),
      time,
    };
    try {
      const bought = await persist(parts, () => store.recordPurchase(verificationId, recorded));
      feed.publish(bought);
      tellReady(bought, parts);
      return bought;
    } catch (error) {
      log.error({ err: error, verificationId, upstream: upstream.id }, "a number was bought and could not be recorded");
      await doubt(verificationId);
      throw uncertain(verificationId, upstream.id);
    }
  }

  return buy;
}

/** A clock that is wrong somewhere must not end an order at once, nor keep it for ever. */
const SHORTEST_LIFE_MS = 30_000;
const LONGEST_LIFE_MS = 24 * 60 * 60_000;

function plausibleExpiry(said: Date | undefined, now: Date, lifetimeMs: number): Date {
  const life = (said?.getTime() ?? Number.NaN) - now.getTime();
  return said && life >= SHORTEST_LIFE_MS && life <= LONGEST_LIFE_MS ? said : new Date(now.getTime() + lifetimeMs);
}

function cancellableFrom(now: Date, delayMs: number | undefined): Date | undefined {
  return delayMs === undefined ? undefined : new Date(now.getTime() + delayMs);
}

/** What makes it certain that nothing was sold: the upstream's own word, or a request that never left. */
function definiteRefusal(error: unknown, upstream: string): GatewayError | undefined {
  if (error instanceof GatewayError) return error;
  if (!(error instanceof UpstreamFault) || error.sent) return undefined;
  return new GatewayError("UPSTREAMS_UNAVAILABLE", `${upstream} cannot be reached`, {
    metadata: { upstream },
    retryAfterMs: 10_000,
  });
}

/** Nobody knows whether `upstream` sold a number for this verification. */
export function uncertain(verificationId: string, upstream: string): GatewayError {
  return new GatewayError(
    "PURCHASE_UNCERTAIN",
    `${upstream} may have sold a number and did not say; ${verificationId} stays and is not bought again`,
    { metadata: { verification_id: verificationId, upstream } },
  );
}

/** What was uncertain is certain by now: there is no number. */
export function soldNothing({ verificationId, attempts }: Verification): GatewayError {
  const upstream = attempts.at(-1)?.upstream ?? "an upstream";
  return new GatewayError("UPSTREAMS_UNAVAILABLE", `${upstream} gave no number for ${verificationId}`, {
    metadata: { verification_id: verificationId, upstream },
    retryAfterMs: 5_000,
  });
}

function notServed(upstream: string): GatewayError {
  return new GatewayError("UPSTREAMS_UNAVAILABLE", `${upstream} is not configured`, {
    metadata: { upstream },
    retryAfterMs: 60_000,
  });
}

function outOfTime(): GatewayError {
  return new GatewayError("UPSTREAMS_UNAVAILABLE", "no upstream could be asked in time", { retryAfterMs: 5_000 });
}

const RETRYABLE: readonly Reason[] = ["NO_NUMBERS", "UPSTREAMS_UNAVAILABLE"];

/** The last refusal, told as the failure of the whole. */
function withVerification(error: GatewayError, verificationId: string): GatewayError {
  return new GatewayError(error.reason, error.message, {
    metadata: { ...error.metadata, verification_id: verificationId },
    retryAfterMs: error.retryAfterMs ?? (RETRYABLE.includes(error.reason) ? 30_000 : undefined),
  });
}

export function tooExpensive({ verificationId, price, upstream = "" }: Verification, andThen: string): GatewayError {
  const charged = price ? formatMoney(price) : "an unknown price";
  return new GatewayError("PRICE_ABOVE_MAX", `${upstream} charged ${charged}, more than the maximum${andThen}`, {
    metadata: { verification_id: verificationId, charged, upstream },
  });
}
