import { binOf, type Edges, edge, expected, type Hazard } from "./hazard.ts";

/** What a look teaches about one bin: what came in it, a code or a message, and the seconds that it was waited in it. */
export interface Observed {
  readonly bin: number;
  readonly came: number;
  readonly seconds: number;
}

/** Nothing came between these ages. */
export function nothingIn(edges: Edges, from: number, to: number): Observed[] {
  return pieces(edges, from, to).map(({ bin, start, end }) => ({ bin, came: 0, seconds: end - start }));
}

/** It came at this age, and had not since `from`. */
export function cameAt(edges: Edges, from: number, age: number): Observed[] {
  return [...nothingIn(edges, from, age), { bin: binOf(edges, age), came: 1, seconds: 0 }];
}

/** It came somewhere between these ages: one is spread over them as the hazard has it. */
export function cameIn(hazard: Hazard, from: number, to: number): Observed[] {
  const left = (age: number) => Math.exp(expected(hazard, from) - expected(hazard, age));
  const all = 1 - left(to);
  if (all <= 0) return cameAt(hazard.edges, from, to);
  return pieces(hazard.edges, from, to).map(({ bin, start, end }) => {
    const came = (left(start) - left(end)) / all;
    const later = (left(end) - left(to)) / all;
    // It is waited through the piece where it comes later, and through half of the one that it comes in.
    return { bin, came, seconds: (end - start) * (later + came / 2) };
  });
}

function pieces(edges: Edges, from: number, to: number): { bin: number; start: number; end: number }[] {
  const found = [];
  for (let bin = binOf(edges, from); bin < edges.length && edge(edges, bin) < to; bin += 1) {
    found.push({ bin, start: Math.max(from, edge(edges, bin)), end: Math.min(to, edge(edges, bin + 1)) });
  }
  return found;
}
