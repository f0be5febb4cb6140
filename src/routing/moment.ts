/**
 * What is worked out of an upstream, or of a name at it, for a time: asked for place after place, it is looked up. Names of
 * which nothing is known have one value between them: there may be thousands, each of them in a corner of the memory.
 */
export interface Moment<T> {
  of(upstream: string, time: number, name?: string): T;
  /** The name has a value of its own from now on. */
  know(upstream: string, name: string): void;
  /** Something was counted of the upstream. */
  forget(upstream: string): void;
}

interface Kept<T> {
  time: number;
  version: number;
  value: T | undefined;
}

interface Row<T> {
  readonly names: Map<string, Kept<T>>;
  readonly others: Kept<T>;
  /** What was kept under an earlier one does not hold any more. */
  version: number;
}

/** `workOut` is given an empty name for those of which nothing is known. */
export function createMoment<T>(workOut: (upstream: string, time: number, name: string) => T): Moment<T> {
  const rows = new Map<string, Row<T>>();

  function rowOf(upstream: string): Row<T> {
    const known = rows.get(upstream);
    if (known) return known;
    const row = { names: new Map<string, Kept<T>>(), others: fresh<T>(), version: 1 };
    rows.set(upstream, row);
    return row;
  }

  return {
    of(upstream, time, name = "") {
      const { names, others, version } = rowOf(upstream);
      const own = names.get(name);
      const kept = own ?? others;
      if (kept.time !== time || kept.version !== version) {
        kept.value = workOut(upstream, time, own ? name : "");
        kept.time = time;
        kept.version = version;
      }
      return kept.value as T;
    },
    know(upstream, name) {
      const { names } = rowOf(upstream);
      if (!names.has(name)) names.set(name, fresh());
    },
    forget(upstream) {
      rowOf(upstream).version += 1;
    },
  };
}

function fresh<T>(): Kept<T> {
  return { time: 0, version: 0, value: undefined };
}
