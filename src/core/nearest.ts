export interface Nearness {
  /** How many letters may be added, left out, changed or swapped with their neighbour. */
  readonly slips: number;
  /** How many words to give, at most. */
  readonly count: number;
}

/**
 * The words that a person may have meant, nearest first: those that begin with what was written, then those within the
 * slips. Case does not count. For error messages; nothing is ever bought on it.
 */
export function nearest(written: string, words: Iterable<string>, { slips, count }: Nearness): readonly string[] {
  const target = written.toLowerCase();
  if (target === "") return [];
  const near: { readonly word: string; readonly distance: number }[] = [];
  for (const word of words) {
    const candidate = word.toLowerCase();
    const distance = candidate.startsWith(target) ? 0 : distanceWithin(target, candidate, slips);
    // As many slips as there are letters turn any word into any other.
    if (distance <= slips && distance < candidate.length) near.push({ word, distance });
  }
  near.sort((a, b) => a.distance - b.distance || (a.word < b.word ? -1 : 1));
  return near.slice(0, count).map(({ word }) => word);
}

/** Anything above `limit` is Infinity. */
function distanceWithin(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return Number.POSITIVE_INFINITY;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const next = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(at(last, column) + 1, at(next, column - 1) + 1, at(last, column - 1) + (same ? 0 : 1));
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) cost = Math.min(cost, at(beforeLast, column - 2) + 1);
      next.push(cost);
    }
    if (Math.min(...next) > limit) return Number.POSITIVE_INFINITY;
    beforeLast = last;
    last = next;
  }
  return at(last, b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
