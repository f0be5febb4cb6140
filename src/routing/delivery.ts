import { fromLogit, logit, normalBelow } from "./beta.ts";
import { addTo, createFading, type Fading, factorAt, readFading, writeFading } from "./fading.ts";
import type { Memory } from "./memory.ts";
import { createMoment } from "./moment.ts";
import { type Place, placeOf } from "./place.ts";

const DAY_MS = 24 * 60 * 60_000;

/**
 * What is known of a place is also known, a little, of its neighbours: of the upstream, of its country, of its service.
 * Each level counts the outcomes below it, forgets half of them in its half-life, and is held to what its parent says
 * as if that were so many outcomes. What the place itself has seen is left out of its own parents: it counts once.
 */
const LEVELS = {
  upstream: { halfLifeMs: 14 * DAY_MS, parentCounts: 20 },
  country: { halfLifeMs: 7 * DAY_MS, parentCounts: 10 },
  service: { halfLifeMs: 7 * DAY_MS, parentCounts: 10 },
  cell: { halfLifeMs: 3 * DAY_MS, parentCounts: 8 },
} as const;

type Level = keyof typeof LEVELS;

/** Everything is counted by each of them. */
const HALF_LIVES: readonly number[] = [...new Set(Object.values(LEVELS).map(({ halfLifeMs }) => halfLifeMs))];

/** Before anything is known: the share of numbers that get their code, and the logarithm of the median wait in ms. */
const USUAL_SHARE = 0.75;
const USUAL_LOG_WAIT = Math.log(18_000);
/** Waits are about log-normal. */
const LOG_WAIT_SPREAD = 0.9;
const MEAN_OVER_MEDIAN = Math.exp(LOG_WAIT_SPREAD ** 2 / 2);
/** What an upstream claims counts as so many outcomes, once it is corrected by how true its claims were. */
const CLAIM_COUNTS = 4;
const CLAIM_HALF_LIFE_MS = 14 * DAY_MS;
const CLAIM_TRUST = 20;

/** The chance of a code as a Beta distribution, and how long one takes. */
export interface Delivery {
  readonly alpha: number;
  readonly beta: number;
  /** The mean of the distribution. */
  readonly share: number;
  readonly medianWaitMs: number;
  readonly meanWaitMs: number;
  /** Outcomes seen at the place itself, over all time. */
  readonly seen: number;
  /** The share of them that were codes, recent ones weighing more. Undefined without any. */
  readonly seenShare: number | undefined;
  /** False when nothing was seen of the upstream, and nothing is claimed: then the chance is what is usual anywhere. */
  readonly isGrounded: boolean;
}

export interface Claim {
  readonly successRate?: number | undefined;
  readonly waitMs?: number | undefined;
}

/** Outcomes to be counted; negative to take them out again. */
export interface Counts {
  readonly orders: number;
  readonly codes: number;
  /** Of the codes, together: the logarithm of the wait in ms. */
  readonly logWait: number;
  /** How many outcomes that is, for people. By default as the sign of `orders` says. */
  readonly seen?: number;
}

interface Row {
  /** The same counts, by each of the half-lives. */
  readonly fadings: readonly Fading[];
  /** Outcomes over all time. */
  seen: number;
}

export interface Deliveries {
  estimate(place: Place, claim: Claim, time: number): Delivery;
  /** Counts outcomes at every level of the place. */
  count(place: Place, time: number, counts: Counts): void;
  /** Counts how true a claim was. */
  countClaim(upstream: string, time: number, claimed: number, codes: number): void;
  /** What was seen at the place itself; see Delivery. */
  seenAt(place: Place, time: number): Pick<Delivery, "seen" | "seenShare">;
  /** How many outcomes a day there were of late, about: of the place, and of its upstream. */
  perDay(place: Place, time: number): { readonly cell: number; readonly upstream: number };
  /** The chance that a code that will come has come after so long. */
  arrivedBy(ageMs: number, place: Place, time: number): number;
}

export function createDeliveries(memory: Memory): Deliveries {
  const rows = memory.table<Row>("delivery", {
    fresh: () => ({ fadings: [createFading(3), createFading(3), createFading(3)], seen: 0 }),
    read(json) {
      const [seen, ...written] = Array.isArray(json) ? json : [];
      const fadings = written.map((sums) => readFading(sums, 3)).filter((fading) => fading !== undefined);
      return fadings.length === 3 && Number.isFinite(seen) ? { fadings, seen } : undefined;
    },
    write: ({ fadings, seen }) => [seen, ...fadings.map(writeFading)],
    added(key) {
      const { upstream, country, service } = placeOf(key);
      countries.know(upstream, country);
      services.know(upstream, service);
    },
  });
  const claims = memory.table<Fading>("claims", {
    fresh: () => createFading(3),
    read: (json) => readFading(json, 3),
    write: writeFading,
  });

  /** What is left at that time of what was counted in the row, by the half-life of that level. */
  function countsAt(level: Level, row: Row | undefined, time: number): Counts {
    const fading = row?.fadings[HALF_LIVES.indexOf(LEVELS[level].halfLifeMs)];
    if (!fading) return NOTHING;
    const kept = factorAt(fading, time, LEVELS[level].halfLifeMs);
    const [orders = 0, codes = 0, logWait = 0] = fading.sums;
    // What is taken out may have been lost in a crash before it was saved.
    return { orders: Math.max(orders, 0) * kept, codes: bounded(codes, orders) * kept, logWait: logWait * kept };
  }

  /** What is expected by what a level has counted elsewhere than at the cell. */
  function expected(level: Level, key: string, parent: Expectation, cell: Row | undefined, time: number): Expectation {
    const [all, own] = [countsAt(level, rows.get(key), time), countsAt(level, cell, time)];
    const orders = Math.max(all.orders - own.orders, 0);
    const codes = bounded(all.codes - own.codes, orders);
    return pulled(level, { orders, codes, logWait: codes > 0 ? all.logWait - own.logWait : 0 }, parent);
  }

  function levelsBeside({ upstream, country, service }: Place, cell: Row, time: number): Levels {
    const whole = expected("upstream", upstream, USUAL, cell, time);
    return {
      upstream: whole,
      country: expected("country", countryKey(upstream, country), whole, cell, time),
      service: expected("service", serviceKey(upstream, service), whole, cell, time),
    };
  }

  // Most places have seen nothing, and most of their countries and services have not either.
  const wholes = createMoment((upstream, time) => expected("upstream", upstream, USUAL, undefined, time));
  const countries = createMoment((upstream, time, country) =>
    expected("country", countryKey(upstream, country), wholes.of(upstream, time), undefined, time),
  );
  const services = createMoment((upstream, time, service) =>
    expected("service", serviceKey(upstream, service), wholes.of(upstream, time), undefined, time),
  );

  /** The same of a place that has seen nothing. */
  function levelsAbove({ upstream, country, service }: Place, time: number): Levels {
    return {
      upstream: wholes.of(upstream, time),
      country: countries.of(upstream, time, country),
      service: services.of(upstream, time, service),
    };
  }

  /** Log odds to be added to what the upstream claims: how much better its numbers are, or worse. */
  const bias = createMoment((upstream, time) => {
    const fading = claims.get(upstream);
    if (!fading) return 0;
    const kept = factorAt(fading, time, CLAIM_HALF_LIFE_MS);
    const [orders = 0, codes = 0, claimed = 0] = fading.sums;
    if (orders <= 0) return 0;
    const said = claimed / orders;
    const was = (bounded(codes, orders) * kept + CLAIM_TRUST * said) / (orders * kept + CLAIM_TRUST);
    return logit(was) - logit(said);
  });

  function estimate(place: Place, { successRate, waitMs }: Claim, time: number): Delivery {
    const row = rows.get(place.key);
    const { upstream, country, service } = row ? levelsBeside(place, row, time) : levelsAbove(place, time);
    const cell = countsAt("cell", row, time);
    // Where both the country and the service are better than the upstream, the two together are better still.
    const share = fromLogit(country.logOdds + service.logOdds - upstream.logOdds);
    const logWait = country.logWait + service.logWait - upstream.logWait;
    const { parentCounts } = LEVELS.cell;
    const claimed = successRate === undefined ? 0 : CLAIM_COUNTS;
    const claim = claimed && fromLogit(logit(successRate ?? 0) + bias.of(place.upstream, time));
    const alpha = parentCounts * share + claimed * claim + cell.codes;
    const beta = parentCounts * (1 - share) + claimed * (1 - claim) + cell.orders - cell.codes;
    const waits = waitMs ? CLAIM_COUNTS : 0;
    const claimedLogWait = waits && Math.log(Math.max(waitMs ?? 0, 1_000) / MEAN_OVER_MEDIAN);
    const medianWaitMs = Math.exp(
      (parentCounts * logWait + waits * claimedLogWait + cell.logWait) / (parentCounts + waits + cell.codes),
    );
    return {
      alpha,
      beta,
      share: alpha / (alpha + beta),
      medianWaitMs,
      meanWaitMs: medianWaitMs * MEAN_OVER_MEDIAN,
      seen: row?.seen ?? 0,
      seenShare: cell.orders > 0 ? cell.codes / cell.orders : undefined,
      isGrounded: claimed > 0 || rows.get(place.upstream) !== undefined,
    };
  }

  return {
    estimate,

    count(place, time, { orders, codes, logWait, seen = Math.sign(orders) }) {
      const { upstream, country, service, key: cellKey } = place;
      for (const key of [upstream, countryKey(upstream, country), serviceKey(upstream, service), cellKey]) {
        const row = rows.open(key);
        row.fadings.forEach((fading, at) => {
          addTo(fading, time, HALF_LIVES[at] ?? 0, [orders, codes, logWait]);
        });
        row.seen += seen;
        rows.changed(key);
      }
      for (const level of [wholes, countries, services]) level.forget(upstream);
    },

    countClaim(upstream, time, claimed, codes) {
      addTo(claims.open(upstream), time, CLAIM_HALF_LIFE_MS, [1, codes, claimed]);
      claims.changed(upstream);
      bias.forget(upstream);
    },

    seenAt({ key }, time) {
      const row = rows.get(key);
      const { orders, codes } = countsAt("cell", row, time);
      return { seen: row?.seen ?? 0, seenShare: orders > 0 ? codes / orders : undefined };
    },

    perDay({ key, upstream }, time) {
      // In a steady state the counts are the rate times the mean age of what is not forgotten.
      const rate = (level: Level, of: string) =>
        (countsAt(level, rows.get(of), time).orders * Math.LN2 * DAY_MS) / LEVELS[level].halfLifeMs;
      return { cell: rate("cell", key), upstream: rate("upstream", upstream) };
    },

    arrivedBy(ageMs, place, time) {
      const { medianWaitMs } = estimate(place, {}, time);
      return ageMs <= 0 ? 0 : normalBelow(Math.log(ageMs / medianWaitMs) / LOG_WAIT_SPREAD);
    },
  };
}

function countryKey(upstream: string, country: string): string {
  return `${upstream}/${country}`;
}

function serviceKey(upstream: string, service: string): string {
  return `${upstream}//${service}`;
}

const NOTHING: Counts = { orders: 0, codes: 0, logWait: 0 };

interface Expectation {
  readonly share: number;
  /** Of the share. */
  readonly logOdds: number;
  readonly logWait: number;
}

/** What is expected above a place. */
type Levels = Readonly<Record<"upstream" | "country" | "service", Expectation>>;

const USUAL: Expectation = { share: USUAL_SHARE, logOdds: logit(USUAL_SHARE), logWait: USUAL_LOG_WAIT };

function pulled(level: Level, { orders, codes, logWait }: Counts, parent: Expectation): Expectation {
  const { parentCounts } = LEVELS[level];
  const share = (parentCounts * parent.share + codes) / (parentCounts + orders);
  return {
    share,
    logOdds: logit(share),
    logWait: (parentCounts * parent.logWait + logWait) / (parentCounts + codes),
  };
}

function bounded(codes: number, orders: number): number {
  return Math.min(Math.max(codes, 0), Math.max(orders, 0));
}
