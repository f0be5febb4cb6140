import type { Caller } from "../core/caller.ts";
import type { Order, Purchase } from "../core/desks.ts";
import type { GatewayError } from "../core/error.ts";
import type { Verification } from "../core/verification.ts";
import { priceBounds } from "../routing/constraints.ts";
import type { Candidate } from "../routing/rank.ts";
import { createTrader } from "./buying/buyer.ts";
import { chargedTooMuch, lastUpstream, nothingSold, type Trade, uncertainPurchase } from "./buying/trade.ts";
import type { OrderParts } from "./parts.ts";
import { toE164 } from "./phone.ts";
import { tellReady } from "./ready.ts";
import type { Settlement } from "./settle/settlement.ts";

type Ask = Omit<Order, "offerRef">;

const A_NUMBER = { goods: "a number", idField: "verification_id" };

/** Buys a verification from the first candidate that sells; see createTrader. */
export function createBuyer(parts: OrderParts, settlement: Pick<Settlement, "add">) {
  const { store, feed } = parts;
  const trade: Trade<Verification, Ask, Purchase> = {
    ...A_NUMBER,
    verb: "buy",
    records: store,
    publish: feed.publish,
    doubted: ({ verificationId: orderId, upstream, provider }) =>
      settlement.add({ orderId, product: "VERIFICATION", upstream, provider }),

    request({ desks: { verification: desk } }, offerRef, ask, signal) {
      return desk && (() => desk.buy({ offerRef, ...ask }, signal));
    },

    async record(verificationId, purchase, { upstream, offer, quoted, time, tooMuch }) {
      const { price = quoted } = purchase;
      // Half a character is none that can be written, neither in the store nor in a URL.
      const [orderRef, numberAsSold] = [purchase.orderRef.toWellFormed(), purchase.numberAsSold.toWellFormed()];
      const bought = await store.recordPurchase(verificationId, {
        orderRef,
        numberAsSold,
        phoneNumber: toE164(numberAsSold, offer.country),
        price,
        ...(tooMuch && { reason: "PRICE_ABOVE_MAX" }),
        cancellableTime: purchase.cancellableTime ?? cancellableFrom(time, upstream.cancelDelayMs),
        expireTime: plausibleExpiry(purchase.expireTime, time, upstream.lifetimeMs),
        time,
      });
      tellReady(bought, parts);
      return bought;
    },
  };
  const buy = createTrader(parts, trade);

  return (
    { verificationId, request }: Verification,
    candidates: readonly Candidate[],
    caller: Caller,
    patience: AbortSignal,
  ): Promise<Verification> => {
    const { capability, areaCode, maxPrice } = request;
    const ask = { capability, areaCode, maxPrice };
    return buy({ id: verificationId, ask, bounds: priceBounds(request, caller) }, candidates, caller, patience);
  };
}

/** A clock that is wrong somewhere must not end an order at once, nor keep it for ever. */
const SHORTEST_LIFE_MS = 2_000;
const LONGEST_LIFE_MS = 24 * 60 * 60_000;

function plausibleExpiry(said: Date | undefined, now: Date, lifetimeMs: number): Date {
  const life = (said?.getTime() ?? Number.NaN) - now.getTime();
  return said && life >= SHORTEST_LIFE_MS && life <= LONGEST_LIFE_MS ? said : new Date(now.getTime() + lifetimeMs);
}

function cancellableFrom(now: Date, delayMs: number | undefined): Date | undefined {
  return delayMs === undefined ? undefined : new Date(now.getTime() + delayMs);
}

/** Nobody knows whether a number was sold for this verification. */
export function uncertain({ verificationId, attempts }: Verification): GatewayError {
  return uncertainPurchase(A_NUMBER, verificationId, lastUpstream(attempts));
}

/** What was uncertain is certain by now: there is no number. */
export function soldNothing(verification: Verification): GatewayError {
  return nothingSold(A_NUMBER, verification.verificationId, verification);
}

/** What was charged for the number is above the maximum, and what becomes of it. */
export function tooExpensive(verification: Verification, andThen: string): GatewayError {
  return chargedTooMuch(A_NUMBER, verification.verificationId, verification, andThen);
}
