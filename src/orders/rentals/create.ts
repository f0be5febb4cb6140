import type { Caller } from "../../core/caller.ts";
import type { Purchase } from "../../core/desks.ts";
import { GatewayError } from "../../core/error.ts";
import type { AutoRenewal, Rental, RentalRequest } from "../../core/rental.ts";
import { priceBounds } from "../../routing/constraints.ts";
import { nothingToBuy } from "../../routing/nothing.ts";
import { lengthsSold } from "../../routing/terms.ts";
import { createTrader } from "../buying/buyer.ts";
import { type CallOptions, createOnce } from "../buying/once.ts";
import { chargedTooMuch, lastUpstream, nothingSold, type Trade, uncertainPurchase } from "../buying/trade.ts";
import { createFindOffers, mayServe } from "../candidates.ts";
import { toE164 } from "../phone.ts";
import { DAY_MS, type RentalParts } from "./parts.ts";

/** What a wish for a rental comes to. */
export interface RentalWish {
  readonly request: RentalRequest;
  readonly autoRenewal?: AutoRenewal | undefined;
}

export interface CreateRentalHooks {
  /** A number was rented: its messages are to be collected. */
  rented(rental: Rental): void;
  /** It is to be given back, now or as soon as its upstream takes it. */
  release(rental: Rental): Promise<Rental>;
}

const A_NUMBER = { goods: "a number", idField: "rental_id" };

/** It cost more than it may, and nothing has come of it: it goes back, also after a restart. */
export function isToBeGivenBack({ status, attempts, messageCount }: Rental): boolean {
  return status === "ACTIVE" && messageCount === 0 && attempts.some(({ reason }) => reason === "PRICE_ABOVE_MAX");
}

/** Turns wishes into rentals: each request id rents once, and whoever asks again gets what became of it. */
export function createRenter(parts: RentalParts, hooks: CreateRentalHooks) {
  const { store, clock, newId, log, router, shelf, upstreams, settlement, bell } = parts;
  const { rentals } = store;
  const findOffers = createFindOffers(shelf, upstreams);

  const trade: Trade<Rental, { readonly days: number }, Purchase> = {
    ...A_NUMBER,
    verb: "rent",
    records: rentals,
    publish: ({ rentalId }) => bell.ring(rentalId),
    doubted: ({ rentalId: orderId, upstream, provider }) =>
      settlement.add({ orderId, product: "RENTAL", upstream, provider }),

    request({ desks: { rental: desk } }, offerRef, { days }, signal) {
      return desk && (() => desk.rent({ offerRef, days }, signal));
    },

    async record(rentalId, purchase, { offer, quoted, time, tooMuch, ask: { days } }) {
      const { price = quoted } = purchase;
      const [orderRef, numberAsSold] = [purchase.orderRef.toWellFormed(), purchase.numberAsSold.toWellFormed()];
      return rentals.recordPurchase(rentalId, {
        orderRef,
        numberAsSold,
        phoneNumber: toE164(numberAsSold, offer.country),
        price,
        ...(tooMuch && { reason: "PRICE_ABOVE_MAX" }),
        expireTime: plausibleEnd(purchase.expireTime, time, days),
        time,
      });
    },
  };
  const buy = createTrader(parts, trade);

  const once = createOnce<Rental>({
    clock,
    idField: "rental_id",
    idOf: ({ rentalId }) => rentalId,
    isPending: ({ status }) => status === "PENDING",
    read: ({ caller, rentalId }) => rentals.get(caller, rentalId),
    settled: settlement.awaited,
    whyNothing: (rental) => (rental.status === "FAILED" ? nothingSold(A_NUMBER, rental.rentalId, rental) : undefined),
    uncertain: ({ rentalId, attempts }) => uncertainPurchase(A_NUMBER, rentalId, lastUpstream(attempts)),
  });

  /** What was charged above the maximum goes back at once, where its upstream takes it. */
  async function keepOrRelease(rental: Rental): Promise<Rental> {
    hooks.rented(rental);
    if (!isToBeGivenBack(rental)) return rental;
    const { rentalId, upstream } = rental;
    log.warn({ rentalId, upstream }, "charged above the maximum");
    try {
      await hooks.release(rental);
    } catch (error) {
      const reason = error instanceof GatewayError ? error.reason : "an internal error";
      throw tooExpensive(rental, `; it could not be given back (${reason})`);
    }
    throw tooExpensive(rental, "; it was given back");
  }

  return {
    create(caller: Caller, options: CallOptions, read: () => Promise<RentalWish>): Promise<Rental> {
      const { requestId, fingerprint } = options;
      const known = () => rentals.findRequest(caller.name, requestId, fingerprint);
      return once.run(options, known, async (gone) => {
        const { request, autoRenewal } = await read();
        const { days } = request;
        const offers = await findOffers("RENTAL", request, caller, gone);
        const ranking = router.rankRentals(offers, days, request, caller);
        if (ranking.candidates.length === 0) {
          const nothing = nothingToBuy(ranking, request);
          const asked = offers.filter(mayServe(request, caller));
          throw nothing.reason === "NO_OFFERS" ? notForSoLong(nothing, days, lengthsSold(asked)) : nothing;
        }
        const id = newId("rnt", clock.now());
        const { rental, created } = await rentals.create({
          rentalId: id,
          caller,
          requestId: requestId || id,
          fingerprint,
          request,
          autoRenewal,
          time: new Date(clock.now()),
        });
        const deal = { id: rental.rentalId, ask: { days }, bounds: priceBounds(request, caller) };
        const purchase = async () => keepOrRelease(await buy(deal, ranking.candidates, caller, gone));
        return { state: rental, created, buy: purchase };
      });
    },

    /** The purchase that is under way for a rental, if one is. */
    underWay: once.underWay,

    /** Resolves when no purchase is under way. */
    idle: once.idle,
  };
}

/** By how much an upstream may round a term. */
const ROUNDED_MS = DAY_MS;

/** A clock that is wrong somewhere must not end a rental at once, nor keep it for ever. */
export function plausibleEnd(said: Date | undefined, from: Date, days: number): Date {
  const term = days * DAY_MS;
  const life = (said?.getTime() ?? Number.NaN) - from.getTime();
  const fits = said && life >= term / 2 && life <= term + ROUNDED_MS;
  return fits ? said : new Date(from.getTime() + term);
}

function notForSoLong({ message, metadata }: GatewayError, days: number, sold: string): GatewayError {
  if (sold === "" || !("DAYS_NOT_SOLD" in metadata)) return new GatewayError("NO_OFFERS", message, { metadata });
  return new GatewayError("NO_OFFERS", `${message}: it is not sold for ${days} days, but for ${sold}`, {
    metadata: { ...metadata, days: String(days), sold_days: sold },
  });
}

function tooExpensive(rental: Rental, andThen: string): GatewayError {
  return chargedTooMuch(A_NUMBER, rental.rentalId, rental, andThen);
}
