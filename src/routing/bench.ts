import type { Memory } from "./memory.ts";
import { keyOf, type Place, placeOf } from "./place.ts";

/** So unlikely must a run of failures be, by what was known before it, to be taken for an outage. */
const CELL_CHANCE = Math.log(0.01);
const UPSTREAM_CHANCE = Math.log(0.001);
const BENCH_MS = 30 * 60_000;
const LONGEST_BENCHES = 6;
/** Of a run; a place that hardly ever delivers needs many before they are unlikely. */
const MOST_FAILURES = 256;

interface Row {
  /** Failures since the last success that the estimates count: when each was counted, and its weight. */
  failures: [time: number, weight: number][];
  /** The chance of a code when the run of failures began. */
  share: number;
  /** The logarithm of the chance of the run. */
  chance: number;
  /** How often in a row it was benched; 0 while it is not. */
  times: number;
  until: number;
  /** The order that tries it, once the bench is over; by `until` it is not waited for any more. */
  probe?: { order: string; until: number } | undefined;
}

/** Whether a place is to be bought from. `back`: its time on the bench is over, and one order may try it. */
export type Benching =
  | { readonly state: "playing" }
  | { readonly state: "benched" | "probed"; readonly until: number }
  | { readonly state: "back" };

export interface Failure {
  /** 0 to 1: how sure it is that no code would have come. */
  readonly weight: number;
  /** The chance of a code as it was estimated before this. */
  readonly share: number;
  readonly boughtAt: number;
  readonly time: number;
}

/**
 * Takes upstreams, and single places, out of play whose numbers have begun to fail: too fast for the estimates, which
 * move over days. What is benched is tried last, never left out. Once its time is over, one order at a time is let
 * through at the usual place: a code puts it back into play, a failure benches it again for longer.
 *
 * Failures that an outage explains say nothing of the time after it: the estimates are told to forget them.
 */
export interface Bench {
  /** `order` may be the one that tries it already. */
  standing(place: Place, time: number, order?: string): Benching;
  /** The order tries what is `back`; after `until` another may. */
  claim(place: Place, order: string, time: number, until: number): void;
  /** The order tells nothing: another may try. */
  release(place: Place, order: string): void;
  /** To be called before the failure is counted. False: it came of an outage that is known, and is not to be counted. */
  isNews(place: Place, boughtAt: number): boolean;
  /** To be called after it was counted. */
  failed(place: Place, failure: Failure): void;
  succeeded(place: Place): void;
  /**
   * Until when the upstream is benched, or every place of it that anything was heard of since its last success.
   * Undefined while neither is.
   */
  upstreamUntil(upstream: string, time: number): number | undefined;
  /** The upstream's places that are benched by themselves. */
  benchedPlaces(upstream: string, time: number): { readonly place: Place; readonly until: number }[];
}

/** `forget` takes a failure, of that weight and counted at that time, out of the estimates. */
export function createBench(memory: Memory, forget: (place: Place, time: number, weight: number) => void): Bench {
  // By `keyOf` a place, or by an upstream's id.
  const rows = memory.table<Row>("bench", {
    fresh,
    read(json) {
      const row = { ...fresh(), ...(json as Row) };
      return Array.isArray(row.failures) && Number.isFinite(row.until) ? row : undefined;
    },
    write: (row) => row,
  });

  const placesAt = (upstream: string) => [...rows.keys()].filter((key) => key.startsWith(`${upstream}/`));

  function forgetRun(key: string): void {
    const row = rows.open(key);
    for (const [time, weight] of row.failures) forget(placeOf(key), time, weight);
    row.failures = [];
  }

  function reset(key: string): void {
    const row = rows.get(key);
    if (!row || (row.times === 0 && row.failures.length === 0 && row.chance === 0)) return;
    rows.set(key, fresh());
  }

  function bench(row: Row, time: number): void {
    row.times = Math.min(row.times + 1, LONGEST_BENCHES);
    row.until = time + row.times * BENCH_MS;
    row.chance = 0;
    row.probe = undefined;
  }

  function standingOf(row: Row | undefined, time: number, order: string | undefined): Benching {
    if (!row || row.times === 0) return PLAYING;
    if (time < row.until) return { state: "benched", until: row.until };
    const { probe } = row;
    return probe && probe.until > time && probe.order !== order
      ? { state: "probed", until: probe.until }
      : { state: "back" };
  }

  function benchedPlaces(upstream: string, time: number) {
    return placesAt(upstream).flatMap((key) => {
      const { times, until } = rows.open(key);
      return times > 0 && until > time ? [{ place: placeOf(key), until }] : [];
    });
  }

  return {
    standing(place, time, order) {
      const cell = standingOf(rows.get(keyOf(place)), time, order);
      if ("until" in cell) return cell;
      const whole = standingOf(rows.get(place.upstream), time, order);
      return whole.state === "playing" ? cell : whole;
    },

    claim(place, order, time, until) {
      for (const key of [keyOf(place), place.upstream]) {
        const row = rows.get(key);
        if (!row || standingOf(row, time, order).state !== "back") continue;
        row.probe = { order, until };
        rows.changed(key);
      }
    },

    release(place, order) {
      for (const key of [keyOf(place), place.upstream]) {
        const row = rows.get(key);
        if (row?.probe?.order !== order) continue;
        row.probe = undefined;
        rows.changed(key);
      }
    },

    isNews: (place, boughtAt) =>
      [keyOf(place), place.upstream].every((key) => {
        const row = rows.get(key);
        return !row || row.times === 0 || boughtAt >= row.until;
      }),

    failed(place, { weight, share, time }) {
      const [cellKey, key] = [keyOf(place), place.upstream];
      const [cell, whole] = [rows.open(cellKey), rows.open(key)];
      if (cell.failures.length === 0) cell.share = share;
      cell.failures.push([time, weight]);
      cell.failures.splice(0, cell.failures.length - MOST_FAILURES);
      const chance = weight * Math.log(1 - cell.share);
      for (const row of [cell, whole]) {
        if (row.times > 0) bench(row, time);
        else row.chance += chance;
      }
      if (cell.chance < CELL_CHANCE) {
        bench(cell, time);
        forgetRun(cellKey);
      }
      if (whole.chance < UPSTREAM_CHANCE) {
        bench(whole, time);
        for (const other of placesAt(key)) {
          if (rows.open(other).times > 0) continue;
          forgetRun(other);
          reset(other);
        }
      }
      rows.changed(cellKey);
      rows.changed(key);
    },

    succeeded(place) {
      const { upstream } = place;
      // The outage of an upstream was also that of its places.
      const isOver = (rows.get(upstream)?.times ?? 0) > 0;
      for (const key of isOver ? placesAt(upstream) : [keyOf(place)]) {
        if (isOver || (rows.get(key)?.times ?? 0) > 0) forgetRun(key);
        reset(key);
      }
      reset(upstream);
    },

    upstreamUntil(upstream, time) {
      const { times = 0, until = 0, chance = 0 } = rows.get(upstream) ?? {};
      if (times > 0) return until > time ? until : undefined;
      const untils = chance < 0 ? benchedPlaces(upstream, time).map((benched) => benched.until) : [];
      return untils.length > 0 ? Math.max(...untils) : undefined;
    },

    benchedPlaces,
  };
}

const PLAYING: Benching = { state: "playing" };

function fresh(): Row {
  return { failures: [], share: 0, chance: 0, times: 0, until: 0 };
}
