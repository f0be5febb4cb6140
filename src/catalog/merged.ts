import type { Money } from "../core/money.ts";
import type { Offer } from "../core/offer.ts";
import { countBefore } from "./numbers.ts";
import { comparePrices, compareText, type Order } from "./order.ts";
import type { Selection } from "./selection.ts";
import { rankedColumn } from "./snapshot-index.ts";

/** A list of which only what is looked at is made. */
export interface Sliceable<T> {
  readonly length: number;
  /** How many items are kept for this list alone; absent where it is all of them. */
  readonly ownLength?: number;
  slice(start: number, end: number): readonly T[];
}

/** What an order goes by; undefined where it is not known. */
type Value = Money | number | undefined;

interface List {
  readonly length: number;
  valueAt(index: number): Value;
  offerAt(index: number): Offer;
}

/** The selections of several snapshots, each in the order, as one list in that order. */
export function mergeSelections(selections: readonly Selection[], order: Order): Sliceable<Offer> {
  const compare = comparing(order);
  // Of equal offers of two upstreams the ids differ within `upstream:`, and each list has its own in their order.
  const lists = selections
    .toSorted((a, b) => compareText(`${a.index.snapshot.upstream}:`, `${b.index.snapshot.upstream}:`))
    .map((selection) => listOf(selection, order));
  const length = sum(lists.map((list) => list.length));

  function isBefore(a: Value, listOfA: number, b: Value, listOfB: number): boolean {
    return (compare(a, b) || listOfA - listOfB) < 0;
  }

  /** How many of each list are before the item. */
  function countsBefore(item: number, ofList: number): readonly number[] {
    const value = lists[ofList]?.valueAt(item);
    return lists.map((list, at) =>
      at === ofList ? item : countBefore(list.length, (index) => isBefore(list.valueAt(index), at, value, ofList)),
    );
  }

  /** How many of each list are among the first so many of all. */
  function split(first: number): number[] {
    if (first >= length) return lists.map((list) => list.length);
    for (const [at, list] of lists.entries()) {
      if (first === 0) break;
      const place = countBefore(Math.min(list.length, first + 1), (item) => sum(countsBefore(item, at)) < first);
      const counts = countsBefore(place, at);
      if (place < list.length && sum(counts) === first) return [...counts];
    }
    return lists.map(() => 0);
  }

  return {
    length,
    ownLength: sum(selections.map((selection) => (selection.isOwn ? selection.length : 0))),
    slice(start, end) {
      const next = split(start);
      const offers: Offer[] = [];
      while (offers.length < Math.min(end, length) - start) {
        let best = -1;
        let bestValue: Value;
        for (const [at, list] of lists.entries()) {
          const item = next[at] ?? 0;
          if (item >= list.length) continue;
          const value = list.valueAt(item);
          if (best !== -1 && !isBefore(value, at, bestValue, best)) continue;
          best = at;
          bestValue = value;
        }
        const item = next[best];
        const offer = item === undefined ? undefined : lists[best]?.offerAt(item);
        if (item === undefined || !offer) break;
        offers.push(offer);
        next[best] = item + 1;
      }
      return offers;
    },
  };
}

function listOf({ index, rows, length }: Selection, { by }: Order): List {
  const { offers } = index.snapshot;
  const { ranks } = rankedColumn(offers, by);
  const values = {
    price: index.priceAt,
    successRate: (rank: number) => offers.successRates[rank],
    wait: (rank: number) => offers.waits[rank],
    availableCount: (rank: number) => offers.availableCounts[rank],
  };
  const read: (rank: number) => Value = values[by];
  const rowAt = (item: number) => (rows ? (rows[item] ?? 0) : item);
  return {
    length,
    valueAt: (item) => read(ranks[rowAt(item)] ?? 0),
    offerAt: (item) => index.offerAt(rowAt(item)),
  };
}

function comparing({ descending }: Order): (a: Value, b: Value) => number {
  const sign = descending ? -1 : 1;
  return (a, b) => {
    if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
    if (typeof a === "number" || typeof b === "number") return sign * (Number(a) - Number(b));
    return compareText(a.currency, b.currency) || sign * comparePrices(a, b);
  };
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
