import { LRUCache } from "lru-cache";
import type { Offer, Product } from "../core/offer.ts";
import { PRODUCTS } from "../core/offer.ts";
import { mergeSelections, type Sliceable } from "./merged.ts";
import { cheapestFirst, requireOrder } from "./order.ts";
import type { CountryFilter, CountrySummary, OfferFilter, ServiceFilter, ServiceSummary } from "./query.ts";
import { createResults } from "./results.ts";
import { createRowFilters } from "./row-filter.ts";
import { type IndexScope, resolveScope, type ScopeFilter, scopeOf } from "./scope.ts";
import { selectRows } from "./selection.ts";
import type { SnapshotIndex } from "./snapshot-index.ts";
import { tallyCountries, tallyServices } from "./tallies.ts";
import { containing } from "./text.ts";

/** Shelves whose offers are kept as objects: what is bought most is asked for again and again. */
const MOST_SHELVES = 250;

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
  offers(filter: OfferFilter): Sliceable<Offer>;
}

export function createView(version: number, indexes: readonly SnapshotIndex[]): View {
  const results = createResults();
  const shelves = new LRUCache<string, readonly Offer[]>({ max: MOST_SHELVES });

  function scopesOf(filter: ScopeFilter): readonly IndexScope[] {
    const scope = resolveScope(filter);
    return indexes.filter(({ snapshot }) => scope.upstream(snapshot.upstream)).map((index) => scopeOf(index, scope));
  }

  function offersFor(product: Product, country: string, service: string): readonly Offer[] {
    const key = `${product} ${country} ${service}`;
    const known = shelves.get(key);
    if (known) return known;
    const offers: Offer[] = [];
    for (const index of indexes) {
      const [countryAt, serviceAt] = [index.countries.get(country), index.services.get(service)];
      if (countryAt === undefined || serviceAt === undefined) continue;
      const block = PRODUCTS.indexOf(product) * index.countries.size + countryAt;
      const [start, end] = index.placeRange(block, serviceAt);
      const place = block * index.services.size + serviceAt;
      for (let at = start; at < end; at += 1) offers.push(index.offerAt(index.rowAt(at), place));
    }
    offers.sort(cheapestFirst);
    if (offers.length > 0) shelves.set(key, offers);
    return offers;
  }

  function findOffer(offerId: string): Offer | undefined {
    for (const index of indexes) {
      const row = index.find(offerId);
      if (row !== undefined) return index.offerAt(row);
    }
    return undefined;
  }

  function services({ search = "", ...filter }: ServiceFilter): readonly ServiceSummary[] {
    const isWanted = containing(search);
    return tallyServices(scopesOf(filter)).filter(({ service, displayName }) => isWanted([service, displayName]));
  }

  function offers(filter: OfferFilter): Sliceable<Offer> {
    const order = requireOrder(filter.orderBy ?? "");
    const selections = scopesOf(filter).map((scope) => selectRows(scope, createRowFilters(scope.index, filter), order));
    return mergeSelections(selections, order);
  }

  return {
    version,
    indexes,
    offersFor,
    findOffer,
    countries: (filter) => results("countries", filter, () => tallyCountries(scopesOf(filter))),
    services: (filter) => results("services", filter, () => services(filter)),
    offers: (filter) => results("offers", filter, () => offers(filter)),
  };
}
