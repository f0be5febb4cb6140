import { CHEAPEST_FIRST, type Order } from "./order.ts";
import type { RowFilter } from "./row-filter.ts";
import { eachRun, type IndexScope } from "./scope.ts";
import type { SnapshotIndex } from "./snapshot-index.ts";

/** Some of a snapshot's rows in some order. */
export interface Selection {
  readonly index: SnapshotIndex;
  readonly rows: Uint32Array;
  /** Whether the rows are not kept by the snapshot for as long as it is there. */
  readonly isOwn: boolean;
}

/** Fewer than a row in so many are picked out and sorted; more are found on a walk through all of them in order. */
const FEW = 8;

export function selectRows(scope: IndexScope, filters: readonly RowFilter[], order: Order): Selection {
  const { index } = scope;
  const isBounded = !scope.isEveryBlock || scope.services !== undefined;
  if (!isBounded && filters.length === 0) {
    return { index, rows: index.inOrder(order), isOwn: order !== CHEAPEST_FIRST };
  }

  const through = (rows: Uint32Array) => filters.reduce((kept, filter) => filter(kept), rows);
  const isFew = scope.mostRows * FEW < index.snapshot.offers.size;
  const found = isFew
    ? sorted(index, through(gather(scope)), order)
    : through(isBounded ? walk(scope, order) : index.inOrder(order).slice());
  return { index, rows: found.slice(), isOwn: true };
}

/** The scope's rows, by place. */
function gather(scope: IndexScope): Uint32Array {
  const { rowAt } = scope.index;
  const rows = new Uint32Array(scope.mostRows);
  let length = 0;
  eachRun(scope, (_, start, end) => {
    for (let at = start; at < end; at += 1) {
      rows[length] = rowAt(at);
      length += 1;
    }
  });
  return rows.subarray(0, length);
}

function sorted(index: SnapshotIndex, rows: Uint32Array, order: Order): Uint32Array {
  const { size } = index.snapshot.offers;
  const { ranks } = index.column(order.by);
  const places = index.orderOfRanks(order);
  // The rank's place in the order before the row, in one number: both are far below 2^26.
  const keys = Float64Array.from(rows, (row) => (places[ranks[row] ?? 0] ?? 0) * size + row);
  return Uint32Array.from(keys.sort(), (key) => key % size);
}

/** The scope's rows, in the order. */
function walk({ index, services, blocks, mostRows }: IndexScope, order: Order): Uint32Array {
  const { places, services: slugs } = index.snapshot.offers;
  const isInBlocks = new Uint8Array(index.blockTally.counts.length);
  for (const block of blocks) isInBlocks[block] = 1;
  const isInServices = new Uint8Array(slugs.length).fill(services ? 0 : 1);
  for (const service of services ?? []) isInServices[service] = 1;

  const all = index.inOrder(order);
  const rows = new Uint32Array(mostRows);
  let length = 0;
  for (let at = 0; at < all.length; at += 1) {
    const row = all[at] ?? 0;
    const place = places[row] ?? 0;
    if (isInServices[place % slugs.length] !== 1 || isInBlocks[Math.floor(place / slugs.length)] !== 1) continue;
    rows[length] = row;
    length += 1;
  }
  return rows.subarray(0, length);
}
