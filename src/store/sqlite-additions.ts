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
  const waiting = new Map<Addition, (readonly Value[])[]>();
  function write({ one, many }: Addition, rows: readonly (readonly Value[])[]): void {
    const alone = rows.length % TOGETHER;
    for (const row of rows.slice(0, alone)) run(one, ...row);
    for (let i = alone; i < rows.length; i += TOGETHER) run(many, ...rows.slice(i, i + TOGETHER).flat());
  }
  return {
    add(addition, row) {
      const rows = waiting.get(addition);
      if (rows) rows.push(row);
      else waiting.set(addition, [row]);
    },
    flush() {
      for (const [addition, rows] of waiting) write(addition, rows);
      waiting.clear();
    },
    discard: () => waiting.clear(),
    areWaiting: () => waiting.size > 0,
  };
}
