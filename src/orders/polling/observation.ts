import { binOf, EDGES, edge, expected, type Hazard } from "./hazard.ts";

/** What looking at one order teaches about one bin: the codes that came in it, and the seconds that it was waited in it. */
export interface Observed {
  readonly bin: number;
  readonly codes: number;
  readonly seconds: number;
}

/** No code came between these ages. */
export function nothingIn(from: number, to: number): Observed[] {
  return pieces(from, to).map(({ bin, start, end }) => ({ bin, codes: 0, seconds: end - start }));
}

/** A code came at this age, and none since `from`. */
export function codeAt(from: number, age: number): Observed[] {
  return [...nothingIn(from, age), { bin: binOf(age), codes: 1, seconds: 0 }];
}

/** A code came somewhere between these ages: one code is spread over them as the hazard has it. */
export function codeIn(hazard: Hazard, from: number, to: number): Observed[] {
  const left = (age: number) => Math.exp(expected(hazard, from) - expected(hazard, age));
  const all = 1 - left(to);
  if (all <= 0) return codeAt(from, to);
  return pieces(from, to).map(({ bin, start, end }) => {
    const codes = (left(start) - left(end)) / all;
    const later = (left(end) - left(to)) / all;
    // It is waited through the piece where the code comes later, and through half of it where it comes in it.
    return { bin, codes, seconds: (end - start) * (later + codes / 2) };
  });
}

function pieces(from: number, to: number): { bin: number; start: number; end: number }[] {
  const found = [];
  for (let bin = binOf(from); bin < EDGES.length && edge(bin) < to; bin += 1) {
    found.push({ bin, start: Math.max(from, edge(bin)), end: Math.min(to, edge(bin + 1)) });
  }
  return found;
}
