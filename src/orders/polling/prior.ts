import { createHazard, EDGES, edge, type Hazard } from "./hazard.ts";

/** What is believed of an upstream nothing is known of: most codes come, half of those within 18 s, some much later. */
const ARRIVES = 0.6;
const MEDIAN_S = 18;
const SIGMA = 0.9;
/** Where the last bin is taken to end. */
const LONGEST_S = 1_200;

export function createPrior(): Hazard {
  const rates = EDGES.map((from, bin) => {
    const to = bin + 1 < EDGES.length ? edge(bin + 1) : LONGEST_S;
    return Math.log(outstanding(from) / outstanding(to)) / (to - from);
  });
  return createHazard(Float64Array.from(rates));
}

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
