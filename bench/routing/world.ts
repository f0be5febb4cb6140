import { createRandom, type Random } from "../../src/sandbox/random.ts";

/** What comes back of the price of a number that gets no code: of every upstream, or of each another share. */
export type Refunds = "full" | "mixed" | "half";

export interface Pair {
  readonly country: string;
  readonly service: string;
  /** Its share of the demand. */
  readonly weight: number;
}

/** What an upstream sells for a pair, with what it never says. */
export interface Cell {
  readonly upstream: number;
  readonly pair: number;
  /** Millionths of a dollar. */
  readonly price: number;
  readonly published: number | undefined;
  readonly share: number;
  readonly medianWaitMs: number;
  readonly stock: number;
}

export interface World {
  readonly pairs: readonly Pair[];
  readonly upstreams: readonly string[];
  /** By upstream and pair. */
  readonly cells: readonly (readonly Cell[])[];
  readonly refundShares: readonly number[];
  readonly durationMs: number;
  /** The chance of a code now: outages included. */
  shareAt(cell: Cell, time: number): number;
  hasStockAt(cell: Cell, time: number): boolean;
}

const HOUR_MS = 3_600_000;
const DAYS = 14;
const DURATION_MS = DAYS * 24 * HOUR_MS;
const UPSTREAMS = ["north", "south", "east", "west", "isle"];
const COUNTRIES = ["US", "GB", "DE", "FR", "BR", "IN", "ID", "PH"];
const SERVICES = ["whatsapp", "telegram", "google", "discord", "tiktok", "uber"];
/** In an outage hardly anything is delivered. */
const OUTAGE_SHARE = 0.02;

type Spans = readonly (readonly [from: number, to: number])[];

/** Outages or stock-outs, on average one in so long. */
function spans(random: Random, everyMs: number, lastMs: number): Spans {
  const found: [number, number][] = [];
  for (let at = 0; ; ) {
    at += -Math.log(1 - random()) * everyMs;
    if (at >= DURATION_MS) return found;
    found.push([at, at + lastMs]);
    at += lastMs;
  }
}

const within = (all: Spans, time: number) => all.some(([from, to]) => time >= from && time < to);

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

const fromLogit = (odds: number) => 1 / (1 + Math.exp(-odds));

/** Five upstreams and 48 country and service pairs, drawn from the seed: nobody but the oracle looks inside. */
export function createWorld(seed: number, refunds: Refunds): World {
  const random = createRandom(seed * 7919 + 17);
  const pairs = COUNTRIES.flatMap((country) => SERVICES.map((service) => ({ country, service })));
  const order = pairs.map((_, at) => [random(), at] as const).sort(([a], [b]) => a - b);
  const weights = new Array<number>(pairs.length).fill(0);
  order.forEach(([, pair], rank) => {
    weights[pair] = 1 / (rank + 1);
  });
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const base = pairs.map(() => 0.37 * Math.exp(0.6 * normal(random) + 0.3));
  const ofUpstream = UPSTREAMS.map(() => 0.9 + 0.7 * normal(random));
  const ofCountry = UPSTREAMS.map(() => COUNTRIES.map(() => 0.5 * normal(random)));
  const ofService = UPSTREAMS.map(() => SERVICES.map(() => 0.5 * normal(random)));
  const level = UPSTREAMS.map(() => Math.exp(0.2 * normal(random)));
  const inflated = new Set([1, 3]);
  const cells = UPSTREAMS.map((_, upstream) =>
    pairs.map((pair, index): Cell => {
      const odds =
        (ofUpstream[upstream] ?? 0) +
        (ofCountry[upstream]?.[COUNTRIES.indexOf(pair.country)] ?? 0) +
        (ofService[upstream]?.[SERVICES.indexOf(pair.service)] ?? 0) +
        0.4 * normal(random);
      const share = Math.min(Math.max(fromLogit(odds), 0.05), 0.97);
      const honest = fromLogit(odds + 0.2 * normal(random));
      const published = inflated.has(upstream) ? Math.max(0.9, honest + 0.1) : upstream === 4 ? undefined : honest;
      return {
        upstream,
        pair: index,
        price: Math.round(1e6 * (base[index] ?? 0) * (level[upstream] ?? 1) * Math.exp(0.25 * normal(random))),
        published: published === undefined ? undefined : Math.min(published, 0.99),
        share,
        medianWaitMs: 18_000 * Math.exp(0.4 * normal(random)),
        stock: 0,
      };
    }),
  );
  const dark = UPSTREAMS.map(() => spans(random, 5 * 24 * HOUR_MS, 3 * HOUR_MS));
  const failing = UPSTREAMS.map(() => pairs.map(() => spans(random, 5 * 24 * HOUR_MS, 6 * HOUR_MS)));
  const soldOut = UPSTREAMS.map(() => pairs.map(() => spans(random, 24 * HOUR_MS, 1 * HOUR_MS)));
  const refundShares = UPSTREAMS.map((_, upstream) =>
    refunds === "full" ? 1 : refunds === "half" ? 0.5 : ([1, 0.5, 0.8, 0, 1][upstream] ?? 1),
  );
  return {
    pairs: pairs.map((pair, at) => ({ ...pair, weight: (weights[at] ?? 0) / total })),
    upstreams: UPSTREAMS,
    cells,
    refundShares,
    durationMs: DURATION_MS,
    shareAt({ upstream, pair, share }, time) {
      const isOut = within(dark[upstream] ?? [], time) || within(failing[upstream]?.[pair] ?? [], time);
      return isOut ? OUTAGE_SHARE : share;
    },
    hasStockAt: ({ upstream, pair }, time) => !within(soldOut[upstream]?.[pair] ?? [], time),
  };
}
