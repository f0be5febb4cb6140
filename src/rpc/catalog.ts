import { durationFromMs, timestampFromDate, timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { ServiceImpl } from "@connectrpc/connect";
import type { CatalogService } from "../../gen/numgate/v1/catalog_pb.ts";
import type { Catalog } from "../catalog/catalog.ts";
import { isAllowed } from "../core/caller.ts";
import type { Offer } from "../core/offer.ts";
import type { Store } from "../core/store.ts";
import type { Upstream } from "../core/upstream.ts";
import type { Verifications } from "../orders/verifications.ts";
import type { Router } from "../routing/router.ts";
import type { Balances } from "../upstream/balance.ts";
import { callerOf } from "./auth.ts";
import {
  capabilityFromWire,
  moneyFromWire,
  moneyToWire,
  offerToWire,
  productFromWire,
  upstreamStateToWire,
} from "./convert.ts";
import { paging } from "./listing.ts";
import { createOfferPages } from "./offer-pages.ts";
import { rankingToWire } from "./ranking.ts";
import { type RequestParts, readRequest } from "./request.ts";

const MOST_LISTED = 100;
/** Whoever lists upstreams again and again does not spend their rate limits on it. */
const BALANCE_MAX_AGE_MS = 30_000;

interface Parts extends RequestParts {
  readonly catalog: Catalog;
  readonly verifications: Pick<Verifications, "rank">;
  readonly router: Pick<Router, "observed" | "standing">;
  readonly upstreams: ReadonlyMap<string, Upstream>;
  readonly balances: Balances;
  readonly store: Pick<Store, "countOpen">;
}

export function catalogService(parts: Parts): Partial<ServiceImpl<typeof CatalogService>> {
  const { catalog, upstreams, store, router, verifications } = parts;
  const shown = (offer: Offer) => offerToWire(offer, router.observed(offer));
  const offerPageToWire = createOfferPages(router);
  return {
    listCountries({ product, service, ...asked }, context) {
      const { allow } = callerOf(context);
      const filter = { product: productFromWire(product), service, allow };
      const page = catalog.listCountries({ ...filter, ...paging(asked) });
      const countries = page.countries.map(({ country, displayName, offerCount, minPrice }) => ({
        countryCode: country,
        displayName,
        offerCount,
        minPrice: minPrice && moneyToWire(minPrice),
      }));
      return { countries, nextPageToken: page.nextPageToken };
    },

    listServices({ product, countryCode, search, ...asked }, context) {
      const { allow } = callerOf(context);
      const filter = { product: productFromWire(product), country: countryCode.toUpperCase(), search, allow };
      const page = catalog.listServices({ ...filter, ...paging(asked) });
      const services = page.services.map(({ minPrice, ...service }) => ({
        ...service,
        minPrice: minPrice && moneyToWire(minPrice),
      }));
      return { services, nextPageToken: page.nextPageToken };
    },

    listOffers(request, context) {
      const page = catalog.listOffers({
        product: productFromWire(request.product),
        country: request.countryCode.toUpperCase(),
        service: request.service,
        capability: capabilityFromWire(request.capability),
        upstreams: request.upstreams,
        maxPrice: request.maxPrice && moneyFromWire(request.maxPrice),
        inStockOnly: request.inStockOnly,
        search: request.search,
        orderBy: request.orderBy,
        allow: callerOf(context).allow,
        ...paging(request),
      });
      return offerPageToWire(page);
    },

    async getOffer({ offerId, refresh }, context) {
      const { allow } = callerOf(context);
      const offer = refresh ? await catalog.refreshOffer(offerId, allow) : catalog.getOffer(offerId, allow);
      return { offer: shown(offer) };
    },

    async rankOffers({ days, ...fields }, context) {
      const request = await readRequest(fields, parts, context.signal);
      const ranking = await verifications.rank(callerOf(context), request, context.signal, days || undefined);
      const byMoney = days > 0 || request.strategy !== "MOST_RELIABLE";
      return { candidates: rankingToWire(ranking, router, byMoney) };
    },

    async listUpstreams(_request, context) {
      const open = await store.countOpen();
      const { allow } = callerOf(context);
      const shown = await Promise.all(
        [...upstreams.values()]
          .filter(({ id }) => isAllowed(allow.upstreams, id))
          .sort((a, b) => (a.id < b.id ? -1 : 1))
          .map((upstream) => describe(upstream, open.get(upstream.id) ?? 0, parts)),
      );
      return { upstreams: shown };
    },
  };
}

function optionalTime(time: number | undefined) {
  return time === undefined ? undefined : timestampFromMs(time);
}

async function describe(upstream: Upstream, openOrders: number, { catalog, balances, router }: Parts) {
  const balance = await balances.read(upstream, BALANCE_MAX_AGE_MS);
  const { state, benchedUntil, breakerUntil, benchedPlaces } = router.standing(upstream.id);
  const lastError = upstream.lastError();
  const status = catalog.status(upstream.id);
  return {
    upstream: upstream.id,
    provider: upstream.provider,
    state: upstreamStateToWire(state),
    balance: balance && moneyToWire(balance.money),
    openOrders,
    rateLimits: upstream.limits().map(({ name, calls, remaining, windowMs }) => ({
      name,
      limit: calls,
      remaining,
      window: durationFromMs(windowMs),
    })),
    catalogTime: status?.fetchTime && timestampFromDate(status.fetchTime),
    offerCount: status?.offerCount ?? 0,
    features: [...upstream.features],
    lastError: lastError && { message: lastError.message, time: timestampFromDate(lastError.time) },
    unresolvedNames: status?.unresolved.slice(0, MOST_LISTED) ?? [],
    benchedUntil: optionalTime(benchedUntil),
    breakerUntil: optionalTime(breakerUntil),
    benchedPlaces: benchedPlaces.slice(0, MOST_LISTED).map(({ place, until }) => ({
      countryCode: place.country,
      service: place.service,
      until: timestampFromMs(until),
    })),
  };
}
