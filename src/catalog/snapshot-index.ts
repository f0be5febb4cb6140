import type { CatalogSnapshot, Numbers, OfferColumns } from "../core/catalog.ts";
import { PRODUCTS } from "../core/offer.ts";
import { countBefore, sortByNumber } from "./numbers.ts";
import { CHEAPEST_FIRST, type Order } from "./order.ts";
import { createOfferRows, type OfferRows } from "./rows.ts";

/** How many rows, and the rank of the lowest price among them. */
export interface RowTally {
  readonly counts: Uint32Array;
  readonly cheapest: Uint32Array;
}

/**
 * One upstream's snapshot with what makes it quick to ask. Never changes. A block is what is for sale as one product in
 * one country: product * countries + country.
 */
export interface SnapshotIndex extends OfferRows {
  readonly snapshot: CatalogSnapshot;
  readonly countries: ReadonlyMap<string, number>;
  readonly services: ReadonlyMap<string, number>;
  /** Rows by block, then by service, then cheapest first. */
  readonly byPlace: Uint32Array;
  /** Where each block begins in byPlace; one more for its end. */
  readonly blockStarts: Uint32Array;
  readonly blockTally: RowTally;
  /** By product * services + service. */
  readonly serviceTally: RowTally;
  /** A row of each service. */
  readonly exampleRows: Uint32Array;
  /** Where in byPlace the rows of a service in a block begin and end. */
  placeRange(block: number, service: number): readonly [start: number, end: number];
  /** All rows in that order; undefined where they are in it as they are. */
  inOrder(order: Order): Uint32Array | undefined;
  /** For each rank of the order's column its place in the order: ascending, and last for no value. */
  orderOfRanks(order: Order): Uint32Array;
}

export function indexSnapshot(snapshot: CatalogSnapshot): SnapshotIndex {
  const { offers } = snapshot;
  const { size, places } = offers;
  const [c, s] = [offers.countries.length, offers.services.length];
  const rows = createOfferRows(snapshot);
  const sorted = new Map<Order, Uint32Array | undefined>();

  function orderOfRanks({ by, descending }: Order): Uint32Array {
    const { length } = rankedColumn(offers, by);
    const numbers = Uint32Array.from({ length: length + 1 }, (_, rank) => rank);
    if (!descending) return numbers;
    // Amounts in different currencies are not compared: the currencies stay in their order.
    const starts = by === "price" ? offers.currencies.map((_, index) => offers.currencyStarts[index] ?? 0) : [0];
    for (const [index, start] of starts.entries()) numbers.subarray(start, starts[index + 1] ?? length).reverse();
    return numbers;
  }

  function inOrder(order: Order): Uint32Array | undefined {
    if (sorted.has(order)) return sorted.get(order);
    const { ranks, length } = rankedColumn(offers, order.by);
    const numbers = orderOfRanks(order);
    const found =
      ranks.length === 0 ? undefined : sortByNumber(size, undefined, length, (row) => numbers[ranks[row] ?? 0] ?? 0);
    sorted.set(order, found);
    return found;
  }

  const blocks = PRODUCTS.length * c;
  const blockTally = createTally(blocks, offers.prices.length);
  const serviceTally = createTally(PRODUCTS.length * s, offers.prices.length);
  const exampleRows = new Uint32Array(s);
  for (let row = size - 1; row >= 0; row -= 1) {
    const place = places[row] ?? 0;
    const block = Math.floor(place / s);
    const service = place - block * s;
    const price = offers.price[row] ?? 0;
    count(blockTally, block, price);
    count(serviceTally, Math.floor(block / c) * s + service, price);
    exampleRows[service] = row;
  }
  const blockStarts = new Uint32Array(blocks + 1);
  for (let block = 0; block < blocks; block += 1) {
    blockStarts[block + 1] = (blockStarts[block] ?? 0) + (blockTally.counts[block] ?? 0);
  }
  const byService = sortByNumber(size, inOrder(CHEAPEST_FIRST), s, (row) => (places[row] ?? 0) % s);
  const byPlace = sortByNumber(size, byService, blocks, (row) => Math.floor((places[row] ?? 0) / s));

  return {
    ...rows,
    snapshot,
    countries: new Map(offers.countries.map((country, index) => [country, index])),
    services: new Map(offers.services.map((service, index) => [service, index])),
    byPlace,
    blockStarts,
    blockTally,
    serviceTally,
    exampleRows,
    placeRange(block, service) {
      const [start, end] = [blockStarts[block] ?? 0, blockStarts[block + 1] ?? 0];
      const place = block * s + service;
      const first = start + countBefore(end - start, (at) => (places[byPlace[start + at] ?? 0] ?? 0) < place);
      return [first, first + countBefore(end - first, (at) => places[byPlace[first + at] ?? 0] === place)];
    },
    inOrder,
    orderOfRanks,
  };
}

/** What an order goes by: the rank of each row, and how many ranks there are. */
export function rankedColumn(offers: OfferColumns, by: Order["by"]): { ranks: Numbers; length: number } {
  switch (by) {
    case "price":
      return { ranks: offers.price, length: offers.prices.length };
    case "successRate":
      return { ranks: offers.successRate, length: offers.successRates.length };
    case "wait":
      return { ranks: offers.wait, length: offers.waits.length };
    case "availableCount":
      return { ranks: offers.availableCount, length: offers.availableCounts.length };
  }
}

function createTally(length: number, none: number): RowTally {
  return { counts: new Uint32Array(length), cheapest: new Uint32Array(length).fill(none) };
}

function count({ counts, cheapest }: RowTally, at: number, price: number): void {
  counts[at] = (counts[at] ?? 0) + 1;
  if (price < (cheapest[at] ?? 0)) cheapest[at] = price;
}
