import { compareText } from "./order.ts";

const MOST_RESULTS = 64;
/** In all of them together. */
const MOST_ITEMS = 2_000_000;

/** Finds what was asked for before without looking again, within bounds. */
export type Results = <T>(kind: string, question: object, find: () => readonly T[]) => readonly T[];

export function createResults(): Results {
  const kept = new Map<string, readonly unknown[]>();
  let items = 0;

  return <T>(kind: string, question: object, find: () => readonly T[]): readonly T[] => {
    const key = questionKey(kind, question);
    const known = kept.get(key);
    if (known) {
      kept.delete(key);
      kept.set(key, known);
      return known as readonly T[];
    }
    const found = find();
    kept.set(key, found);
    items += found.length;
    for (const [oldest, { length }] of kept) {
      if (kept.size <= MOST_RESULTS && items <= MOST_ITEMS) break;
      kept.delete(oldest);
      items -= length;
    }
    return found;
  };
}

/** The same text for the same question. */
export function questionKey(kind: string, question: object): string {
  const fields = Object.entries(question).filter(([, value]) => value !== undefined);
  fields.sort(([a], [b]) => compareText(a, b));
  return JSON.stringify([kind, fields], (_, value) => (typeof value === "bigint" ? `${value}` : value));
}
