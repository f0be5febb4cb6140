import { createHeap } from "./heap.ts";
import type { Waiting } from "./waiting.ts";

/** Up to so many are all looked through each time; of more, those that are worth little rest. */
const ALL_HOT = 500;
/** What one decision may look through, and what it may take back from rest. */
const MOST_LOOKED_THROUGH = 512;
const MOST_THAWED = 64;

/** The orders to choose from: a hot list that is looked through, and cold ones that rest until their time. */
export interface Pool extends Iterable<Waiting> {
  readonly size: number;
  add(waiting: Waiting): void;
  delete(waiting: Waiting): void;
  /** It does not rest any more. */
  warm(waiting: Waiting): void;

  /**
   * Shows the hot ones, up to a bound in turn. `look` tells until when one may rest; undefined is not at all. It is asked
   * with `mayRest` false while there are few.
   */
  lookThrough(now: number, look: (waiting: Waiting, mayRest: boolean) => number | undefined): void;

  /** The clock was set by so much. */
  shift(by: number): void;
}

export function createPool(): Pool {
  const hot: Waiting[] = [];
  const places = new Map<Waiting, number>();
  /** An order that left its rest early has an entry in the heap that is not this one. */
  const resting = new Map<Waiting, object>();
  const cold = createHeap<{ readonly waiting: Waiting }>();
  let next = 0;

  function heat(waiting: Waiting): void {
    resting.delete(waiting);
    if (places.has(waiting)) return;
    places.set(waiting, hot.length);
    hot.push(waiting);
  }

  function leaveHot(waiting: Waiting): void {
    const place = places.get(waiting);
    const last = hot.at(-1);
    if (place === undefined || !last) return;
    hot[place] = last;
    places.set(last, place);
    hot.pop();
    places.delete(waiting);
  }

  function rest(waiting: Waiting, until: number): void {
    leaveHot(waiting);
    const entry = { waiting };
    resting.set(waiting, entry);
    cold.push(until, entry);
  }

  function thaw(now: number): void {
    for (let thawed = 0; thawed < MOST_THAWED && cold.earliest() <= now; thawed += 1) {
      const entry = cold.pop();
      if (entry && resting.get(entry.waiting) === entry) heat(entry.waiting);
    }
  }

  return {
    get size() {
      return hot.length + resting.size;
    },
    add: heat,
    warm(waiting) {
      if (resting.has(waiting)) heat(waiting);
    },

    delete(waiting) {
      leaveHot(waiting);
      resting.delete(waiting);
    },

    lookThrough(now, look) {
      thaw(now);
      const mayRest = hot.length + resting.size > ALL_HOT;
      const count = Math.min(hot.length, MOST_LOOKED_THROUGH);
      const cooled: [Waiting, number][] = [];
      for (let step = 0; step < count; step += 1) {
        const waiting = hot[(next + step) % hot.length];
        const until = waiting && look(waiting, mayRest);
        if (until !== undefined) cooled.push([waiting as Waiting, until]);
      }
      next = hot.length > 0 ? (next + count) % hot.length : 0;
      for (const [waiting, until] of cooled) rest(waiting, until);
    },

    shift: cold.shift,

    *[Symbol.iterator]() {
      yield* hot;
      yield* resting.keys();
    },
  };
}
