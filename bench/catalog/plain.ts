// The catalogue as one would write it first: an object for each offer, and every question answered by looking at all of
// them. What the columns are measured against here, and must agree with in the tests.

import { createAllowed } from "../../src/catalog/allowed.ts";
import { countryName, resolveCountry } from "../../src/catalog/countries.ts";
import { factsOf } from "../../src/catalog/facts.ts";
import { cheapestFirst, comparePrices, compareText } from "../../src/catalog/order.ts";
import type {
  CountryFilter,
  CountrySummary,
  OfferFilter,
  ServiceFilter,
  ServiceSummary,
} from "../../src/catalog/query.ts";
import { canonicalService, resolveServices, serviceDisplayName } from "../../src/catalog/services.ts";
import { isPrice, termsOf } from "../../src/catalog/terms.ts";
import { containing, normalise, printable } from "../../src/catalog/text.ts";
import type { Listing } from "../../src/core/desks.ts";
import type { Money } from "../../src/core/money.ts";
import type { Offer, Product } from "../../src/core/offer.ts";

/** What an upstream that lists this has for sale, by id. */
export function plainOffers(
  upstream: { readonly id: string; readonly provider: string },
  listings: readonly Listing[],
  fetchTime: Date,
): Offer[] {
  const byRef = new Map<string, readonly Offer[]>();
  for (const listing of listings) {
    byRef.delete(listing.ref);
    const offers = offersOf(upstream, listing, fetchTime);
    if (offers.length > 0) byRef.set(listing.ref, offers);
  }
  const byId = new Map([...byRef.values()].flat().map((offer) => [offer.offerId, offer]));
  return [...byId.values()].sort((a, b) => compareText(a.offerId, b.offerId));
}

function offersOf(
  { id, provider }: { readonly id: string; readonly provider: string },
  listing: Listing,
  fetchTime: Date,
): readonly Offer[] {
  const isEsim = listing.product === "ESIM";
  const country = resolveCountry(listing.country) ?? (isEsim ? "" : undefined);
  const services = isEsim ? ["esim"] : resolveServices(listing.serviceName).map(({ slug }) => slug);
  const isSound = !/[\s\p{C}]/u.test(listing.ref) && (!listing.price || isPrice(listing.price));
  if (country === undefined || !isSound) return [];
  return services.map((service) => ({
    offerId: `${id}:${listing.ref}${services.length > 1 ? `/${service}` : ""}`,
    upstream: id,
    provider,
    ref: listing.ref,
    product: listing.product,
    country,
    service,
    serviceName: printable(listing.serviceName),
    capabilities: listing.capabilities,
    ...factsOf(listing),
    curated: listing.curated ?? false,
    supportsAreaCode: listing.supportsAreaCode ?? false,
    rentalTerms: termsOf(listing),
    esimPlan: listing.esimPlan,
    fetchTime,
  }));
}

export interface Plain {
  offersFor(product: Product, country: string, service: string): readonly Offer[];
  find(offerId: string): Offer | undefined;
  offers(filter: OfferFilter): readonly Offer[];
  countries(filter: CountryFilter): readonly CountrySummary[];
  services(filter: ServiceFilter): readonly ServiceSummary[];
}

/** The offers of all upstreams, those of one after those of another. */
export function createPlain(all: readonly Offer[]): Plain {
  return {
    offersFor: (product, country, service) =>
      all
        .filter((offer) => offer.product === product && offer.country === country && offer.service === service)
        .sort(cheapestFirst),
    find: (offerId) => all.find((offer) => offer.offerId === offerId),
    offers: (filter) => all.filter(offerFilter(filter)).sort(ORDERS[filter.orderBy || "price"]),
    countries: (filter) =>
      tally(all.filter(offerFilter(filter)), ({ country }) => country).map(([country, offers]) => ({
        country,
        displayName: countryName(country),
        ...total(offers),
      })),
    services: ({ search = "", ...filter }) => {
      const isWanted = containing(search);
      return tally(all.filter(offerFilter(filter)), ({ service }) => service)
        .map(([service, offers]) => ({ service, displayName: shownAs(all, offers), ...total(offers) }))
        .filter(({ service, displayName }) => isWanted([service, displayName]));
    },
  };
}

function offerFilter(filter: OfferFilter): (offer: Offer) => boolean {
  const { product, upstreams = [], capability, inStockOnly, maxPrice, search = "" } = filter;
  const country = filter.country && (resolveCountry(filter.country) ?? filter.country);
  const service = filter.service && (canonicalService(filter.service) ?? normalise(filter.service));
  const allowed = createAllowed(filter.allow);
  const isWanted = containing(search);
  return (offer) =>
    allowed.upstream(offer.upstream) &&
    allowed.country(offer.country) &&
    allowed.service(offer.service) &&
    (upstreams.length === 0 || upstreams.includes(offer.upstream)) &&
    (!product || offer.product === product) &&
    (!country || offer.country === country) &&
    (!service || offer.service === service) &&
    (!capability || offer.capabilities.includes(capability)) &&
    (!inStockOnly || (offer.available && offer.availableCount !== 0)) &&
    (!maxPrice || (offer.price?.currency === maxPrice.currency && offer.price.micros <= maxPrice.micros)) &&
    isWanted([offer.service, offer.serviceName, serviceDisplayName(offer.service, offer.serviceName)]);
}

type Comparator = (a: Offer, b: Offer) => number;

const ORDERS: Readonly<Record<string, Comparator>> = {
  price: cheapestFirst,
  "price desc": by(({ price }) => price, dearer),
  "success_rate desc": by(
    ({ publishedSuccessRate }) => publishedSuccessRate,
    (a, b) => b - a,
  ),
  wait: by(
    ({ publishedWaitMs }) => publishedWaitMs,
    (a, b) => a - b,
  ),
  "available_count desc": by(
    ({ availableCount }) => availableCount,
    (a, b) => b - a,
  ),
};

function by<T>(read: (offer: Offer) => T | undefined, compare: (a: T, b: T) => number): Comparator {
  return (a, b) => {
    const [x, y] = [read(a), read(b)];
    const known =
      x !== undefined && y !== undefined ? compare(x, y) : Number(x === undefined) - Number(y === undefined);
    return known || compareText(a.offerId, b.offerId);
  };
}

function dearer(a: Money, b: Money): number {
  return compareText(a.currency, b.currency) || comparePrices(b, a);
}

function tally(offers: readonly Offer[], keyOf: (offer: Offer) => string): (readonly [string, readonly Offer[]])[] {
  return [...Map.groupBy(offers, keyOf)].sort(([a], [b]) => compareText(a, b));
}

function total(offers: readonly Offer[]): { offerCount: number; minPrice?: Money } {
  const minPrice = offers.map(({ price }) => price).reduce((a, b) => (comparePrices(a, b) <= 0 ? a : b));
  return { offerCount: offers.length, ...(minPrice && { minPrice }) };
}

/** As the first upstream that sells it in question spells it on the first of all its offers. */
function shownAs(all: readonly Offer[], [offer]: readonly Offer[]): string {
  const first = all.find(({ upstream, service }) => upstream === offer?.upstream && service === offer.service);
  return first ? serviceDisplayName(first.service, first.serviceName) : "";
}
