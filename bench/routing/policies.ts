import { LOCAL_CALLER } from "../../src/core/caller.ts";
import type { Clock } from "../../src/core/clock.ts";
import type { Money } from "../../src/core/money.ts";
import type { Offer } from "../../src/core/offer.ts";
import type { Attempt, Strategy, Verification, VerificationRequest } from "../../src/core/verification.ts";
import { drawBeta } from "../../src/routing/random.ts";
import { createRouter } from "../../src/routing/router.ts";
import { createRandom } from "../../src/sandbox/random.ts";
import type { Cell, World } from "./world.ts";

/** What became of a number. */
export interface Result {
  readonly id: string;
  readonly cell: Cell;
  readonly boughtAt: number;
  readonly time: number;
  readonly delivered: boolean;
  /** Millionths of a dollar. */
  readonly refund: number;
}

/** A way to choose among upstreams. It sees offers and results, and nothing of the world behind them. */
export interface Policy {
  /** The cells of the pair in the order in which they are to be tried, without those that were tried before. */
  order(id: string, pair: number, time: number, used: ReadonlySet<number>): readonly Cell[];
  bought?(id: string, cell: Cell, time: number, refused: readonly Cell[]): void;
  ended?(result: Result): void;
}

/** What a strategy is to spend least of, in millionths of a dollar. */
export interface Costs {
  readonly perMs: number;
  readonly perNumber: number;
}

function cellsOf({ cells }: World, pair: number, used: ReadonlySet<number>): Cell[] {
  return cells.flatMap((row, upstream) => (used.has(upstream) || !row[pair] ? [] : [row[pair]]));
}

const by = (score: (cell: Cell) => number) => (a: Cell, b: Cell) => score(a) - score(b);

export function cheapestFirst(world: World): Policy {
  return { order: (_, pair, __, used) => cellsOf(world, pair, used).sort(by(({ price }) => price)) };
}

/** One over the square of the price is the chance to be first; then the next one so, among the rest. */
export function priceDraw(world: World, seed: number): Policy {
  const random = createRandom(seed);
  return {
    order(_, pair, __, used) {
      // The exponential race draws without replacement in proportion to the weights.
      const keys = new Map(
        cellsOf(world, pair, used).map((cell) => [cell, -Math.log(1 - random()) * cell.price ** 2] as const),
      );
      return [...keys.keys()].sort(by((cell) => keys.get(cell) ?? 0));
    },
  };
}

/** The share of codes among the last 125 results decides; one order in twenty goes anywhere. */
export function successWindow(world: World, seed: number): Policy {
  const random = createRandom(seed);
  const windows = new Map<Cell, boolean[]>();
  const rate = (cell: Cell) => {
    const window = windows.get(cell);
    return window?.length ? window.filter(Boolean).length / window.length : 1;
  };
  return {
    order(_, pair, __, used) {
      const sorted = cellsOf(world, pair, used).sort((a, b) => rate(b) - rate(a) || a.price - b.price);
      if (random() >= 0.05) return sorted;
      const [explored] = sorted.splice(Math.floor(random() * sorted.length), 1);
      return explored ? [explored, ...sorted] : sorted;
    },
    ended({ cell, delivered }) {
      const window = windows.get(cell) ?? [];
      windows.set(cell, window);
      window.push(delivered);
      if (window.length > 125) window.shift();
    },
  };
}

/** 0.7 of a draw from the belief about quality, 0.3 of how cheap it is among the others; 200 results count at most. */
export function weightedScore(world: World, seed: number): Policy {
  const random = createRandom(seed);
  const seen = new Map<Cell, { codes: number; all: number }>();
  return {
    order(_, pair, __, used) {
      const cells = cellsOf(world, pair, used);
      const prices = cells.map(({ price }) => price);
      const [low, high] = [Math.min(...prices), Math.max(...prices)];
      const scores = new Map(
        cells.map((cell) => {
          const { codes, all } = seen.get(cell) ?? { codes: 0, all: 0 };
          const quality = drawBeta(7.5 + codes, 2.5 + all - codes, random);
          const cheapness = high > low ? (high - cell.price) / (high - low) : 1;
          return [cell, 0.7 * quality + 0.3 * cheapness] as const;
        }),
      );
      return cells.sort(by((cell) => -(scores.get(cell) ?? 0)));
    },
    ended({ cell, delivered }) {
      const counts = seen.get(cell) ?? { codes: 0, all: 0 };
      seen.set(cell, counts);
      if (counts.all >= 200) return;
      counts.all += 1;
      if (delivered) counts.codes += 1;
    },
  };
}

/** Knows the present rates, waits and refunds, and orders by what a code really costs. */
export function oracle(world: World, giveUpMs: number, { perMs, perNumber }: Costs): Policy {
  const cost = (cell: Cell, time: number) => {
    const share = world.shareAt(cell, time);
    const refund = world.refundShares[cell.upstream] ?? 0;
    const delivered = cell.price + perMs * cell.medianWaitMs * Math.exp(0.405);
    const failed = (1 - refund) * cell.price + perMs * giveUpMs + perNumber;
    return (share * delivered + (1 - share) * failed) / share;
  };
  return { order: (_, pair, time, used) => cellsOf(world, pair, used).sort(by((cell) => cost(cell, time))) };
}

/** As the oracle, except that it does not know of outages: how much of the gap they are. */
export function blindOracle(world: World, giveUpMs: number, costs: Costs): Policy {
  return oracle({ ...world, shareAt: ({ share }) => share }, giveUpMs, costs);
}

/** The product's own router, with its default settings. */
export async function numgate(world: World, strategy: Strategy): Promise<Policy> {
  let now = 0;
  const clock: Clock = { now: () => now, after: () => () => {} };
  const offers = new Map(world.cells.flat().map((cell) => [cell, toOffer(world, cell)] as const));
  const byId = new Map([...offers].map(([cell, offer]) => [offer.offerId, { cell, offer }] as const));
  const router = createRouter({
    store: { saveLearned: async () => {}, loadLearned: async () => [] },
    clock,
    log: { warn: () => {}, error: () => {} },
    rates: new Map(),
    findUpstream: () => undefined,
    findOffer: (offerId) => byId.get(offerId)?.offer,
  });
  await router.start([]);
  const requests = world.pairs.map(
    ({ country, service }): VerificationRequest => ({
      country,
      service,
      capability: "SMS",
      strategy,
      upstreams: [],
      excludeUpstreams: [],
      labels: {},
    }),
  );
  const lists = world.pairs.map((_, pair) =>
    world.cells.flatMap((row) => (row[pair] ? [offers.get(row[pair])] : [])).filter((offer) => offer !== undefined),
  );
  const open = new Map<string, Verification>();

  function attempt(cell: Cell, time: number, outcome: Attempt["outcome"]): Attempt {
    const { upstream, offerId, price } = offers.get(cell) ?? toOffer(world, cell);
    const at = new Date(time);
    return {
      upstream,
      offerId,
      ...(outcome && { outcome }),
      ...(outcome === "REFUSED" && { reason: "NO_NUMBERS" as const }),
      quotedPrice: price ?? { currency: "USD", micros: 0n },
      startTime: at,
      endTime: at,
      explanation: "",
    };
  }

  return {
    order(id, pair, time, used) {
      now = time;
      const request = requests[pair];
      if (!request) return [];
      const excludeUpstreams = [...used].map((upstream) => world.upstreams[upstream] ?? "");
      const { candidates } = router.rank(lists[pair] ?? [], { ...request, excludeUpstreams }, LOCAL_CALLER, id);
      return candidates.flatMap(({ offer }) => byId.get(offer.offerId)?.cell ?? []);
    },

    bought(id, cell, time, refused) {
      now = time;
      const offer = offers.get(cell) ?? toOffer(world, cell);
      const { country, service } = offer;
      const at = new Date(time);
      const request = requests[cell.pair];
      if (!request) return;
      const base = { verificationId: id, version: 1, caller: "local", requestId: id, request, country, service };
      let attempts: Attempt[] = [];
      for (const failed of refused) {
        attempts = [...attempts, attempt(failed, time, "REFUSED")];
        router.observe({ ...base, status: "PENDING", messages: [], createTime: at, attempts });
      }
      const bought: Verification = {
        ...base,
        status: "WAITING",
        messages: [],
        upstream: offer.upstream,
        offerId: offer.offerId,
        price: money(cell.price),
        createTime: at,
        expireTime: new Date(time + 600_000),
        attempts: [...attempts, attempt(cell, time, "BOUGHT")],
      };
      open.set(id, bought);
      router.observe(bought);
    },

    ended({ id, time, delivered, refund }) {
      now = time;
      const bought = open.get(id);
      open.delete(id);
      if (!bought) return;
      const at = new Date(time);
      if (!delivered) return router.observe({ ...bought, status: "EXPIRED", refund: money(refund), endTime: at });
      const messages = [{ messageId: "1", text: "", code: "1", receiveTime: at, late: false }];
      const received: Verification = { ...bought, status: "RECEIVED", messages, codeTime: at };
      router.observe(received);
      router.observe({ ...received, status: "COMPLETED", endTime: at });
    },
  };
}

function money(micros: number): Money {
  return { currency: "USD", micros: BigInt(Math.round(micros)) };
}

export function toOffer(world: World, cell: Cell): Offer {
  const upstream = world.upstreams[cell.upstream] ?? "";
  const { country = "", service = "" } = world.pairs[cell.pair] ?? {};
  return {
    offerId: `${upstream}:${country}.${service}`,
    upstream,
    provider: upstream,
    ref: `${country}.${service}`,
    product: "VERIFICATION",
    country,
    service,
    serviceName: service,
    capabilities: ["SMS"],
    price: money(cell.price),
    available: true,
    availableCount: undefined,
    publishedSuccessRate: cell.published,
    publishedWaitMs: undefined,
    curated: false,
    supportsAreaCode: false,
    rentalTerms: [],
    esimPlan: undefined,
    fetchTime: new Date(0),
  };
}
