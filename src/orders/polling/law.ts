import { createHazard, type Edges, type Hazard } from "./hazard.ts";
import type { Observed } from "./observation.ts";

/** By bin: what came, codes or messages, and seconds that were waited. Both fade. */
export interface Counts {
  readonly came: Float64Array;
  readonly seconds: Float64Array;
}

/** When what is waited for comes, as learned under one key; where little is known, as the wider law has it. */
export interface Law {
  readonly counts: Counts;
  /** Grows with everything learned here or in a wider law. */
  version(): number;
  hazard(): Hazard;
  learn(observed: readonly Observed[]): void;
  /** One case more is over: what was learned from those before it counts a little less. */
  fade(): void;
}

/**
 * The wider law counts as much as so many that came in a bin. What is learned here has been learned there as well, and
 * so counts again with each wider law: with less than this, a few silent orders make a law of their own.
 */
const WIDER_COUNTS = 2;

/** What a law starts from. */
export type Wider = Pick<Law, "version" | "hazard">;

export function fixedLaw(hazard: Hazard): Wider {
  return { version: () => 0, hazard: () => hazard };
}

/** What a case teaches counts half after `halfLife` others. */
export function createLaw(wider: Wider, halfLife: number, kept?: Counts): Law {
  const { edges } = wider.hazard();
  const counts = kept ?? nothing(edges);
  const fading = 0.5 ** (1 / halfLife);
  let learned = 0;
  let known: { readonly version: number; readonly hazard: Hazard } | undefined;
  const version = () => learned + wider.version();

  return {
    counts,
    version,

    hazard() {
      if (known?.version !== version()) {
        const { rates } = wider.hazard();
        known = {
          version: version(),
          hazard: createHazard(
            edges,
            rates.map((rate, bin) => posterior(rate, counts, bin)),
          ),
        };
      }
      return known.hazard;
    },

    learn(observed) {
      learned += 1;
      for (const { bin, came, seconds } of observed) {
        counts.came[bin] = (counts.came[bin] ?? 0) + came;
        counts.seconds[bin] = (counts.seconds[bin] ?? 0) + seconds;
      }
    },

    fade() {
      learned += 1;
      for (let bin = 0; bin < edges.length; bin += 1) {
        counts.came[bin] = (counts.came[bin] ?? 0) * fading;
        counts.seconds[bin] = (counts.seconds[bin] ?? 0) * fading;
      }
    },
  };
}

function posterior(rate: number, { came, seconds }: Counts, bin: number): number {
  return (WIDER_COUNTS + (came[bin] ?? 0)) / (WIDER_COUNTS / rate + (seconds[bin] ?? 0));
}

function nothing(edges: Edges): Counts {
  return { came: new Float64Array(edges.length), seconds: new Float64Array(edges.length) };
}
