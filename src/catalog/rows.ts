import type { CatalogSnapshot } from "../core/catalog.ts";
import type { Money } from "../core/money.ts";
import { type Offer, PRODUCTS } from "../core/offer.ts";
import { ListedOffer } from "./listed-offer.ts";
import { countBefore } from "./numbers.ts";
import { readSortedTexts } from "./sorted-texts.ts";
import { readPlan, readTerms } from "./terms.ts";
import { readTraits, TRAITS } from "./traits.ts";

/** A snapshot's rows as offers: an object is made when one is looked at. */
export interface OfferRows {
  /** The row's place is looked up where it is not known. */
  offerAt(row: number, place?: number): Offer;
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
  const times = Array.from(fetchTimes, (time) => new Date(time));

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
    offerAt(row, place = places[row] ?? 0) {
      // All columns before anything is made of them: the processor then waits for all of them at once.
      const trait = traits[row] ?? 0;
      const name = serviceName[row] ?? 0;
      const ranks = {
        price: price[row] ?? 0,
        availableCount: availableCount[row] ?? 0,
        successRate: successRate[row] ?? 0,
        wait: wait[row] ?? 0,
        fetchTime: fetchTime[row] ?? 0,
        rentalTerm: rentalTerm[row] ?? 0,
        esimPlan: esimPlan[row] ?? 0,
      };
      const block = Math.floor(place / services.length);
      const service = services[place - block * services.length] ?? "";
      const isServiceInId = (trait & TRAITS.SERVICE_IN_ID) !== 0;
      const { capabilities, available, curated, supportsAreaCode } = readTraits(trait);
      return new ListedOffer(ids, row, isServiceInId, {
        upstream,
        provider,
        product: PRODUCTS[Math.floor(block / countries.length)] ?? "VERIFICATION",
        country: countries[block % countries.length] ?? "",
        service,
        serviceName: serviceNames[name] ?? "",
        capabilities,
        price: priceAt(ranks.price),
        available,
        availableCount: availableCounts[ranks.availableCount],
        publishedSuccessRate: successRates[ranks.successRate],
        publishedWaitMs: waits[ranks.wait],
        curated,
        supportsAreaCode,
        rentalTerms: readTerms(rentalTerms[ranks.rentalTerm] ?? ""),
        esimPlan: readPlan(esimPlans[ranks.esimPlan] ?? ""),
        fetchTime: times[ranks.fetchTime] ?? new Date(0),
      });
    },
  };
}
