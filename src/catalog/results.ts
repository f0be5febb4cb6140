import { LRUCache } from "lru-cache";
import type { Sliceable } from "./merged.ts";

const MOST_RESULTS = 256;
const MOST_BYTES = 1_500_000;
/** About what a summary takes; lists that only point at offers say it themselves. */
const BYTES_OF_ITEM = 200;
const BYTES_OF_RESULT = 2_000;

/** Finds what was asked for before without looking again, within bounds. */
export type Results = <R extends Sliceable<unknown>>(kind: string, question: object, find: () => R) => R;

export function createResults(): Results {
  const kept = new LRUCache<string, Sliceable<unknown>>({
    max: MOST_RESULTS,
    maxSize: MOST_BYTES,
    sizeCalculation: ({ bytes, length }) => BYTES_OF_RESULT + (bytes ?? length * BYTES_OF_ITEM),
  });

  return <R extends Sliceable<unknown>>(kind: string, question: object, find: () => R): R => {
    const key = questionKey(kind, question);
    const known = kept.get(key);
    if (known) return known as R;
    const found = find();
    kept.set(key, found);
    return found;
  };
}

/** The same text for the same question, with its fields in the same order. */
export function questionKey(kind: string, question: object): string {
  return JSON.stringify([kind, question], (_, value) => (typeof value === "bigint" ? `${value}` : value));
}
