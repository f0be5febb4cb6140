import Bottleneck from "bottleneck";

/**
 * Lets jobs through by their priority, so many at once and, with a reservoir, so many in all; the time of day does not
 * matter. Bottleneck keeps when its next job may start by that, and where it is set back an hour would start none for
 * an hour: with a least time that reaches back without end, the next job may always start.
 */
export function createLimiter(bounds: { readonly maxConcurrent: number; readonly reservoir?: number }): Bottleneck {
  const limiter = new Bottleneck({ ...bounds, minTime: Number.NEGATIVE_INFINITY });
  // What is kept at first is the time at which it is made: a job replaces that, and one without weight uses up nothing.
  void limiter.schedule({ weight: 0 }, async () => {});
  return limiter;
}
