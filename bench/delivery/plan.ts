/** The upstreams that are bought from, and how many numbers a minute: what their limits leave room for, codes included. */
export const PER_MINUTE = { ping: 15, smsverificationservice: 15, smsverifyo: 13, papsms: 13, pvapins: 4 } as const;

export type UpstreamId = keyof typeof PER_MINUTE;

export const UPSTREAMS = Object.keys(PER_MINUTE) as readonly UpstreamId[];

/** One number that somebody buys, in milliseconds from the start. */
export interface Arrival {
  readonly upstream: UpstreamId;
  readonly atMs: number;
  /** From its purchase to its code. Undefined: none comes. */
  readonly codeAfterMs: number | undefined;
}

const MEDIAN_MS = 15_000;
const SIGMA = 0.7;
const LONGEST_MS = 90_000;

/** Purchases at random moments, and codes as late as codes are for that share of them; the same for the same seed. */
export function planArrivals(minutes: number, codes = 1, seed = 1): readonly Arrival[] {
  let state = seed;
  const random = () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
  const getsNone = () => codes < 1 && random() >= codes;
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return UPSTREAMS.flatMap((upstream) =>
    Array.from({ length: PER_MINUTE[upstream] * minutes }, (_, nth, gapMs = 60_000 / PER_MINUTE[upstream]) => ({
      upstream,
      atMs: (nth + random()) * gapMs,
      codeAfterMs: getsNone() ? undefined : Math.min(MEDIAN_MS * Math.exp(SIGMA * normal()), LONGEST_MS),
    })),
  ).sort((a, b) => a.atMs - b.atMs);
}
