/** Things with a time each, of which the earliest is at hand. */
export interface Heap<T> {
  readonly size: number;
  push(at: number, item: T): void;
  /** When the earliest is; Infinity when there is none. */
  earliest(): number;
  pop(): T | undefined;
  /** Moves all times alike. */
  shift(by: number): void;
}

export function createHeap<T>(): Heap<T> {
  const entries: { at: number; readonly item: T }[] = [];

  const at = (index: number) => entries[index]?.at ?? Number.POSITIVE_INFINITY;

  function swap(a: number, b: number): void {
    const [first, second] = [entries[a], entries[b]];
    if (!first || !second) return;
    entries[a] = second;
    entries[b] = first;
  }

  function rise(from: number): void {
    for (let index = from; index > 0; ) {
      const parent = (index - 1) >> 1;
      if (at(parent) <= at(index)) return;
      swap(index, parent);
      index = parent;
    }
  }

  function sink(): void {
    for (let index = 0; ; ) {
      const [left, right] = [2 * index + 1, 2 * index + 2];
      const child = at(right) < at(left) ? right : left;
      if (at(index) <= at(child)) return;
      swap(index, child);
      index = child;
    }
  }

  return {
    get size() {
      return entries.length;
    },

    push(time, item) {
      entries.push({ at: time, item });
      rise(entries.length - 1);
    },

    earliest: () => at(0),

    pop() {
      swap(0, entries.length - 1);
      const item = entries.pop()?.item;
      sink();
      return item;
    },

    shift(by) {
      for (const entry of entries) entry.at += by;
    },
  };
}
