import { faded } from "./fading.ts";
import type { Memory } from "./memory.ts";
import type { Place } from "./place.ts";

const MINUTE_MS = 60_000;
/**
 * The share of the time that outages take, and how fast a suspicion fades to that: sooner than most outages end. Who keeps
 * away too long pays more elsewhere, order after order; who comes back too early pays once, and knows.
 */
const UPSTREAM = { usual: 0.02, halfLifeMs: 90 * MINUTE_MS };
const CELL = { usual: 0.05, halfLifeMs: 120 * MINUTE_MS };
const USUALLY_WELL = (1 - UPSTREAM.usual) * (1 - CELL.usual);
/** In an outage hardly anything is delivered. */
const OUTAGE_SHARE = 0.02;

interface Row {
  /** The chance of an outage, at a time. */
  chance: number;
  at: number;
  /** When the latest number was bought that got its code: what was bought before tells nothing of the time after it. */
  workedAt: number;
}

/** That a number brought a code, or none. */
export interface Sign {
  /** The chance of a code, were there no outage. */
  readonly share: number;
  readonly boughtAt: number;
  readonly time: number;
}

/**
 * How likely it is that numbers do not deliver just now: in degrees, from the first failure on, where the bench waits until
 * it can hardly be chance. A failure is laid to the place, to its upstream or to bad luck, as each was likely before it;
 * so places of one upstream warn of each other. A code clears the place and its upstream, and time lets a suspicion fade.
 */
export interface Outages {
  /**
   * The chance that the place is in an outage, its own or its upstream's, beyond what is usual: the share of codes that is
   * learned over days has the usual outages in it. So 0 without a suspicion.
   */
  chance(place: Place, time: number): number;
  /** `weight`, 0 to 1: how sure it is that no code would have come. */
  failed(place: Place, sign: Sign & { readonly weight: number }): void;
  succeeded(place: Place, sign: Sign): void;
}

/** The chance of a code, when it is `share` without an outage. */
export function shareWith(outage: number, share: number): number {
  return (1 - outage) * share + outage * Math.min(OUTAGE_SHARE, share);
}

export function createOutages(memory: Memory): Outages {
  // By a place's key, or by an upstream's id.
  const rows = memory.table<Row>("outages", {
    fresh: () => ({ chance: 0, at: 0, workedAt: 0 }),
    read(json) {
      const { chance, at, workedAt } = json as Row;
      return [chance, at, workedAt].every(Number.isFinite) ? { chance, at, workedAt } : undefined;
    },
    write: (row) => row,
  });

  function chanceAt(key: string, { usual, halfLifeMs }: typeof CELL, time: number): number {
    const row = rows.get(key);
    if (!row) return usual;
    return usual + (row.chance - usual) * faded(Math.max(time - row.at, 0), halfLifeMs);
  }

  /** By how likely it was if all is well, `well`, and in an outage of either, `out` (Bayes). */
  function weigh({ key, upstream }: Place, time: number, well: number, out: number): void {
    const [cell, whole] = [chanceAt(key, CELL, time), chanceAt(upstream, UPSTREAM, time)];
    const free = (1 - cell) * (1 - whole);
    const all = free * well + (1 - free) * out;
    for (const [of, chance] of [
      [key, (cell * out) / all],
      [upstream, (whole * out) / all],
    ] as const) {
      const row = rows.open(of);
      row.chance = chance;
      row.at = Math.max(row.at, time);
      rows.changed(of);
    }
  }

  return {
    chance({ key, upstream }, time) {
      const well = (1 - chanceAt(key, CELL, time)) * (1 - chanceAt(upstream, UPSTREAM, time));
      return Math.max(1 - well / USUALLY_WELL, 0);
    },

    failed(place, { share, weight, boughtAt, time }) {
      if (boughtAt < (rows.get(place.key)?.workedAt ?? 0)) return;
      weigh(place, time, 1 - weight * share, 1 - weight * Math.min(OUTAGE_SHARE, share));
    },

    succeeded(place, { share, boughtAt, time }) {
      const row = rows.open(place.key);
      row.workedAt = Math.max(row.workedAt, boughtAt);
      weigh(place, time, share, Math.min(OUTAGE_SHARE, share));
    },
  };
}
