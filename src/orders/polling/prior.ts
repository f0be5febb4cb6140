import type { Verification } from "../../core/verification.ts";
import { createHazard, type Edges, edge, type Hazard } from "./hazard.ts";
import type { Subject } from "./laws.ts";

/** Of an order's age. */
export const EDGES: Edges = [0, 2, 4, 6, 8, 10, 12, 15, 18, 22, 27, 33, 40, 50, 60, 75, 95, 120, 150, 200, 300, 500];

/** What is believed of an upstream nothing is known of: most codes come, half of those within 18 s, some much later. */
const ARRIVES = 0.6;
const MEDIAN_S = 18;
const SIGMA = 0.9;
/** Where the last bin is taken to end. */
const LONGEST_S = 1_200;

export function createPrior(): Hazard {
  const rates = EDGES.map((from, bin) => {
    const to = bin + 1 < EDGES.length ? edge(EDGES, bin + 1) : LONGEST_S;
    return Math.log(outstanding(from) / outstanding(to)) / (to - from);
  });
  return createHazard(EDGES, Float64Array.from(rates));
}

/** When codes come after a number was bought, or one more was asked for. */
export const DELAYS: Subject<Verification> = {
  kind: "delay",
  prior: createPrior,
  halfLife: 400,
  // A code after the first one is waited for on a number that is in use already: that has laws of its own.
  keysOf({ upstream = "", service, country, messages }) {
    const root = messages.length > 0 ? `${upstream}+` : upstream;
    return [root, `${root}/${service}`, `${root}/${service}/${country}`];
  },
};

/** The probability that no code has come by this age. */
function outstanding(age: number): number {
  return 1 - ARRIVES * normal(Math.log(age / MEDIAN_S) / SIGMA);
}

/** The normal distribution function (Abramowitz and Stegun 26.2.17, to 1e-7). */
function normal(x: number): number {
  if (x < 0) return 1 - normal(-x);
  const t = 1 / (1 + 0.2316419 * x);
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return 1 - (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * series;
}
