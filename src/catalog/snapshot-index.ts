import type { CatalogSnapshot } from "../core/catalog.ts";
import type { Offer, Product } from "../core/offer.ts";
import { cheapestFirst } from "./order.ts";

/** One upstream's snapshot with what makes it quick to ask. Never changes. */
export interface SnapshotIndex {
  readonly snapshot: CatalogSnapshot;
  readonly byId: ReadonlyMap<string, Offer>;
  /** By product, country and service; each cheapest first. */
  readonly bins: ReadonlyMap<Product, ReadonlyMap<string, ReadonlyMap<string, readonly Offer[]>>>;
  readonly services: ReadonlySet<string>;
}

export function indexSnapshot(snapshot: CatalogSnapshot): SnapshotIndex {
  const byId = new Map<string, Offer>();
  const bins = new Map<Product, Map<string, Map<string, Offer[]>>>();
  const services = new Set<string>();
  for (const offer of snapshot.offers) {
    byId.set(offer.offerId, offer);
    services.add(offer.service);
    const byCountry = getOrAdd(bins, offer.product, () => new Map<string, Map<string, Offer[]>>());
    const byService = getOrAdd(byCountry, offer.country, () => new Map<string, Offer[]>());
    getOrAdd(byService, offer.service, () => []).push(offer);
  }
  for (const byCountry of bins.values()) {
    for (const byService of byCountry.values()) {
      for (const bin of byService.values()) if (bin.length > 1) bin.sort(cheapestFirst);
    }
  }
  return { snapshot, byId, bins, services };
}

export function getOrAdd<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const there = map.get(key);
  if (there !== undefined) return there;
  const made = make();
  map.set(key, made);
  return made;
}
