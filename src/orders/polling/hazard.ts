/** Where the bins of an order's age begin, in seconds; the last has no end. */
export const EDGES: readonly number[] = [
  0, 2, 4, 6, 8, 10, 12, 15, 18, 22, 27, 33, 40, 50, 60, 75, 95, 120, 150, 200, 300, 500,
];

/** How likely a code comes in each second of an order's age, if none has come before; constant within a bin. */
export interface Hazard {
  /** Per second, by bin. */
  readonly rates: Float64Array;
  /** The integral of the rates from birth to each edge, and the integral of that. */
  readonly once: Float64Array;
  readonly twice: Float64Array;
}

export function createHazard(rates: Float64Array): Hazard {
  const once = new Float64Array(EDGES.length);
  const twice = new Float64Array(EDGES.length);
  for (let bin = 1; bin < EDGES.length; bin += 1) {
    const width = edge(bin) - edge(bin - 1);
    const [rate = 0, before = 0] = [rates[bin - 1], once[bin - 1]];
    once[bin] = before + rate * width;
    twice[bin] = (twice[bin - 1] ?? 0) + before * width + (rate * width * width) / 2;
  }
  return { rates, once, twice };
}

export function edge(bin: number): number {
  return EDGES[bin] ?? Number.POSITIVE_INFINITY;
}

/** The bin that an age falls into. */
export function binOf(age: number): number {
  let [low, high] = [0, EDGES.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (edge(middle) <= age) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The integral of the hazard from birth to an age: how many codes were to be expected, did each come again at once. */
export function expected({ rates, once }: Hazard, age: number): number {
  const bin = binOf(age);
  return (once[bin] ?? 0) + (rates[bin] ?? 0) * (age - edge(bin));
}

function expectedTwice({ rates, once, twice }: Hazard, age: number): number {
  const bin = binOf(age);
  const into = age - edge(bin);
  return (twice[bin] ?? 0) + (once[bin] ?? 0) * into + ((rates[bin] ?? 0) * into * into) / 2;
}

/**
 * The waiting, in seconds, that an order at this age is expected to have lost since it was looked at: each moment's chance
 * of a code, times the time since that moment. No code comes after `end`; all are ages in seconds.
 */
export function lostWaiting(hazard: Hazard, lookedAt: number, age: number, end: number): number {
  if (lookedAt >= end) return 0;
  const until = Math.min(age, end);
  const before = expected(hazard, lookedAt);
  const lost = expectedTwice(hazard, until) - expectedTwice(hazard, lookedAt) - (until - lookedAt) * before;
  return age > end ? lost + (age - end) * (expected(hazard, end) - before) : lost;
}
