import type { Value } from "./rows.ts";
import { type Addition, TOGETHER } from "./sql/additions.ts";

/** Rows of one transaction that wait to be added, many by one statement. */
export interface Additions {
  add(addition: Addition, row: readonly Value[]): void;
  /** Writes them as they came, the tables in the order of their first rows. When that fails they all wait on. */
  flush(): void;
  discard(): void;
  areWaiting(): boolean;
}

export function createAdditions(run: (sql: string, ...params: readonly Value[]) => void): Additions {
  /** The rows' values, one row after the other. */
  const waiting = new Map<Addition, Value[]>();
  function write({ one, many, width }: Addition, values: readonly Value[]): void {
    const chunk = TOGETHER * width;
    const rest = values.length - (values.length % chunk);
    for (let i = 0; i < rest; i += chunk) run(many, ...values.slice(i, i + chunk));
    for (let i = rest; i < values.length; i += width) run(one, ...values.slice(i, i + width));
  }
  return {
    add(addition, row) {
      const values = waiting.get(addition);
      if (values) values.push(...row);
      else waiting.set(addition, [...row]);
    },
    flush() {
      for (const [addition, values] of waiting) write(addition, values);
      waiting.clear();
    },
    discard: () => waiting.clear(),
    areWaiting: () => waiting.size > 0,
  };
}
