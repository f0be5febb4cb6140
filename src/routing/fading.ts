/** Sums of what was observed, in which what happened one half-life ago weighs half. */
export interface Fading {
  /** Milliseconds since the epoch: when the sums were brought up to date. */
  at: number;
  readonly sums: number[];
}

export function createFading(size: number): Fading {
  return { at: 0, sums: new Array<number>(size).fill(0) };
}

/** What is left of a weight of 1 after so long. */
export function faded(ms: number, halfLifeMs: number): number {
  return 2 ** (-ms / halfLifeMs);
}

/** What is left of the sums at `time`; a time before they were last written counts as that one. */
export function factorAt({ at }: Fading, time: number, halfLifeMs: number): number {
  return time > at ? faded(time - at, halfLifeMs) : 1;
}

/**
 * Adds what happened at `time`, which may be in the past: it weighs what is then left of it. So the same amounts with
 * the opposite sign, at the same time, take exactly themselves out again however much later that is done.
 */
export function addTo(fading: Fading, time: number, halfLifeMs: number, amounts: readonly number[]): void {
  const { sums } = fading;
  const kept = factorAt(fading, time, halfLifeMs);
  const weight = time < fading.at ? faded(fading.at - time, halfLifeMs) : 1;
  for (let index = 0; index < sums.length; index += 1) {
    sums[index] = (sums[index] ?? 0) * kept + (amounts[index] ?? 0) * weight;
  }
  fading.at = Math.max(fading.at, time);
}

/** Sums as they were written down. Undefined when that is not what this is. */
export function readFading(json: unknown, size: number): Fading | undefined {
  if (!Array.isArray(json) || json.length !== size + 1 || !json.every(Number.isFinite)) return undefined;
  const [at, ...sums] = json as number[];
  return { at: at ?? 0, sums };
}

export function writeFading({ at, sums }: Fading): unknown {
  return [at, ...sums];
}
