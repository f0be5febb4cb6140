import { readFileSync } from "node:fs";

/** An order that somebody will place, and what will become of it. All times are milliseconds from the trace's start. */
export interface Line {
  readonly id: string;
  readonly bornAt: number;
  /** Orders of one class have one law of delays. */
  readonly klass: string;
  /** Infinity when no code comes. */
  readonly codeAt: number;
  readonly expiresAt: number;
  readonly isWatched: boolean;
  /** When its client gives up; Infinity when it does not. */
  readonly cancelledAt: number;
}

export interface Trace {
  readonly name: string;
  readonly lines: readonly Line[];
  /** No policy's mean delay can be below this, in seconds; computed when the trace was made. */
  readonly bound?: number;
}

export function readTrace(name: string, bound: number): Trace {
  const [, ...rows] = readFileSync(new URL(`./traces/polling-${name}.csv`, import.meta.url), "utf8")
    .trim()
    .split("\n");
  const ms = (seconds = "") => (seconds === "" ? Number.POSITIVE_INFINITY : Number(seconds) * 1_000);
  const lines = rows.map((row, index): Line => {
    const [born, klass = "", code, expires, watched] = row.split(",");
    return {
      id: `order-${index}`,
      bornAt: ms(born),
      klass,
      codeAt: ms(code),
      expiresAt: ms(expires),
      isWatched: watched === "1",
      cancelledAt: Number.POSITIVE_INFINITY,
    };
  });
  return { name, lines, bound };
}

/** Draws the delay of a code in seconds; `progress` goes from 0 to 1 over the trace. */
type Draw = (random: () => number, progress: number) => number;

interface Scenario {
  readonly delay: Draw;
  readonly arrives: (progress: number) => number;
  /** The share of the orders that are cancelled after 90 to 300 s. */
  readonly cancelled?: number;
}

/** Laws that the built-in prior does not know, and clients that do not wait. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  "log-normal, median 14 s": { delay: logNormal(14, 0.7), arrives: () => 0.7 },
  "uniform, 5 to 120 s": { delay: (random) => 5 + 115 * random(), arrives: () => 0.7 },
  "two humps, 6 and 90 s": {
    delay: (random) => (random() < 0.5 ? 6 * spread(random, 0.2) : 90 * spread(random, 0.15)),
    arrives: () => 0.7,
  },
  "heavy tail": { delay: (random) => 4 / random() ** (1 / 0.9), arrives: () => 0.7 },
  "drift: 2.5 times slower halfway": {
    delay: (random, progress) => logNormal(progress < 0.5 ? 14 : 35, 0.7)(random, progress),
    arrives: (progress) => (progress < 0.5 ? 0.75 : 0.5),
  },
  "70 % of clients cancel": { delay: logNormal(18, 0.8), arrives: () => 0.65, cancelled: 0.7 },
};

const LIFETIME_S = 1_200;
/** The mean time that an order lives, of which five polls a minute each make a load of one. */
const SOJOURN_S = 368.6;

/** The same for the same seed. `load` is what polling every 5 s would ask for, as a multiple of a limit of 60 a minute. */
export function drawTrace(
  name: string,
  { delay, arrives, cancelled = 0 }: Scenario,
  load: number,
  seed: number,
): Trace {
  const random = createRandom(seed);
  const orders = 500;
  let born = 0;
  const lines = Array.from({ length: orders }, (_, index): Line => {
    born += -Math.log(1 - random()) / ((load * 5) / SOJOURN_S);
    const progress = index / orders;
    const code = random() < arrives(progress) ? delay(random, progress) : Number.POSITIVE_INFINITY;
    const cancel = random() < cancelled ? 90 + 210 * random() : Number.POSITIVE_INFINITY;
    return {
      id: `order-${index}`,
      bornAt: born * 1_000,
      klass: "drawn",
      codeAt: code < LIFETIME_S ? (born + code) * 1_000 : Number.POSITIVE_INFINITY,
      expiresAt: (born + LIFETIME_S) * 1_000,
      isWatched: random() < 0.6,
      cancelledAt: (born + cancel) * 1_000,
    };
  });
  return { name: `${name}, load ${load}, seed ${seed}`, lines };
}

function logNormal(median: number, sigma: number): Draw {
  return (random) => median * spread(random, sigma);
}

function spread(random: () => number, sigma: number): number {
  return Math.exp(sigma * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()));
}

/** Numbers from 0 to 1, the same ones each time (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
