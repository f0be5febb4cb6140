import type { Order } from "./order.ts";
import type { RowFilter } from "./row-filter.ts";
import { eachRun, type IndexScope } from "./scope.ts";
import { rankedColumn, type SnapshotIndex } from "./snapshot-index.ts";

/** Some of a snapshot's rows in some order. */
export interface Selection {
  readonly index: SnapshotIndex;
  /** Undefined where they are all rows as they are. */
  readonly rows: Uint32Array | undefined;
  readonly length: number;
  /** Whether the rows are this selection's own, and not the snapshot's. */
  readonly isOwn: boolean;
}

/** Fewer than a row in so many are picked out and sorted; more are found on a walk through all of them in order. */
const FEW = 8;

export function selectRows(scope: IndexScope, fits: RowFilter | undefined, order: Order): Selection {
  const { index } = scope;
  const { size } = index.snapshot.offers;
  if (scope.isEveryBlock && !scope.services && !fits) {
    return { index, rows: index.inOrder(order), length: size, isOwn: false };
  }
  const rows = scope.mostRows * FEW < size ? pick(scope, fits, order) : walk(scope, fits, order);
  return { index, rows, length: rows.length, isOwn: true };
}

function pick(scope: IndexScope, fits: RowFilter | undefined, order: Order): Uint32Array {
  const { byPlace, snapshot } = scope.index;
  const { size } = snapshot.offers;
  const { ranks } = rankedColumn(snapshot.offers, order.by);
  const numbers = scope.index.orderOfRanks(order);
  // The row behind its place in the order, in one number: at most 2^53, as both are below 2^26.
  const keys = new Float64Array(scope.mostRows);
  let length = 0;
  eachRun(scope, (_, start, end) => {
    for (let at = start; at < end; at += 1) {
      const row = byPlace[at] ?? 0;
      if (fits?.(row) === false) continue;
      keys[length] = (numbers[ranks[row] ?? 0] ?? 0) * size + row;
      length += 1;
    }
  });
  return Uint32Array.from(keys.subarray(0, length).sort(), (key) => key % size);
}

function walk(scope: IndexScope, fits: RowFilter | undefined, order: Order): Uint32Array {
  const { index, services, blocks } = scope;
  const { size, places, services: names } = index.snapshot.offers;
  const inBlock = new Uint8Array(index.blockTally.counts.length);
  for (const block of blocks) inBlock[block] = 1;
  const inService = new Uint8Array(names.length).fill(services ? 0 : 1);
  for (const service of services ?? []) inService[service] = 1;
  const isBounded = !scope.isEveryBlock || services !== undefined;
  const s = names.length;

  const rows = index.inOrder(order);
  const found = new Uint32Array(scope.mostRows);
  let length = 0;
  for (let at = 0; at < size; at += 1) {
    const row = rows ? (rows[at] ?? 0) : at;
    if (isBounded) {
      const place = places[row] ?? 0;
      if (inService[place % s] === 0 || inBlock[Math.floor(place / s)] === 0) continue;
    }
    if (fits?.(row) === false) continue;
    found[length] = row;
    length += 1;
  }
  return found.slice(0, length);
}
