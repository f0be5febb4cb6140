import { LRUCache } from "lru-cache";
import type { CatalogSnapshot, Numbers } from "../core/catalog.ts";
import { PRODUCTS } from "../core/offer.ts";
import { countBeforeNear, sortByNumber } from "./numbers.ts";
import { CHEAPEST_FIRST, type Order } from "./order.ts";
import { createOfferRows, type OfferRows } from "./rows.ts";
import { serviceDisplayName } from "./services.ts";
import { type Breathe, SLICE } from "./slices.ts";
import { normalise } from "./text.ts";

/** Of the orders beside the cheapest first, or one however large. Making one anew takes milliseconds. */
const MOST_ORDER_BYTES = 1_000_000;

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
  /** The row and its service at each position of the rows by block, then by service, then cheapest first. */
  rowAt(position: number): number;
  serviceAt(position: number): number;
  /** The position at which each block begins; one more for the end of the last. */
  readonly blockStarts: Uint32Array;
  readonly blockTally: RowTally;
  /** The blocks that have any rows. */
  readonly blocks: readonly number[];
  /** By product * services + service. */
  readonly serviceTally: RowTally;
  /** Where the positions of a service in a block begin and end. */
  placeRange(block: number, service: number): readonly [start: number, end: number];
  /** What an order goes by: the rank of each row, and the value of each rank. Of prices to 53 bits, whatever the currency. */
  column(by: Order["by"]): { readonly ranks: Numbers; readonly values: Float64Array };
  /** For each rank of the order's column, and for no value, its place in the order. */
  orderOfRanks(order: Order): Uint32Array;
  /** All rows, in that order. */
  inOrder(order: Order): Uint32Array;
  /** The name under which the service is shown. */
  displayName(service: number): string;
  /** Normalised: of each service its slug and well-known name, and each name as the upstream spells it. */
  searchTexts(): SearchTexts;
}

export interface SearchTexts {
  readonly services: readonly (readonly string[])[];
  readonly serviceNames: readonly string[];
}

export async function indexSnapshot(snapshot: CatalogSnapshot, breathe: Breathe): Promise<SnapshotIndex> {
  const breathIfLarge = () => (snapshot.offers.size > SLICE ? breathe() : undefined);

  const { offers } = snapshot;
  const { size, places } = offers;
  const [c, s] = [offers.countries.length, offers.services.length];
  const rows = createOfferRows(snapshot);
  const sorted = new LRUCache<Order, Uint32Array>({
    maxSize: Math.max(MOST_ORDER_BYTES, size * Uint32Array.BYTES_PER_ELEMENT),
    sizeCalculation: ({ byteLength }) => Math.max(1, byteLength),
  });
  const displayNames: string[] = [];
  let searchTexts: SearchTexts | undefined;

  const columns = {
    price: { ranks: offers.price, values: Float64Array.from(offers.prices, Number) },
    successRate: { ranks: offers.successRate, values: offers.successRates },
    wait: { ranks: offers.wait, values: offers.waits },
    availableCount: { ranks: offers.availableCount, values: offers.availableCounts },
  };

  function orderOfRanks({ by, descending }: Order): Uint32Array {
    const { length } = columns[by].values;
    const numbers = Uint32Array.from({ length: length + 1 }, (_, rank) => rank);
    if (!descending) return numbers;
    // Amounts in different currencies are not compared: the currencies stay in their order.
    const starts = by === "price" ? offers.currencies.map((_, index) => offers.currencyStarts[index] ?? 0) : [0];
    for (const [index, start] of starts.entries()) numbers.subarray(start, starts[index + 1] ?? length).reverse();
    return numbers;
  }

  function sort(order: Order): Uint32Array {
    const { ranks, values } = columns[order.by];
    const numbers = orderOfRanks(order);
    return sortByNumber(size, undefined, values.length, (row) => numbers[ranks[row] ?? 0] ?? 0);
  }

  function inOrder(order: Order): Uint32Array {
    if (order === CHEAPEST_FIRST) return cheapestFirst;
    const rows = sorted.get(order) ?? sort(order);
    sorted.set(order, rows);
    return rows;
  }

  const blockCount = PRODUCTS.length * c;
  const blockTally = createTally(blockCount, offers.prices.length);
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
  const blockStarts = new Uint32Array(blockCount + 1);
  for (let block = 0; block < blockCount; block += 1) {
    blockStarts[block + 1] = (blockStarts[block] ?? 0) + (blockTally.counts[block] ?? 0);
  }
  await breathIfLarge();
  const cheapestFirst = sort(CHEAPEST_FIRST);
  await breathIfLarge();
  const byService = sortByNumber(size, cheapestFirst, s, (row) => (places[row] ?? 0) % s);
  await breathIfLarge();
  const rowsByPlace = sortByNumber(size, byService, blockCount, (row) => Math.floor((places[row] ?? 0) / s));
  await breathIfLarge();
  // As service * size + row: whoever looks for a service has the row as well, and looks at one place in memory.
  const byPlace = s * size <= 2 ** 32 ? rowsByPlace : Float64Array.from(rowsByPlace);
  for (let at = 0; at < size; at += 1) {
    const row = rowsByPlace[at] ?? 0;
    byPlace[at] = ((places[row] ?? 0) % s) * size + row;
  }

  return {
    ...rows,
    snapshot,
    countries: new Map(offers.countries.map((country, index) => [country, index])),
    services: new Map(offers.services.map((service, index) => [service, index])),
    rowAt: (position) => (byPlace[position] ?? 0) % size,
    serviceAt: (position) => ((byPlace[position] ?? 0) / size) >>> 0,
    blockStarts,
    blockTally,
    blocks: [...blockTally.counts.keys()].filter((block) => (blockTally.counts[block] ?? 0) > 0),
    serviceTally,
    placeRange(block, service) {
      const [start, end] = [blockStarts[block] ?? 0, blockStarts[block + 1] ?? 0];
      // Most countries have most services, and few offers for each.
      const guess = Math.floor(((end - start) * service) / s);
      const [low, high] = [service * size, (service + 1) * size];
      const first = start + countBeforeNear(guess, end - start, (at) => (byPlace[start + at] ?? 0) < low);
      return [first, first + countBeforeNear(0, end - first, (at) => (byPlace[first + at] ?? 0) < high)];
    },
    column: (by) => columns[by],
    orderOfRanks,
    inOrder,
    displayName(service) {
      const slug = offers.services[service] ?? "";
      const spelling = offers.serviceNames[offers.serviceName[exampleRows[service] ?? 0] ?? 0] ?? slug;
      displayNames[service] ??= serviceDisplayName(slug, spelling);
      return displayNames[service];
    },
    searchTexts() {
      searchTexts ??= {
        services: offers.services.map((slug) => [slug, normalise(serviceDisplayName(slug, slug))]),
        serviceNames: offers.serviceNames.map(normalise),
      };
      return searchTexts;
    },
  };
}

function createTally(length: number, none: number): RowTally {
  return { counts: new Uint32Array(length), cheapest: new Uint32Array(length).fill(none) };
}

function count({ counts, cheapest }: RowTally, at: number, price: number): void {
  counts[at] = (counts[at] ?? 0) + 1;
  if (price < (cheapest[at] ?? 0)) cheapest[at] = price;
}
