import type { Numbers } from "../core/catalog.ts";

/** A number for each row, none of them above `most`. */
export function createNumbers(size: number, most: number, at: (row: number) => number): Numbers {
  if (most === 0) return new Uint8Array(0);
  const numbers = most < 2 ** 8 ? new Uint8Array(size) : most < 2 ** 16 ? new Uint16Array(size) : new Uint32Array(size);
  for (let row = 0; row < size; row += 1) numbers[row] = at(row);
  return numbers;
}

/** How many of the ascending items, at the front, are before what is looked for. */
export function countBefore(length: number, isBefore: (index: number) => boolean): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The rows (all of `size` where none are given) by a small number of each; rows with the same one stay in their order. */
export function sortByNumber(
  size: number,
  rows: Uint32Array | undefined,
  most: number,
  numberOf: (row: number) => number,
): Uint32Array {
  const next = new Uint32Array(most + 2);
  for (let row = 0; row < size; row += 1) {
    const after = numberOf(row) + 1;
    next[after] = (next[after] ?? 0) + 1;
  }
  for (let number = 1; number < next.length; number += 1) {
    next[number] = (next[number] ?? 0) + (next[number - 1] ?? 0);
  }
  const sorted = new Uint32Array(size);
  for (let index = 0; index < size; index += 1) {
    const row = rows ? (rows[index] ?? 0) : index;
    const number = numberOf(row);
    const at = next[number] ?? 0;
    sorted[at] = row;
    next[number] = at + 1;
  }
  return sorted;
}
