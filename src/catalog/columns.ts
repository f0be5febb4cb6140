import type { Numbers, OfferColumns } from "../core/catalog.ts";
import { UpstreamFault } from "../core/error.ts";
import { PRODUCTS } from "../core/offer.ts";
import { type Draft, type DraftColumn, NO_VALUE } from "./draft.ts";
import { createNumbers } from "./numbers.ts";
import { comparePrices, compareText } from "./order.ts";
import { type Breathe, SLICE, sortInSlices } from "./slices.ts";
import { writeSortedTexts } from "./sorted-texts.ts";

const MOST_PLACES = 2 ** 32;

/** Throws an UpstreamFault when there are more services than anybody sells. */
export async function buildColumns(draft: Draft, breathe: Breathe): Promise<OfferColumns> {
  const { ids, columns } = draft;
  const rows = await sortedRows(draft, breathe);
  const size = rows.length;

  async function ranked<V>(column: DraftColumn<V>, compare: (a: V, b: V) => number) {
    if (size > SLICE) await breathe();
    return rankColumn(column, rows, compare, breathe);
  }
  const countries = await ranked(columns.country, compareText);
  const services = await ranked(columns.service, compareText);
  const [c, s] = [countries.values.length, services.values.length];
  if (PRODUCTS.length * c * s > MOST_PLACES) throw new UpstreamFault(`its catalogue names ${s} services`);
  const places = new Uint32Array(size);
  for (let row = 0; row < size; row += 1) {
    const product = columns.product.values[columns.product.indexes[rows[row] ?? 0] ?? 0] ?? 0;
    places[row] = (product * c + (countries.ranks[row] ?? 0)) * s + (services.ranks[row] ?? 0);
  }

  const serviceNames = await ranked(columns.serviceName, compareText);
  const prices = await ranked(columns.price, comparePrices);
  const currencies = [...new Set(prices.values.map(({ currency }) => currency))];
  const starts = currencies.map((currency) => prices.values.findIndex((price) => price.currency === currency));
  const counts = await ranked(columns.availableCount, ascending);
  const rates = await ranked(columns.successRate, ascending);
  const waits = await ranked(columns.waitMs, ascending);
  const times = await ranked(columns.fetchTime, ascending);
  const terms = await ranked(columns.rentalTerms, compareText);
  const plans = await ranked(columns.esimPlan, compareText);
  const traits = createNumbers(size, Math.max(0, ...columns.traits.values), (row) => {
    return columns.traits.values[columns.traits.indexes[rows[row] ?? 0] ?? 0] ?? 0;
  });
  const texts = await writeSortedTexts(size, (row) => ids[rows[row] ?? 0] ?? "", breathe);

  return {
    size,
    idBytes: texts.bytes,
    idBlocks: texts.blocks,
    countries: countries.values,
    services: services.values,
    places,
    serviceNames: serviceNames.values,
    serviceName: serviceNames.ranks,
    traits,
    currencies,
    currencyStarts: createNumbers(starts.length, Math.max(0, ...starts), (index) => starts[index] ?? 0),
    prices: BigInt64Array.from(prices.values, ({ micros }) => micros),
    price: prices.ranks,
    availableCounts: Float64Array.from(counts.values),
    availableCount: counts.ranks,
    successRates: Float64Array.from(rates.values),
    successRate: rates.ranks,
    waits: Float64Array.from(waits.values),
    wait: waits.ranks,
    fetchTimes: Float64Array.from(times.values),
    fetchTime: times.ranks,
    rentalTerms: terms.values,
    rentalTerm: terms.ranks,
    esimPlans: plans.values,
    esimPlan: plans.ranks,
  };
}

/** By id. Of several rows with one id the newest. */
async function sortedRows({ ids, isDropped }: Draft, breathe: Breathe): Promise<Uint32Array> {
  const kept = new Uint32Array(ids.length);
  let count = 0;
  for (let row = 0; row < ids.length; row += 1) {
    if (isDropped(row)) continue;
    kept[count] = row;
    count += 1;
  }
  const sorted = await sortInSlices(
    kept.subarray(0, count),
    (a, b) => compareText(ids[a] ?? "", ids[b] ?? "") || b - a,
    breathe,
  );
  const rows = new Uint32Array(sorted.length);
  let different = 0;
  for (let at = 0; at < sorted.length; at += 1) {
    if (at % SLICE === SLICE - 1) await breathe();
    const row = sorted[at] ?? 0;
    if (at > 0 && ids[row] === ids[sorted[at - 1] ?? 0]) continue;
    rows[different] = row;
    different += 1;
  }
  return rows.subarray(0, different);
}

/** The values that the rows still have, ascending, and each row's rank among them. */
async function rankColumn<V>(
  { values, indexes }: DraftColumn<V>,
  rows: Uint32Array,
  compare: (a: V, b: V) => number,
  breathe: Breathe,
): Promise<{ values: readonly V[]; ranks: Numbers }> {
  const isUsed = new Uint8Array(values.length);
  let isWhole = true;
  for (let at = 0; at < rows.length; at += 1) {
    const index = indexes[rows[at] ?? 0] ?? NO_VALUE;
    if (index === NO_VALUE) isWhole = false;
    else isUsed[index] = 1;
  }
  const used = Uint32Array.from(values.keys()).filter((index) => isUsed[index] === 1);
  const order = await sortInSlices(used, (a, b) => compare(values[a] as V, values[b] as V), breathe);
  const rankOf = new Uint32Array(values.length);
  for (const [rank, index] of order.entries()) rankOf[index] = rank;
  if (rows.length > SLICE) await breathe();
  const none = order.length;
  const ranks = createNumbers(rows.length, isWhole ? Math.max(none - 1, 0) : none, (at) => {
    const index = indexes[rows[at] ?? 0] ?? NO_VALUE;
    return index === NO_VALUE ? none : (rankOf[index] ?? 0);
  });
  return { values: Array.from(order, (index) => values[index] as V), ranks };
}

function ascending(a: number, b: number): number {
  return a - b;
}
