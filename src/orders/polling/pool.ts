import { createHeap } from "./heap.ts";

/** Up to so many are all looked through each time; of more, those that are worth little rest. */
const ALL_HOT = 500;
/** What one decision looks through at most of the lively ones, and of the others in turn. */
const MOST_LIVELY = 256;
const MOST_OF_CROWD = 256;
/** What it takes back from rest at most. */
const MOST_THAWED = 64;

/** What there is to choose from: a hot list that is looked through, and cold ones that rest until their time. */
export interface Pool<T> extends Iterable<T> {
  readonly size: number;
  has(waiting: T): boolean;
  add(waiting: T): void;
  delete(waiting: T): void;
  /** It is not to rest, nor to wait for its turn. */
  warm(waiting: T): void;

  /**
   * Shows the hot ones, up to a bound in turn. `look` tells until when one may rest; undefined is not at all. It is asked
   * with `mayRest` false while there are few.
   */
  lookThrough(now: number, look: (waiting: T, mayRest: boolean) => number | undefined): void;

  /** When the first of those that rest is due; Infinity when none rests. */
  thawsAt(): number;

  /** The clock was set by so much. */
  shift(by: number): void;
}

/** `isLively` tells which ones gain worth so fast that they must not wait for their turn among very many. */
export function createPool<T>(isLively: (waiting: T) => boolean): Pool<T> {
  const lively = new Set<T>();
  const crowd = new Set<T>();
  /** One that left its rest early has an entry in the heap that is not this one. */
  const resting = new Map<T, object>();
  const cold = createHeap<{ readonly waiting: T }>();
  const size = () => lively.size + crowd.size + resting.size;

  function heat(waiting: T): void {
    resting.delete(waiting);
    leaveHot(waiting);
    const isAhead = lively.size < MOST_LIVELY && isLively(waiting);
    (isAhead ? lively : crowd).add(waiting);
  }

  function leaveHot(waiting: T): void {
    lively.delete(waiting);
    crowd.delete(waiting);
  }

  function rest(waiting: T, until: number): void {
    leaveHot(waiting);
    const entry = { waiting };
    resting.set(waiting, entry);
    cold.push(until, entry);
  }

  function thaw(now: number): T[] {
    const thawed: T[] = [];
    for (let popped = 0; popped < MOST_THAWED && cold.earliest() <= now; popped += 1) {
      const entry = cold.pop();
      if (!entry || resting.get(entry.waiting) !== entry) continue;
      heat(entry.waiting);
      thawed.push(entry.waiting);
    }
    return thawed;
  }

  return {
    get size() {
      return size();
    },
    has: (waiting) => lively.has(waiting) || crowd.has(waiting) || resting.has(waiting),
    add: heat,
    warm(waiting) {
      if (!resting.delete(waiting) && !crowd.delete(waiting)) return;
      lively.add(waiting);
    },

    delete(waiting) {
      leaveHot(waiting);
      resting.delete(waiting);
    },

    lookThrough(now, look) {
      const thawed = thaw(now);
      const mayRest = size() > ALL_HOT;
      for (const waiting of new Set([...turnOf(lively, MOST_LIVELY), ...thawed, ...turnOf(crowd, MOST_OF_CROWD)])) {
        const until = look(waiting, mayRest);
        if (until !== undefined && !(lively.has(waiting) && isLively(waiting))) rest(waiting, until);
      }
    },

    thawsAt: cold.earliest,
    shift: cold.shift,

    *[Symbol.iterator]() {
      yield* lively;
      yield* crowd;
      yield* resting.keys();
    },
  };
}

/** The next ones, which then are the last. */
function turnOf<T>(waiting: Set<T>, most: number): readonly T[] {
  const turn: T[] = [];
  for (const one of waiting) {
    if (turn.length >= most) break;
    turn.push(one);
  }
  for (const one of turn) {
    waiting.delete(one);
    waiting.add(one);
  }
  return turn;
}
