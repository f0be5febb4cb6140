import { type Belief, familiarity } from "./belief.ts";
import type { Memory } from "./memory.ts";
import { type Place, placeOf } from "./place.ts";

/** So unlikely must a run of failures be, by what was known before it, to be taken for an outage. */
const CELL_CHANCE = 0.01;
const UPSTREAM_CHANCE = 0.001;
/** Where more is bought there are more runs that are chance alone: from so many orders a day on they must be rarer. */
const FEW_PER_DAY = 4;
/** But never so rare that an outage takes long to be believed. */
const LEAST_CHANCE = 1e-5;
const BENCH_MS = 30 * 60_000;
const LONGEST_BENCHES = 6;
/** Of a run; a place that hardly ever delivers needs many before they are unlikely. */
const MOST_FAILURES = 256;

interface Row {
  /** Failures since the last success, as the estimates count them: when, and with what weight. */
  failures: [time: number, weight: number][];
  /** What was believed of the chance of a code when the run began. */
  before: Belief;
  /** The logarithm of the chance of the run, by that. */
  chance: number;
  /** How often in a row it was benched; 0 while it is not. */
  times: number;
  until: number;
  /** The order that tries it, once the bench is over; by `until` it is not waited for any more. */
  probe?: { order: string; until: number } | undefined;
}

/**
 * Whether a place is to be bought from. `back`: its time on the bench is over, and one order may try it, as if what was
 * believed before its outage were true again.
 */
export type Benching =
  | { readonly state: "playing" }
  | { readonly state: "benched" | "probed"; readonly until: number }
  | { readonly state: "back"; readonly before: Belief | undefined };

export interface Failure {
  /** 0 to 1: how sure it is that no code would have come. */
  readonly weight: number;
  /** What was believed before this. */
  readonly belief: Belief;
  readonly boughtAt: number;
  readonly time: number;
  /** Orders a day, at the place and at its upstream, about. */
  readonly perDay: { readonly cell: number; readonly upstream: number };
}

/**
 * Takes upstreams, and single places, out of play whose numbers have begun to fail: too fast for the estimates, which
 * move over days. What is benched is tried last, never left out. Once its time is over, one order at a time is let
 * through at the usual place: a code puts it back into play, a failure benches it again for longer.
 *
 * Failures of an outage that has ended say nothing of the time after it: the estimates are then told to forget them. Not
 * before: an unlucky run is no outage, and a place that is benched for one must not come out of it as flawless.
 */
export interface Bench {
  /** `order` may be the one that tries it already. */
  standing(place: Place, time: number, order?: string): Benching;
  /** The order tries what is `back`; after `until` another may. */
  claim(place: Place, order: string, time: number, until: number): void;
  /** The order tells nothing: another may try. */
  release(place: Place, order: string): void;
  /** To be called after the estimates have counted it, at its time and with its weight. */
  failed(place: Place, failure: Failure): void;
  succeeded(place: Place, boughtAt: number): void;
  /**
   * Until when the upstream is benched, or, with no success since, every place of it whose last number failed. Undefined
   * while neither is.
   */
  upstreamUntil(upstream: string, time: number): number | undefined;
  /** The upstream's places that are benched by themselves. */
  benchedPlaces(upstream: string, time: number): { readonly place: Place; readonly until: number }[];
}

/** `forget` takes a failure, of that weight and counted at that time, out of the estimates. */
export function createBench(memory: Memory, forget: (place: Place, time: number, weight: number) => void): Bench {
  // By a place's key, or by an upstream's id.
  const rows = memory.table<Row>("bench", {
    fresh,
    read(json) {
      const row = { ...fresh(), ...(json as Row) };
      return Array.isArray(row.failures) && Number.isFinite(row.until) ? row : undefined;
    },
    write: (row) => row,
  });

  const placesAt = (upstream: string) => [...rows.keys()].filter((key) => key.startsWith(`${upstream}/`));
  const isBenched = (key: string) => (rows.get(key)?.times ?? 0) > 0;

  /** A place that was hardly known before its run may just be a bad one: the less was known, the less is forgotten. */
  function forgetRun(key: string): void {
    const { failures, before } = rows.open(key);
    const share = familiarity(before);
    for (const [time, weight] of failures) forget(placeOf(key), time, weight * share);
  }

  function reset(key: string): void {
    const row = rows.get(key);
    if (row && (row.times > 0 || row.failures.length > 0 || row.chance < 0)) rows.set(key, fresh());
  }

  function bench(row: Row, time: number): void {
    row.times = Math.min(row.times + 1, LONGEST_BENCHES);
    row.until = time + row.times * BENCH_MS;
    row.probe = undefined;
  }

  function standingOf(row: Row | undefined, time: number, order: string | undefined): Benching {
    if (!row || row.times === 0) return PLAYING;
    if (time < row.until) return { state: "benched", until: row.until };
    const { probe } = row;
    return probe && probe.until > time && probe.order !== order
      ? { state: "probed", until: probe.until }
      : { state: "back", before: undefined };
  }

  function benchedPlaces(upstream: string, time: number) {
    return placesAt(upstream).flatMap((key) => {
      const { times, until } = rows.open(key);
      return times > 0 && until > time ? [{ place: placeOf(key), until }] : [];
    });
  }

  return {
    standing(place, time, order) {
      const row = rows.get(place.key);
      const cell = standingOf(row, time, order);
      if ("until" in cell) return cell;
      const whole = standingOf(rows.get(place.upstream), time, order);
      if ("until" in whole) return whole;
      if (cell.state === "playing" && whole.state === "playing") return PLAYING;
      return { state: "back", before: row && row.failures.length > 0 ? row.before : undefined };
    },

    claim(place, order, time, until) {
      for (const key of [place.key, place.upstream]) {
        const row = rows.get(key);
        if (!row || standingOf(row, time, order).state !== "back") continue;
        row.probe = { order, until };
        rows.changed(key);
      }
    },

    release(place, order) {
      for (const key of [place.key, place.upstream]) {
        const row = rows.get(key);
        if (row?.probe?.order !== order) continue;
        row.probe = undefined;
        rows.changed(key);
      }
    },

    failed(place, { weight, belief, boughtAt, time, perDay }) {
      const [cellKey, key] = [place.key, place.upstream];
      const [cell, whole] = [rows.open(cellKey), rows.open(key)];
      // What was bought before the bench's end tells nothing new.
      const isExplained = [cell, whole].some((row) => row.times > 0 && boughtAt < row.until);
      if (cell.failures.length === 0) cell.before = belief;
      const chance = chanceOf(cell, weight);
      cell.failures.push([time, weight]);
      cell.failures.splice(0, cell.failures.length - MOST_FAILURES);
      for (const [row, least] of [
        [cell, threshold(CELL_CHANCE, perDay.cell)],
        [whole, threshold(UPSTREAM_CHANCE, perDay.upstream)],
      ] as const) {
        if (isExplained) continue;
        row.chance += chance;
        if (row.times > 0 || row.chance < least) bench(row, time);
      }
      rows.changed(cellKey);
      rows.changed(key);
    },

    succeeded(place, boughtAt) {
      const { upstream } = place;
      const isOver = (key: string) => isBenched(key) && boughtAt >= rows.open(key).until;
      // The outage of an upstream was also that of its places.
      const ended = isOver(upstream) ? placesAt(upstream) : isOver(place.key) ? [place.key] : [];
      for (const key of ended) {
        forgetRun(key);
        reset(key);
      }
      reset(place.key);
      reset(upstream);
    },

    upstreamUntil(upstream, time) {
      const { times = 0, until = 0, chance = 0 } = rows.get(upstream) ?? {};
      const failing = placesAt(upstream).filter((key) => rows.open(key).failures.length > 0);
      const benched = benchedPlaces(upstream, time);
      const places = chance < 0 && benched.length === failing.length ? benched.map((place) => place.until) : [];
      const last = Math.max(times > 0 ? until : 0, ...places);
      return last > time ? last : undefined;
    },

    benchedPlaces,
  };
}

/** The logarithm of the chance that the next one fails as well, by what was believed before the run. */
function chanceOf({ before: { alpha, beta }, failures }: Row, weight: number): number {
  const failed = failures.reduce((sum, [, one]) => sum + one, 0);
  return weight * Math.log((beta + failed) / (alpha + beta + failed));
}

function threshold(chance: number, perDay: number): number {
  return Math.log(Math.max(chance / Math.max(perDay / FEW_PER_DAY, 1), LEAST_CHANCE));
}

const PLAYING: Benching = { state: "playing" };

function fresh(): Row {
  return { failures: [], before: { alpha: 1, beta: 1 }, chance: 0, times: 0, until: 0 };
}
