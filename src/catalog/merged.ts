import type { Numbers } from "../core/catalog.ts";
import type { Offer } from "../core/offer.ts";
import { countBefore } from "./numbers.ts";
import { comparePrices, compareText, type Order } from "./order.ts";
import type { Selection } from "./selection.ts";

/** A list of which only what is looked at is made. */
export interface Sliceable<T> {
  readonly length: number;
  /** How much memory the list takes, where that is not known by its items. */
  readonly bytes?: number;
  slice(start: number, end: number): readonly T[];
}

interface List extends Selection {
  readonly at: number;
  readonly ranks: Numbers;
  /** By rank. */
  readonly values: Float64Array;
}

/** The selections of several snapshots, each in the order, as one list in that order. */
export function mergeSelections(selections: readonly Selection[], order: Order): Sliceable<Offer> {
  // Of equal offers of two upstreams the ids differ within `upstream:`, and each list has its own in their order.
  const lists = selections
    .toSorted((a, b) => compareText(`${a.index.snapshot.upstream}:`, `${b.index.snapshot.upstream}:`))
    .map((selection, at): List => ({ ...selection, at, ...selection.index.column(order.by) }));
  const compare = comparingRanks(lists, order);
  const length = sum(lists.map(({ rows }) => rows.length));

  function isBefore(a: List, rankOfA: number, b: List, rankOfB: number): boolean {
    return (compare(a, rankOfA, b, rankOfB) || a.at - b.at) < 0;
  }

  /** How many of each list are before the item. */
  function countsBefore(of: List, item: number): readonly number[] {
    const rank = rankAt(of, item);
    return lists.map((list) =>
      list === of ? item : countBefore(list.rows.length, (index) => isBefore(list, rankAt(list, index), of, rank)),
    );
  }

  /** How many of each list are among the first so many of all. */
  function split(first: number): number[] {
    if (first >= length) return lists.map(({ rows }) => rows.length);
    for (const list of lists) {
      const item = countBefore(Math.min(list.rows.length, first + 1), (at) => sum(countsBefore(list, at)) < first);
      const counts = countsBefore(list, item);
      if (item < list.rows.length && sum(counts) === first) return [...counts];
    }
    return lists.map(() => 0);
  }

  // Where the last page ended: whoever reads them one after the other finds the next there.
  let last = { end: 0, next: lists.map(() => 0) };

  return {
    length,
    bytes: sum(lists.map(({ rows, isOwn }) => (isOwn ? rows.byteLength : 0))),
    slice(start, end) {
      const next = start === last.end ? [...last.next] : split(start);
      const offers: Offer[] = [];
      while (offers.length < Math.min(end, length) - start) {
        let best: List | undefined;
        let bestRank = 0;
        for (const list of lists) {
          const item = next[list.at] ?? 0;
          if (item >= list.rows.length) continue;
          const rank = rankAt(list, item);
          if (best && !isBefore(list, rank, best, bestRank)) continue;
          best = list;
          bestRank = rank;
        }
        if (!best) break;
        const item = next[best.at] ?? 0;
        offers.push(best.index.offerAt(best.rows[item] ?? 0));
        next[best.at] = item + 1;
      }
      last = { end: start + offers.length, next };
      return offers;
    },
  };
}

function rankAt({ ranks, rows }: List, item: number): number {
  return ranks[rows[item] ?? 0] ?? 0;
}

function comparingRanks(lists: readonly List[], { by, descending }: Order) {
  const sign = descending ? -1 : 1;
  const currencies = new Set(lists.flatMap(({ index }) => index.snapshot.offers.currencies));
  const isMixed = by === "price" && currencies.size > 1;

  return (a: List, rankOfA: number, b: List, rankOfB: number): number => {
    const [x, y] = [a.values[rankOfA], b.values[rankOfB]];
    if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined);
    const byCurrency = isMixed ? compareText(a.index.currencyOf(rankOfA), b.index.currencyOf(rankOfB)) : 0;
    if (byCurrency !== 0) return byCurrency;
    if (x !== y || by !== "price" || x <= Number.MAX_SAFE_INTEGER) return sign * (x - y);
    return sign * comparePrices(a.index.priceAt(rankOfA), b.index.priceAt(rankOfB));
  };
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
