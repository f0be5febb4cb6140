import { createHazard, type Edges, edge, type Hazard } from "../polling/hazard.ts";
import type { Subject } from "../polling/laws.ts";

const [HOUR_S, DAY_S] = [3_600, 86_400];

/** Of the quiet since a number last stirred: seconds within a burst of messages, then hours, then weeks. */
export const EDGES: Edges = [
  ...[0, 3, 6, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600, 1_800],
  ...[1, 3, 8, 16].map((hours) => hours * HOUR_S),
  ...[1, 2, 4, 7, 14].map((days) => days * DAY_S),
];

/** After a quiet as long as this, what comes is the first of another burst. */
export const BURST_S = 600;

/** What is believed of a number nothing is known of: the chance of a message is SHARE / (quiet + SOFT), by the second. */
const SHARE = 0.5;
const SOFT_S = 30;
/** Where the last bin is taken to end. */
const LONGEST_S = 28 * DAY_S;

function createPrior(): Hazard {
  const rates = EDGES.map((from, bin) => {
    const to = Math.min(edge(EDGES, bin + 1), LONGEST_S);
    return (SHARE * Math.log((to + SOFT_S) / (from + SOFT_S))) / (to - from);
  });
  return createHazard(EDGES, Float64Array.from(rates));
}

/** Where a number is rented, and whether somebody waits for a message now. */
export interface Stir {
  readonly upstream: string;
  readonly service: string;
  readonly isExpected: boolean;
}

/** When messages come to rented numbers. */
export const MESSAGES: Subject<Stir> = {
  kind: "message",
  prior: createPrior,
  halfLife: 2_000,
  keysOf({ upstream, service, isExpected }) {
    const root = isExpected ? `${upstream}+` : upstream;
    return [root, `${root}/${service}`];
  },
};
