import type { Money } from "../core/money.ts";
import { PRODUCTS } from "../core/offer.ts";
import { countryName } from "./countries.ts";
import { comparePrices, compareText } from "./order.ts";
import type { CountrySummary, ServiceSummary, Tally } from "./query.ts";
import { eachRun, type IndexScope } from "./scope.ts";

/** What the scopes, one of each snapshot, have in each country, by code. */
export function tallyCountries(scopes: readonly IndexScope[]): readonly CountrySummary[] {
  const tallies = new Map<string, Tally>();
  for (const scope of scopes) {
    const { countries, prices } = scope.index.snapshot.offers;
    const sums = createSums(countries.length, prices.length);
    if (scope.services) {
      eachRow(scope, (block, _, price) => sums.add(block % countries.length, 1, price));
    } else {
      const { counts, cheapest } = scope.index.blockTally;
      for (const block of scope.blocks) {
        sums.add(block % countries.length, counts[block] ?? 0, cheapest[block] ?? prices.length);
      }
    }
    sums.addTo(tallies, countries, scope.index.priceAt);
  }
  // eSIM plans may be for no single country.
  tallies.delete("");
  return inOrder(tallies).map(([country, tally]) => ({ country, displayName: countryName(country), ...tally }));
}

/** What they have for each service, by slug; eSIM plans are for none. */
export function tallyServices(all: readonly IndexScope[]): readonly ServiceSummary[] {
  const scopes = all.map(withoutEsims);
  const tallies = new Map<string, Tally>();
  const names = new Map<string, string>();
  for (const scope of scopes) {
    const { services, prices } = scope.index.snapshot.offers;
    const sums = createSums(services.length, prices.length);
    const whole = wholeProducts(scope);
    if (whole && !scope.services) {
      const { counts, cheapest } = scope.index.serviceTally;
      for (const product of whole) {
        for (let service = 0; service < services.length; service += 1) {
          const at = product * services.length + service;
          sums.add(service, counts[at] ?? 0, cheapest[at] ?? prices.length);
        }
      }
    } else {
      eachRow(scope, (_, service, price) => sums.add(service, 1, price));
    }
    sums.addTo(tallies, services, scope.index.priceAt);
    for (const [service, slug] of services.entries()) {
      if (sums.has(service) && !names.has(slug)) names.set(slug, scope.index.displayName(service));
    }
  }
  return inOrder(tallies).map(([service, tally]) => ({
    service,
    displayName: names.get(service) ?? service,
    ...tally,
  }));
}

function withoutEsims(scope: IndexScope): IndexScope {
  return { ...scope, blocks: scope.blocks.filter((block) => PRODUCTS[productOf(scope, block)] !== "ESIM") };
}

function productOf({ index }: IndexScope, block: number): number {
  return Math.floor(block / index.snapshot.offers.countries.length);
}

/** The scope's products, where it has each of them in every country. */
function wholeProducts(scope: IndexScope): readonly number[] | undefined {
  const { index, blocks } = scope;
  const products = new Set(blocks.map((block) => productOf(scope, block)));
  const all = index.blocks.filter((block) => products.has(productOf(scope, block)));
  return all.length === blocks.length ? [...products] : undefined;
}

function eachRow(scope: IndexScope, visit: (block: number, service: number, price: number) => void): void {
  const { rowAt, serviceAt, snapshot } = scope.index;
  const { price } = snapshot.offers;
  eachRun(scope, (block, start, end) => {
    for (let at = start; at < end; at += 1) {
      visit(block, serviceAt(at), price[rowAt(at)] ?? 0);
    }
  });
}

function createSums(length: number, none: number) {
  const counts = new Uint32Array(length);
  const cheapest = new Uint32Array(length).fill(none);
  return {
    add(at: number, count: number, price: number): void {
      counts[at] = (counts[at] ?? 0) + count;
      if (price < (cheapest[at] ?? none)) cheapest[at] = price;
    },
    has: (at: number) => (counts[at] ?? 0) > 0,
    addTo(tallies: Map<string, Tally>, names: readonly string[], priceAt: (rank: number) => Money | undefined): void {
      for (const [at, name] of names.entries()) {
        const count = counts[at] ?? 0;
        if (count === 0) continue;
        const { offerCount = 0, minPrice: lowest } = tallies.get(name) ?? {};
        const price = priceAt(cheapest[at] ?? none);
        const minPrice = comparePrices(price, lowest) < 0 ? price : lowest;
        tallies.set(name, minPrice ? { offerCount: offerCount + count, minPrice } : { offerCount: offerCount + count });
      }
    },
  };
}

function inOrder(tallies: ReadonlyMap<string, Tally>): readonly (readonly [string, Tally])[] {
  return [...tallies].sort(([a], [b]) => compareText(a, b));
}
