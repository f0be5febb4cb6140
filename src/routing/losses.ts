import { addTo, createFading, type Fading, factorAt, readFading, writeFading } from "./fading.ts";
import type { Memory } from "./memory.ts";
import { createMoment } from "./moment.ts";
import { type Place, placeOf } from "./place.ts";

const DAY_MS = 24 * 60 * 60_000;
const UPSTREAM = { halfLifeMs: 14 * DAY_MS, parentCounts: 4 };
const COUNTRY = { halfLifeMs: 7 * DAY_MS, parentCounts: 10 };

/** Documents promise refunds and are vague about them. */
const USUAL_REFUND = 0.8;
const USUAL_GIVE_UP_MS = 5 * 60_000;

/** What a number without a code costs: the share of its price that comes back, and how long it was waited for. */
export interface Loss {
  readonly refundShare: number;
  readonly giveUpMs: number;
}

export interface Losses {
  estimate(place: Place, time: number): Loss;
  /** A number brought no code; it was waited for so long. */
  countWait(place: Place, time: number, waitedMs: number): void;
  /** What came back for one became known: a share of its price. */
  countRefund(place: Place, time: number, share: number): void;
}

export function createLosses(memory: Memory): Losses {
  // Refunds and their shares, waits and their lengths.
  const rows = memory.table<Fading>("losses", {
    fresh: () => createFading(4),
    read: (json) => readFading(json, 4),
    write: writeFading,
    added(key) {
      const { upstream, country } = placeOf(key);
      countries.know(upstream, country);
    },
  });
  const levelsOf = (upstream: string, country: string) =>
    [
      [upstream, UPSTREAM],
      [`${upstream}/${country}`, COUNTRY],
    ] as const;
  const countries = createMoment(estimate);

  function count({ upstream, country }: Place, time: number, amounts: readonly number[]): void {
    for (const [key, { halfLifeMs }] of levelsOf(upstream, country)) {
      addTo(rows.open(key), time, halfLifeMs, amounts);
      rows.changed(key);
    }
    countries.forget(upstream);
  }

  function estimate(upstream: string, time: number, country: string): Loss {
    let [refundShare, giveUpMs] = [USUAL_REFUND, USUAL_GIVE_UP_MS];
    for (const [key, { halfLifeMs, parentCounts }] of levelsOf(upstream, country)) {
      const row = rows.get(key);
      if (!row) continue;
      const kept = factorAt(row, time, halfLifeMs);
      const [refunds = 0, shares = 0, waits = 0, waited = 0] = row.sums;
      refundShare = (parentCounts * refundShare + shares * kept) / (parentCounts + refunds * kept);
      giveUpMs = (parentCounts * giveUpMs + waited * kept) / (parentCounts + waits * kept);
    }
    return { refundShare, giveUpMs };
  }

  return {
    estimate: ({ upstream, country }, time) => countries.of(upstream, time, country),
    countWait: (place, time, waitedMs) => count(place, time, [0, 0, 1, waitedMs]),
    countRefund: (place, time, share) => count(place, time, [1, share, 0, 0]),
  };
}
