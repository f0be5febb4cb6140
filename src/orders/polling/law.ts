import { createHazard, EDGES, type Hazard } from "./hazard.ts";
import type { Observed } from "./observation.ts";

/** What an order teaches is worth half after so many others. */
const HALF_LIFE_ORDERS = 400;

/** By bin: codes that came, seconds that were waited. Both fade. */
export interface Counts {
  readonly codes: Float64Array;
  readonly seconds: Float64Array;
}

/** When codes come, as learned under one key; where little is known, as the wider law has it. */
export interface Law {
  readonly counts: Counts;
  /** Grows with everything learned here or in a wider law. */
  version(): number;
  hazard(): Hazard;
  learn(observed: readonly Observed[]): void;
  /** An order is over, with a code or without. */
  fade(): void;
}

/** What a law starts from. */
export type Wider = Pick<Law, "version" | "hazard">;

export function fixedLaw(hazard: Hazard): Wider {
  return { version: () => 0, hazard: () => hazard };
}

export function createLaw(wider: Wider, counts: Counts = nothing()): Law {
  const fading = 0.5 ** (1 / HALF_LIFE_ORDERS);
  let learned = 0;
  let known: { readonly version: number; readonly hazard: Hazard } | undefined;
  const version = () => learned + wider.version();

  return {
    counts,
    version,

    hazard() {
      if (known?.version !== version()) {
        const { rates } = wider.hazard();
        known = { version: version(), hazard: createHazard(rates.map((rate, bin) => posterior(rate, counts, bin))) };
      }
      return known.hazard;
    },

    learn(observed) {
      learned += 1;
      for (const { bin, codes, seconds } of observed) {
        counts.codes[bin] = (counts.codes[bin] ?? 0) + codes;
        counts.seconds[bin] = (counts.seconds[bin] ?? 0) + seconds;
      }
    },

    fade() {
      learned += 1;
      for (let bin = 0; bin < EDGES.length; bin += 1) {
        counts.codes[bin] = (counts.codes[bin] ?? 0) * fading;
        counts.seconds[bin] = (counts.seconds[bin] ?? 0) * fading;
      }
    },
  };
}

/** The wider law counts as much as one code that it has seen. */
function posterior(rate: number, { codes, seconds }: Counts, bin: number): number {
  return (1 + (codes[bin] ?? 0)) / (1 / rate + (seconds[bin] ?? 0));
}

function nothing(): Counts {
  return { codes: new Float64Array(EDGES.length), seconds: new Float64Array(EDGES.length) };
}
