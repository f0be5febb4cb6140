/** What rented numbers receive, the same whenever it is made: nothing for long, then some messages one after another. */
export interface Traffic {
  /** The messages that have come to a rental by then and were not taken. */
  take(rental: number, now: number): readonly Arrival[];
  /** Whose watchers have come or gone by then, since the last call. */
  watchers(now: number): readonly { readonly rental: number; readonly isWatched: boolean }[];
}

interface Arrival {
  readonly at: number;
  readonly isWatched: boolean;
}

const DAY_MS = 24 * 60 * 60_000;
/** Of the bursts, those that somebody waits for: a sign-in, with a stream open from just before it. */
const WATCHED_SHARE = 0.3;

export function createTraffic(rentals: number, endMs: number): Traffic {
  const random = mulberry32(1);
  const exponential = (meanMs: number) => -Math.log(1 - random()) * meanMs;
  const arrivals: Arrival[][] = [];
  const turns: { at: number; rental: number; isWatched: boolean }[] = [];
  for (let rental = 0; rental < rentals; rental += 1) {
    const own: Arrival[] = [];
    // Most numbers get a burst a week, a few get many a day.
    const everyMs = (7 * DAY_MS) / (1 + 40 * random() ** 6);
    for (let burst = exponential(everyMs); burst < endMs; burst += exponential(everyMs) + 60_000) {
      const isWatched = random() < WATCHED_SHARE;
      const messages = 1 + Math.floor(exponential(2));
      let at = burst;
      if (isWatched) turns.push({ at: burst - 5_000 - 20_000 * random(), rental, isWatched });
      for (let nth = 0; nth < messages; nth += 1) {
        own.push({ at, isWatched });
        at += 2_000 + exponential(40_000);
      }
      if (isWatched) turns.push({ at: at + 60_000, rental, isWatched: false });
    }
    arrivals.push(own.toSorted((a, b) => a.at - b.at));
  }
  turns.sort((a, b) => a.at - b.at);
  const taken = new Array<number>(rentals).fill(0);
  let turned = 0;
  return {
    take(rental, now) {
      const own = arrivals[rental] ?? [];
      const from = taken[rental] ?? 0;
      let to = from;
      while (to < own.length && (own[to]?.at ?? 0) <= now) to += 1;
      taken[rental] = to;
      return own.slice(from, to);
    },
    watchers(now) {
      const from = turned;
      while (turned < turns.length && (turns[turned]?.at ?? 0) <= now) turned += 1;
      return turns.slice(from, turned);
    },
  };
}

function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 4_294_967_296;
  };
}
