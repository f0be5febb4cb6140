import type { CatalogSnapshot } from "../core/catalog.ts";
import type { Money } from "../core/money.ts";
import { type Offer, PRODUCTS } from "../core/offer.ts";
import { countBefore } from "./numbers.ts";
import { readSortedTexts } from "./sorted-texts.ts";
import { readPlan, readTerms } from "./terms.ts";
import { readTraits, TRAITS } from "./traits.ts";

/** A snapshot's rows as offers: an object is made when one is looked at. */
export interface OfferRows {
  offerAt(row: number): Offer;
  /** Undefined where there is no such offer. */
  find(offerId: string): number | undefined;
  /** Undefined for the rank of those without a price. */
  priceAt(rank: number): Money | undefined;
  /** Of a price. */
  currencyOf(rank: number): string;
}

export function createOfferRows({ upstream, provider, offers }: CatalogSnapshot): OfferRows {
  // All at once: looking a column up in so large an object would cost as much as reading it.
  const { size, places, traits, price, availableCount, successRate, wait, fetchTime, rentalTerm, esimPlan } = offers;
  const { countries, services, serviceNames, serviceName, currencies, prices, currencyStarts } = offers;
  const { availableCounts, successRates, waits, fetchTimes, rentalTerms, esimPlans } = offers;
  const ids = readSortedTexts(offers.idBytes, offers.idBlocks, size);
  const prefix = `${upstream}:`;

  function currencyOf(rank: number): string {
    const index = countBefore(currencies.length, (at) => (currencyStarts[at] ?? 0) <= rank) - 1;
    return currencies[index] ?? "";
  }

  function priceAt(rank: number): Money | undefined {
    const micros = prices[rank];
    if (micros === undefined) return undefined;
    return { currency: currencyOf(rank), micros };
  }

  return {
    priceAt,
    currencyOf,
    find: (offerId) => (offerId.startsWith(prefix) ? ids.indexOf(offerId.slice(prefix.length)) : undefined),
    offerAt(row) {
      const place = places[row] ?? 0;
      const block = Math.floor(place / services.length);
      const service = services[place % services.length] ?? "";
      const trait = traits[row] ?? 0;
      const id = ids.at(row);
      const isServiceInId = (trait & TRAITS.SERVICE_IN_ID) !== 0;
      const { capabilities, available, curated, supportsAreaCode } = readTraits(trait);
      return {
        offerId: prefix + id,
        upstream,
        provider,
        ref: isServiceInId ? id.slice(0, -service.length - 1) : id,
        product: PRODUCTS[Math.floor(block / countries.length)] ?? "VERIFICATION",
        country: countries[block % countries.length] ?? "",
        service,
        serviceName: serviceNames[serviceName[row] ?? 0] ?? "",
        capabilities,
        price: priceAt(price[row] ?? 0),
        available,
        availableCount: availableCounts[availableCount[row] ?? 0],
        publishedSuccessRate: successRates[successRate[row] ?? 0],
        publishedWaitMs: waits[wait[row] ?? 0],
        curated,
        supportsAreaCode,
        rentalTerms: readTerms(rentalTerms[rentalTerm[row] ?? 0] ?? ""),
        esimPlan: readPlan(esimPlans[esimPlan[row] ?? 0] ?? ""),
        fetchTime: new Date(fetchTimes[fetchTime[row] ?? 0] ?? 0),
      };
    },
  };
}
