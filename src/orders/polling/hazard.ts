/** Where the bins of an age begin, in seconds, the first at 0; the last has no end. */
export type Edges = readonly number[];

/** How likely what is waited for comes in each second of an age, if it has not come before; constant within a bin. */
export interface Hazard {
  readonly edges: Edges;
  /** Per second, by bin. */
  readonly rates: Float64Array;
  /** The integral of the rates from birth to each edge, and the integral of that. */
  readonly once: Float64Array;
  readonly twice: Float64Array;
}

export function createHazard(edges: Edges, rates: Float64Array): Hazard {
  const once = new Float64Array(edges.length);
  const twice = new Float64Array(edges.length);
  for (let bin = 1; bin < edges.length; bin += 1) {
    const width = edge(edges, bin) - edge(edges, bin - 1);
    const [rate = 0, before = 0] = [rates[bin - 1], once[bin - 1]];
    once[bin] = before + rate * width;
    twice[bin] = (twice[bin - 1] ?? 0) + before * width + (rate * width * width) / 2;
  }
  return { edges, rates, once, twice };
}

export function edge(edges: Edges, bin: number): number {
  return edges[bin] ?? Number.POSITIVE_INFINITY;
}

/** The bin that an age falls into. */
export function binOf(edges: Edges, age: number): number {
  let [low, high] = [0, edges.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (edge(edges, middle) <= age) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The integral of the hazard up to an age: how many were to be expected, did each come again at once. */
export function expected({ edges, rates, once }: Hazard, age: number): number {
  const bin = binOf(edges, age);
  return (once[bin] ?? 0) + (rates[bin] ?? 0) * (age - edge(edges, bin));
}

function expectedTwice({ edges, rates, once, twice }: Hazard, age: number): number {
  const bin = binOf(edges, age);
  const into = age - edge(edges, bin);
  return (twice[bin] ?? 0) + (once[bin] ?? 0) * into + ((rates[bin] ?? 0) * into * into) / 2;
}

/**
 * The waiting, in seconds, that is expected to have been lost at this age since the last look: each moment's chance of
 * what is waited for, times the time since that moment. Nothing comes after `end`; all are ages in seconds.
 */
export function lostWaiting(hazard: Hazard, lookedAt: number, age: number, end: number): number {
  if (lookedAt >= end) return 0;
  const until = Math.min(age, end);
  const before = expected(hazard, lookedAt);
  const lost = expectedTwice(hazard, until) - expectedTwice(hazard, lookedAt) - (until - lookedAt) * before;
  return age > end ? lost + (age - end) * (expected(hazard, end) - before) : lost;
}
