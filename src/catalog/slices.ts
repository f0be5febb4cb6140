import { setImmediate } from "node:timers/promises";

/** Gives everybody else a turn of the event loop. */
export type Breathe = () => Promise<void>;

/** Rejects once the signal has aborted: nobody wants the rest of the work. */
export function breatheUntil(signal: AbortSignal): Breathe {
  return async () => {
    await setImmediate(undefined, { signal });
  };
}

/** What is done for each of so many rows keeps the event loop for some milliseconds. */
export const SLICE = 2_048;

/** Sorts by merging, with a breath between slices. Equal items stay in their order. */
export async function sortInSlices(
  items: Uint32Array<ArrayBuffer>,
  compare: (a: number, b: number) => number,
  breathe: Breathe,
): Promise<Uint32Array<ArrayBuffer>> {
  for (let start = 0; start < items.length; start += SLICE) {
    if (start > 0) await breathe();
    items.subarray(start, start + SLICE).sort(compare);
  }
  let [from, to] = [items, items.length > SLICE ? new Uint32Array(items.length) : items];
  for (let width = SLICE; width < items.length; width *= 2) {
    for (let start = 0; start < items.length; start += 2 * width) {
      await mergeInSlices(from, to, start, width, compare, breathe);
    }
    [from, to] = [to, from];
  }
  return from;
}

/** Two sorted runs of `from`, which follow one another, into one of `to`. */
async function mergeInSlices(
  from: Uint32Array,
  to: Uint32Array,
  start: number,
  width: number,
  compare: (a: number, b: number) => number,
  breathe: Breathe,
): Promise<void> {
  const middle = Math.min(start + width, from.length);
  const end = Math.min(middle + width, from.length);
  let [left, right] = [start, middle];
  for (let at = start; at < end; at += 1) {
    const a = from[left] ?? 0;
    const b = from[right] ?? 0;
    const takeLeft = right === end || (left < middle && compare(a, b) <= 0);
    to[at] = takeLeft ? a : b;
    if (takeLeft) left += 1;
    else right += 1;
    if (at % SLICE === SLICE - 1) await breathe();
  }
}
