import type { OfferColumns } from "../core/catalog.ts";
import type { Money } from "../core/money.ts";
import { countBefore } from "./numbers.ts";
import type { OfferFilter } from "./query.ts";
import { serviceDisplayName } from "./services.ts";
import { containing } from "./text.ts";
import { TRAITS } from "./traits.ts";

export type RowFilter = (row: number) => boolean;

/** What a row must be beside being in scope; undefined where that is nothing. */
export function createRowFilter(
  offers: OfferColumns,
  { capability, maxPrice, inStockOnly, search = "" }: OfferFilter,
): RowFilter | undefined {
  const filters: RowFilter[] = [];
  if (capability) filters.push(hasTrait(offers, TRAITS[capability]));
  if (inStockOnly) filters.push(hasTrait(offers, TRAITS.AVAILABLE), hasStock(offers));
  if (maxPrice) filters.push(costsAtMost(offers, maxPrice));
  if (search.trim() !== "") filters.push(isNamedLike(offers, search));
  if (filters.length === 0) return undefined;
  return (row) => filters.every((fits) => fits(row));
}

function hasTrait({ traits }: OfferColumns, trait: number): RowFilter {
  return (row) => ((traits[row] ?? 0) & trait) !== 0;
}

/** Unknown stock may be some. */
function hasStock({ availableCount, availableCounts }: OfferColumns): RowFilter {
  return (row) => availableCounts[availableCount[row] ?? 0] !== 0;
}

/** In the same currency. */
function costsAtMost({ currencies, currencyStarts, prices, price }: OfferColumns, max: Money): RowFilter {
  const currency = currencies.indexOf(max.currency);
  if (currency === -1) return () => false;
  const start = currencyStarts[currency] ?? 0;
  const nextStart = currency + 1 < currencies.length ? (currencyStarts[currency + 1] ?? 0) : prices.length;
  const end = start + countBefore(nextStart - start, (at) => (prices[start + at] ?? 0n) <= max.micros);
  return (row) => {
    const rank = price[row] ?? 0;
    return rank >= start && rank < end;
  };
}

/** Names are few, and looked at once each. */
function isNamedLike({ services, places, serviceNames, serviceName }: OfferColumns, search: string): RowFilter {
  const isWanted = containing(search);
  const wantedService = services.map((slug) => isWanted([slug, serviceDisplayName(slug, slug)]));
  const wantedName = serviceNames.map((name) => isWanted([name]));
  return (row) =>
    wantedService[(places[row] ?? 0) % services.length] === true || wantedName[serviceName[row] ?? 0] === true;
}
