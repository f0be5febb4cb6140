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

/**
 * The same, for a guess that is seldom far off: looks near it first, in strides that double, and so at few places that are
 * far apart in memory.
 */
export function countBeforeNear(guess: number, length: number, isBefore: (index: number) => boolean): number {
  let [low, high] = [0, length];
  const start = Math.min(Math.max(guess, 0), length);
  if (start < length && isBefore(start)) {
    low = start + 1;
    for (let stride = 1; low + stride < length; stride *= 2) {
      if (!isBefore(low + stride - 1)) {
        high = low + stride - 1;
        break;
      }
      low += stride;
    }
  } else {
    high = start;
    for (let stride = 1; stride <= high; stride *= 2) {
      if (isBefore(high - stride)) {
        low = high - stride + 1;
        break;
      }
      high -= stride;
    }
  }
  return low + countBefore(high - low, (index) => isBefore(low + index));
}

/** The rows, all of `size` where none are given, by a small number of each; equal ones stay in their order. */
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
  for (let at = 0; at < size; at += 1) {
    const row = rows ? (rows[at] ?? 0) : at;
    const number = numberOf(row);
    const to = next[number] ?? 0;
    sorted[to] = row;
    next[number] = to + 1;
  }
  return sorted;
}

/** The rows, at the front of the same array, whose number is one that is wanted. */
export function keepWanted(rows: Uint32Array, numbers: Numbers, wanted: Uint8Array): Uint32Array {
  let kept = 0;
  for (let at = 0; at < rows.length; at += 1) {
    const row = rows[at] ?? 0;
    if (wanted[numbers[row] ?? 0] !== 1) continue;
    rows[kept] = row;
    kept += 1;
  }
  return rows.subarray(0, kept);
}

/** Says of each index whether it is wanted. */
export function wantedOf(length: number, isWanted: (index: number) => boolean): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => Number(isWanted(index)));
}
