import type { AllowList } from "../core/caller.ts";
import type { Money } from "../core/money.ts";
import type { Offer, Product } from "../core/offer.ts";
import { createAllowed, oneOf } from "./allowed.ts";
import { countryName, resolveCountry } from "./countries.ts";
import { cheapestFirst, comparePrices, compareText, requireOrder } from "./order.ts";
import type { CountryFilter, CountrySummary, OfferFilter, ServiceFilter, ServiceSummary, Tally } from "./query.ts";
import { createResults } from "./results.ts";
import { canonicalService } from "./services.ts";
import { serviceNameOf } from "./snapshot.ts";
import { getOrAdd, type SnapshotIndex } from "./snapshot-index.ts";
import { containing, normalise } from "./text.ts";

/** Everything for sale at one time, from all upstreams. Never changes, so the same question always has the same answer. */
export interface View {
  readonly version: number;
  readonly indexes: readonly SnapshotIndex[];
  /** Cheapest first. */
  offersFor(product: Product, country: string, service: string): readonly Offer[];
  findOffer(offerId: string): Offer | undefined;
  /** By code. */
  countries(filter: CountryFilter): readonly CountrySummary[];
  /** By slug. */
  services(filter: ServiceFilter): readonly ServiceSummary[];
  /** In the order asked for. */
  offers(filter: OfferFilter): readonly Offer[];
}

interface BinFilter {
  readonly product?: Product;
  readonly country?: string;
  readonly service?: string;
  readonly upstreams?: readonly string[];
  readonly allow?: AllowList;
}

export function createView(version: number, indexes: readonly SnapshotIndex[]): View {
  const merged = new Map<string, readonly Offer[]>();
  const results = createResults();

  /** The offers in question, by upstream, product, country and service; each cheapest first. */
  function* binsOf({ product, upstreams, allow, ...names }: BinFilter): Generator<readonly Offer[]> {
    const country = names.country && (resolveCountry(names.country) ?? names.country);
    const service = names.service && (canonicalService(names.service) ?? normalise(names.service));
    const allowed = createAllowed(allow);
    const isAsked = oneOf(upstreams?.length ? upstreams : undefined);
    for (const { snapshot, bins } of indexes) {
      if (!isAsked(snapshot.upstream) || !allowed.upstream(snapshot.upstream)) continue;
      for (const [, byCountry] of pick(bins, product)) {
        for (const [code, byService] of pick(byCountry, country)) {
          if (!allowed.country(code)) continue;
          for (const [slug, bin] of pick(byService, service)) {
            if (allowed.service(slug)) yield bin;
          }
        }
      }
    }
  }

  function offersFor(product: Product, country: string, service: string): readonly Offer[] {
    const key = `${product} ${country} ${service}`;
    const known = merged.get(key);
    if (known) return known;
    const bins = indexes.flatMap((index) => {
      const bin = index.bins.get(product)?.get(country)?.get(service);
      return bin ? [bin] : [];
    });
    if (bins.length < 2) return bins[0] ?? [];
    const offers = bins.flat().sort(cheapestFirst);
    merged.set(key, offers);
    return offers;
  }

  function countries(filter: CountryFilter): readonly CountrySummary[] {
    return tally(binsOf(filter), ({ country }) => country).map(([country, bins]) => ({
      country,
      displayName: countryName(country),
      ...total(bins),
    }));
  }

  function services({ search = "", ...filter }: ServiceFilter): readonly ServiceSummary[] {
    const isWanted = containing(search);
    return tally(binsOf(filter), ({ service }) => service)
      .map(([service, bins]) => ({ service, displayName: shownAs(service, bins), ...total(bins) }))
      .filter(({ service, displayName }) => isWanted([service, displayName]));
  }

  function offers(filter: OfferFilter): readonly Offer[] {
    const order = requireOrder(filter.orderBy ?? "");
    const fits = offerFilter(filter);
    const found: Offer[] = [];
    for (const bin of binsOf(filter)) {
      for (const offer of bin) if (fits(offer)) found.push(offer);
    }
    return found.sort(order);
  }

  return {
    version,
    indexes,
    offersFor,
    findOffer(offerId) {
      for (const { byId } of indexes) {
        const offer = byId.get(offerId);
        if (offer) return offer;
      }
      return undefined;
    },
    countries: (filter) => results("countries", filter, () => countries(filter)),
    services: (filter) => results("services", filter, () => services(filter)),
    offers: (filter) => results("offers", filter, () => offers(filter)),
  };
}

function* pick<K, V>(map: ReadonlyMap<K, V>, key: K | undefined): Generator<readonly [K, V]> {
  if (!key) return yield* map;
  const value = map.get(key);
  if (value !== undefined) yield [key, value];
}

type Bins = readonly (readonly Offer[])[];

/** The bins by what they have in common, in that order. */
function tally(
  bins: Iterable<readonly Offer[]>,
  keyOf: (offer: Offer) => string,
): readonly (readonly [string, Bins])[] {
  const byKey = new Map<string, (readonly Offer[])[]>();
  for (const bin of bins) {
    if (bin[0]) getOrAdd(byKey, keyOf(bin[0]), () => []).push(bin);
  }
  return [...byKey].sort(([a], [b]) => compareText(a, b));
}

function total(bins: Bins): Tally {
  let offerCount = 0;
  let minPrice: Money | undefined;
  for (const bin of bins) {
    offerCount += bin.length;
    const cheapest = bin[0]?.price;
    if (comparePrices(cheapest, minPrice) < 0) minPrice = cheapest;
  }
  return { offerCount, ...(minPrice && { minPrice }) };
}

function shownAs(service: string, [bin]: Bins): string {
  return bin?.[0] ? serviceNameOf(bin[0]).displayName : service;
}

function offerFilter({ capability, maxPrice, inStockOnly, search = "" }: OfferFilter): (offer: Offer) => boolean {
  const isNamed = namedLike(search);
  return (offer) =>
    (!capability || offer.capabilities.includes(capability)) &&
    (!inStockOnly || (offer.available && offer.availableCount !== 0)) &&
    (!maxPrice || isWithin(offer.price, maxPrice)) &&
    isNamed(offer);
}

function isWithin(price: Money | undefined, max: Money): boolean {
  return price !== undefined && price.currency === max.currency && price.micros <= max.micros;
}

function namedLike(search: string): (offer: Offer) => boolean {
  const isWanted = containing(search);
  const verdicts = new Map<string, boolean>();
  return (offer) =>
    getOrAdd(verdicts, `${offer.service} ${offer.serviceName}`, () =>
      isWanted([offer.service, offer.serviceName, serviceNameOf(offer).displayName]),
    );
}
