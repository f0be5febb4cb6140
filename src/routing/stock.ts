import type { Offer } from "../core/offer.ts";
import { addTo, createFading, type Fading, factorAt, readFading, writeFading } from "./fading.ts";
import type { Memory } from "./memory.ts";
import type { Place } from "./place.ts";

const HALF_LIFE_MS = 60 * 60_000;
/** Before anything is known, and how many purchases that counts as. */
const USUAL_SHARE = 0.95;
const USUAL_COUNTS = 4;
/** What was just sold out rarely is in stock a moment later. */
const SOLD_OUT_MS = 60_000;

interface Row {
  /** Purchases that were tried, and those that were not refused for lack of numbers. */
  readonly fading: Fading;
  /** Until when each offer of the place that was sold out is taken for it still. */
  readonly soldOut: Map<string, number>;
}

/** Whether upstreams have numbers to sell, from what they answered to purchases. */
export interface Stock {
  /** The chance that there is one. */
  share(place: Place, time: number): number;
  /** Undefined when the offer is not taken for sold out. */
  soldOutUntil(place: Place, offer: Pick<Offer, "offerId">, time: number): number | undefined;
  sold(place: Place, offerId: string, time: number): void;
  refused(place: Place, offerId: string, time: number): void;
}

export function createStock(memory: Memory): Stock {
  const rows = memory.table<Row>("stock", {
    fresh: () => ({ fading: createFading(2), soldOut: new Map() }),
    read(json) {
      const { tried, soldOut } = json as { tried: unknown; soldOut: Record<string, number> };
      const fading = readFading(tried, 2);
      return fading && { fading, soldOut: new Map(Object.entries(soldOut)) };
    },
    write: ({ fading, soldOut }) => ({ tried: writeFading(fading), soldOut: Object.fromEntries(soldOut) }),
  });

  function answered({ key }: Place, time: number, sold: number, change: (soldOut: Row["soldOut"]) => void): void {
    const { fading, soldOut } = rows.open(key);
    addTo(fading, time, HALF_LIFE_MS, [1, sold]);
    for (const [offerId, until] of soldOut) if (until <= time) soldOut.delete(offerId);
    change(soldOut);
    rows.changed(key);
  }

  return {
    share({ key }, time) {
      const row = rows.get(key);
      if (!row) return USUAL_SHARE;
      const kept = factorAt(row.fading, time, HALF_LIFE_MS);
      const [tried = 0, sold = 0] = row.fading.sums;
      return (USUAL_COUNTS * USUAL_SHARE + sold * kept) / (USUAL_COUNTS + tried * kept);
    },
    soldOutUntil({ key }, offer, time) {
      const { soldOut } = rows.get(key) ?? {};
      // An offer's id is not asked for where it tells nothing.
      const until = soldOut?.size ? (soldOut.get(offer.offerId) ?? 0) : 0;
      return until > time ? until : undefined;
    },
    sold: (place, offerId, time) => answered(place, time, 1, (soldOut) => soldOut.delete(offerId)),
    refused: (place, offerId, time) => answered(place, time, 0, (soldOut) => soldOut.set(offerId, time + SOLD_OUT_MS)),
  };
}
