import { type Caller, isAllowed } from "../../core/caller.ts";
import { GatewayError } from "../../core/error.ts";
import type { Esim, EsimStatus } from "../../core/esim.ts";
import { formatMoney, type Money } from "../../core/money.ts";
import type { Offer } from "../../core/offer.ts";
import { isAtMost } from "../../core/rates.ts";
import type { OrderFilter, Page } from "../../core/records.ts";
import { priceBounds } from "../../routing/constraints.ts";
import { aboveMax, nothingKnown } from "../../routing/nothing.ts";
import { createTrader } from "../buying/buyer.ts";
import { type CallOptions, createOnce } from "../buying/once.ts";
import { lastUpstream, nothingSold, type Quoted, type Trade, uncertainPurchase } from "../buying/trade.ts";
import type { OrderParts } from "../parts.ts";
import type { Settlement } from "../settle/settlement.ts";
import type { Shelf } from "../shelf.ts";

export interface EsimWish {
  /** As the catalogue's offer is called. */
  readonly plan: string;
  readonly maxPrice?: Money | undefined;
}

export interface Esims {
  /** Buys a plan, once for a caller's `requestId` whatever happens; see CreateEsim in the API. */
  create(caller: Caller, options: CallOptions, wish: EsimWish): Promise<Esim>;
  get(caller: Caller, esimId: string): Promise<Esim>;
  list(caller: Caller, filter: OrderFilter<EsimStatus>): Promise<Page<Esim>>;
  /** Lets the purchases that were sent finish. */
  stop(): Promise<void>;
}

export interface EsimParts extends OrderParts {
  readonly shelf: Shelf;
  readonly settlement: Settlement;
}

/** Of a plan that is not there, in an error. */
const LONGEST_ECHO = 64;

const AN_ESIM = { goods: "an eSIM", idField: "esim_id" };

export function createEsims(parts: EsimParts): Esims {
  const { store, clock, newId, log, shelf, settlement, rates } = parts;
  const { esims } = store;

  const trade: Trade<
    Esim,
    undefined,
    { readonly orderRef: string; readonly activationCode: string; readonly price?: Money }
  > = {
    ...AN_ESIM,
    verb: "buyEsim",
    records: esims,
    publish: () => {},
    doubted: ({ esimId: orderId, upstream, provider }) =>
      settlement.add({ orderId, product: "ESIM", upstream, provider }),

    request({ desks: { esim: desk } }, offerRef, _ask, signal) {
      return desk && (() => desk.buyEsim(offerRef, signal));
    },

    record(esimId, { price, ...sold }, { quoted, time, tooMuch }) {
      const [orderRef, activationCode] = [sold.orderRef.toWellFormed(), sold.activationCode.toWellFormed()];
      if (tooMuch) log.warn({ esimId }, "an eSIM was charged above the maximum, and cannot be given back");
      const reason = tooMuch ? ("PRICE_ABOVE_MAX" as const) : undefined;
      return esims.recordPurchase(esimId, { orderRef, activationCode, price: price ?? quoted, reason, time });
    },
  };
  const buy = createTrader(parts, trade);

  const once = createOnce<Esim>({
    clock,
    idField: "esim_id",
    idOf: ({ esimId }) => esimId,
    isPending: ({ status }) => status === "PENDING",
    read: ({ caller, esimId }) => esims.get(caller, esimId),
    settled: settlement.awaited,
    whyNothing: (esim) => (esim.status === "FAILED" ? nothingSold(AN_ESIM, esim.esimId, esim) : undefined),
    uncertain: ({ esimId, attempts }) => uncertainPurchase(AN_ESIM, esimId, lastUpstream(attempts)),
  });

  /** Throws NOT_FOUND also for what the caller may not buy. */
  async function findPlan({ plan }: EsimWish, { allow }: Caller, patience: AbortSignal): Promise<Offer> {
    if (!shelf.findOffer(plan)) await shelf.settled("", "esim", [], patience, "ESIM");
    const offer = shelf.findOffer(plan);
    if (offer?.product === "ESIM" && isAllowed(allow.upstreams, offer.upstream)) return offer;
    const lacking = shelf.lacking(allow, "", "esim").filter(({ upstream }) => plan.startsWith(`${upstream}:`));
    const metadata = { plan: plan.slice(0, LONGEST_ECHO) };
    if (!offer && lacking.length > 0) throw nothingKnown(lacking, metadata);
    throw new GatewayError("NOT_FOUND", `there is no plan ${metadata.plan}`, { metadata });
  }

  function quote(offer: Offer, bounds: readonly Money[]): Quoted {
    const { offerId, price, available, availableCount } = offer;
    const metadata = { plan: offerId };
    if (!price) throw new GatewayError("NO_OFFERS", `the plan ${offerId} has no price`, { metadata });
    if (!available || availableCount === 0) {
      throw new GatewayError("NO_NUMBERS", `the plan ${offerId} is out of stock`, { metadata, retryAfterMs: 60_000 });
    }
    if (!bounds.every((bound) => isAtMost(price, bound, rates))) {
      throw aboveMax(`the plan ${offerId} costs ${formatMoney(price)}`, price, metadata);
    }
    return { offer, price, explain: () => `${offerId} at ${formatMoney(price)}: the plan that was asked for` };
  }

  return {
    create(caller, options, wish) {
      const { requestId, fingerprint } = options;
      const known = () => esims.findRequest(caller.name, requestId, fingerprint);
      return once.run(options, known, async (gone) => {
        const offer = await findPlan(wish, caller, gone);
        const bounds = priceBounds(wish, caller);
        const quoted = quote(offer, bounds);
        const { dataGb, validityDays } = offer.esimPlan ?? {};
        const id = newId("esim", clock.now());
        const { esim, created } = await esims.create({
          esimId: id,
          caller,
          requestId: requestId || id,
          fingerprint,
          request: { ...wish, displayName: offer.serviceName, dataGb, validityDays },
          time: new Date(clock.now()),
        });
        const deal = { id: esim.esimId, ask: undefined, bounds };
        return { state: esim, created, buy: () => buy(deal, [quoted], caller, gone) };
      });
    },

    get: (caller, esimId) => esims.get(caller.name, esimId),
    list: (caller, filter) => esims.list(caller.name, filter),
    stop: once.idle,
  };
}
