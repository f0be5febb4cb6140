/** A Beta distribution: what is believed of the chance of a code. */
export interface Belief {
  readonly alpha: number;
  readonly beta: number;
}

/** Outcomes that are as good as what is believed of a place without any. */
const WELL_KNOWN = 8;

/** How well a place is known, 0 to 1. One that is hardly known, and fails, may just be a bad one. */
export function familiarity({ alpha, beta }: Belief): number {
  const known = Math.max(alpha + beta - WELL_KNOWN, 0);
  return known / (known + WELL_KNOWN);
}
