import type { OfferColumns } from "../core/catalog.ts";
import type { Money } from "../core/money.ts";
import { countBefore, keepWanted, wantedOf } from "./numbers.ts";
import type { OfferFilter } from "./query.ts";
import type { SnapshotIndex } from "./snapshot-index.ts";
import { containedIn } from "./text.ts";
import { MOST_TRAITS, TRAITS } from "./traits.ts";

/** Keeps some of the rows, at the front of the same array and in their order. */
export type RowFilter = (rows: Uint32Array) => Uint32Array;

/** What rows must be beside being in scope, one after the other. */
export function createRowFilters(
  index: SnapshotIndex,
  { capability, maxPrice, inStockOnly, search = "" }: OfferFilter,
): readonly RowFilter[] {
  const { offers } = index.snapshot;
  const filters: RowFilter[] = [];
  const traits = (capability ? TRAITS[capability] : 0) + (inStockOnly ? TRAITS.AVAILABLE : 0);
  if (traits > 0) filters.push(withTraits(offers, traits));
  if (inStockOnly) filters.push(withStock(offers));
  if (maxPrice) filters.push(upTo(offers, maxPrice));
  if (search.trim() !== "") filters.push(namedLike(index, search));
  return filters;
}

function withTraits(offers: OfferColumns, traits: number): RowFilter {
  const wanted = wantedOf(MOST_TRAITS + 1, (each) => (each & traits) === traits);
  return (rows) => keepWanted(rows, offers.traits, wanted);
}

/** Unknown stock may be some. */
function withStock({ availableCount, availableCounts }: OfferColumns): RowFilter {
  const wanted = wantedOf(availableCounts.length + 1, (rank) => availableCounts[rank] !== 0);
  return (rows) => keepWanted(rows, availableCount, wanted);
}

/** In the same currency. */
function upTo({ currencies, currencyStarts, prices, price }: OfferColumns, max: Money): RowFilter {
  const currency = currencies.indexOf(max.currency);
  const start = currency === -1 ? prices.length : (currencyStarts[currency] ?? 0);
  const nextStart = currency + 1 < currencies.length ? (currencyStarts[currency + 1] ?? 0) : prices.length;
  const end = start + countBefore(nextStart - start, (at) => (prices[start + at] ?? 0n) <= max.micros);
  const wanted = new Uint8Array(prices.length + 1).fill(1, start, end);
  return (rows) => keepWanted(rows, price, wanted);
}

/** Names are few, and looked at once each. */
function namedLike({ snapshot, searchTexts }: SnapshotIndex, search: string): RowFilter {
  const { services, places, serviceName } = snapshot.offers;
  const isWanted = containedIn(search);
  const texts = searchTexts();
  const wantedService = texts.services.map((ways) => ways.some(isWanted));
  const wantedName = texts.serviceNames.map(isWanted);
  return (rows) => {
    let kept = 0;
    for (let at = 0; at < rows.length; at += 1) {
      const row = rows[at] ?? 0;
      const isLike = wantedName[serviceName[row] ?? 0] || wantedService[(places[row] ?? 0) % services.length];
      if (!isLike) continue;
      rows[kept] = row;
      kept += 1;
    }
    return rows.subarray(0, kept);
  };
}
