/** Shorter words are one slip away from too many others. */
const MIN_LENGTH = 4;
const MAX_LENGTH = 48;

/**
 * Up to `count` candidates that a person may have meant, nearest first: those that begin with what was typed, then those
 * within one slip per four letters. Both sides are normalised. For error messages; nothing is ever bought on it.
 */
export function nearest(typed: string, candidates: Iterable<string>, count: number): readonly string[] {
  if (typed.length < MIN_LENGTH || typed.length > MAX_LENGTH) return [];
  const slips = Math.floor(typed.length / 4);
  const near: { candidate: string; distance: number }[] = [];
  for (const candidate of candidates) {
    const distance = candidate.startsWith(typed) ? 0 : distanceWithin(typed, candidate, slips);
    if (distance <= slips) near.push({ candidate, distance });
  }
  near.sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1));
  return near.slice(0, count).map(({ candidate }) => candidate);
}

/** How many letters are to be added, left out, changed or swapped with their neighbour; anything above `limit` is Infinity. */
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
