import type { Caller } from "../../core/caller.ts";
import { GatewayError } from "../../core/error.ts";
import { formatMoney, type Money } from "../../core/money.ts";
import { isAtMost } from "../../core/rates.ts";
import { type Extension, isRentalOver, type Rental } from "../../core/rental.ts";
import { priceBounds } from "../../routing/constraints.ts";
import { aboveMax } from "../../routing/nothing.ts";
import { lengthsSold, rentalQuote } from "../../routing/terms.ts";
import { createTrader } from "../buying/buyer.ts";
import { type CallOptions, createOnce } from "../buying/once.ts";
import { type Quoted, type Trade, uncertainPurchase } from "../buying/trade.ts";
import { plausibleEnd } from "./create.ts";
import { alreadyOver, type RentalParts, rented, requireRented } from "./parts.ts";

export interface ExtendRequest {
  readonly rentalId: string;
  readonly days: number;
  readonly maxPrice?: Money | undefined;
  /** Of a renewal that nobody asks for: only while the rental still ends then. */
  readonly onlyIfExpiring?: Date;
}

const MORE_DAYS = { goods: "more days", idField: "rental_id" };

/** What the upstream is asked to extend. */
interface Ask {
  readonly rental: Rental;
  readonly days: number;
}

/** Where an extension stands, beside its rental as it is now. */
interface Extending {
  readonly extension: Extension;
  readonly rental: Rental;
}

/** Buys more days. Each is a purchase of its own; while one is not settled no other begins. */
export function createExtender(parts: RentalParts, extended: (rental: Rental) => void) {
  const { store, clock, newId, shelf, upstreams, settlement, bell, rates } = parts;
  const { rentals, extensions } = store;

  const trade: Trade<Rental, Ask, { readonly price?: Money; readonly expireTime?: Date }> = {
    ...MORE_DAYS,
    verb: "extend",
    records: extensions,
    publish: ({ rentalId }) => bell.ring(rentalId),
    doubted({ extension, upstream, provider }) {
      if (extension) settlement.add({ orderId: extension.extensionId, product: "EXTENSION", upstream, provider });
    },

    request(_upstream, _offerRef, { rental, days }, signal) {
      const { desk, order } = rented(rental, upstreams) ?? {};
      const extend = desk?.extend;
      return order && extend && (() => extend(order, days, signal));
    },

    async record(extensionId, { price, expireTime }, { quoted, time, ask: { rental, days } }) {
      const from = rental.expireTime ?? time;
      const end = plausibleEnd(expireTime, from, days);
      const longer = await extensions.recordPurchase(extensionId, { price: price ?? quoted, expireTime: end, time });
      extended(longer);
      return longer;
    },
  };
  const buy = createTrader(parts, trade);

  const once = createOnce<Extending>({
    clock,
    idField: "rental_id",
    idOf: ({ extension }) => extension.extensionId,
    isPending: ({ extension }) => extension.status === "PENDING",
    read: ({ extension }) => present(extension.extensionId),
    settled: settlement.awaited,
    whyNothing,
    uncertain: ({ rental }) => uncertainPurchase(MORE_DAYS, rental.rentalId, rental.upstream ?? "an upstream"),
  });

  async function present(extensionId: string): Promise<Extending> {
    const extension = await extensions.get(extensionId);
    return { extension, rental: await rentals.get(extension.caller, extension.rentalId) };
  }

  /** What so many days cost now, at the offer that the rental was rented by. */
  function quote(rental: Rental, { days, maxPrice }: ExtendRequest, caller: Caller): Quoted {
    const { rentalId, upstream = "", offerId = "" } = rental;
    const metadata = { rental_id: rentalId, upstream, days: String(days) };
    if (!requireRented(rental, upstreams).desk.extend) {
      throw new GatewayError("NOT_SUPPORTED", `${upstream} does not extend rentals`, { metadata });
    }
    const offer = shelf.findOffer(offerId);
    const { price, isSold } = offer ? rentalQuote(offer, days) : {};
    if (offer && !isSold) {
      const sold = lengthsSold([offer]);
      throw new GatewayError("NOT_SUPPORTED", `${upstream} does not extend by ${days} days, but by ${sold}`, {
        metadata: { ...metadata, sold_days: sold },
      });
    }
    if (!offer || !price) {
      throw new GatewayError("NO_OFFERS", `nobody knows what ${upstream} asks for ${days} days now`, { metadata });
    }
    const bounds = priceBounds({ maxPrice }, caller);
    if (!bounds.every((bound) => isAtMost(price, bound, rates))) {
      throw aboveMax(`${days} days cost ${formatMoney(price)} now`, price, metadata);
    }
    return { offer, price, explain: () => `${offer.offerId} at ${formatMoney(price)}: ${days} more days` };
  }

  return {
    async extend(caller: Caller, options: CallOptions, request: ExtendRequest): Promise<Rental> {
      const { rentalId, days, maxPrice, onlyIfExpiring } = request;
      const { requestId, fingerprint } = options;
      const known = async () => {
        const extension = await extensions.findRequest(caller.name, requestId, fingerprint);
        return extension && present(extension.extensionId);
      };
      const done = await once.run(options, known, async (gone) => {
        const rental = await rentals.get(caller.name, rentalId);
        if (isRentalOver(rental.status)) throw alreadyOver(rental);
        const { country, service, offerId = "", upstream } = rental;
        if (!shelf.findOffer(offerId))
          await shelf.settled(country, service, upstream ? [upstream] : [], gone, "RENTAL");
        const quoted = rental.status === "ACTIVE" ? [quote(rental, request, caller)] : [];
        const id = newId("ext", clock.now());
        const { extension, created } = await extensions.create({
          extensionId: id,
          rentalId,
          caller,
          requestId: requestId || id,
          fingerprint,
          days,
          maxPrice,
          ...(onlyIfExpiring && { onlyIfExpiring }),
          time: new Date(clock.now()),
        });
        const { extensionId } = extension;
        // Days that cost too much cannot be given back, so there is no bound to hold what was charged against.
        const deal = { id: extensionId, ask: { rental, days }, bounds: [] };
        const purchase = async () => {
          await buy(deal, quoted, caller, gone);
          return present(extensionId);
        };
        return { state: { extension, rental }, created, buy: purchase };
      });
      const nothing = whyNothing(done);
      if (nothing) throw nothing;
      return done.rental;
    },

    /** Resolves when no extension is being bought. */
    idle: once.idle,
  };
}

/** An extension that failed stays failed, whoever asks again: it takes another request id to try again. */
function whyNothing({ extension, rental }: Extending): GatewayError | undefined {
  if (extension.status !== "FAILED") return undefined;
  const { reason = "UPSTREAMS_UNAVAILABLE" } = extension.attempts.at(-1) ?? {};
  const { rentalId, upstream = "" } = rental;
  return new GatewayError(reason, `${upstream} did not add ${extension.days} days to ${rentalId}`, {
    metadata: { rental_id: rentalId, upstream },
  });
}
