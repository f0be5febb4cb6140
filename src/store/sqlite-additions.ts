import type { Value } from "./rows.ts";
import { ADDED_TO, type Addition, TOGETHER } from "./sql/additions.ts";
import type { Held } from "./sqlite-statements.ts";

/** Rows of one transaction that wait to be added, many by one statement. */
export interface Additions extends Held {
  add(addition: Addition, row: readonly Value[]): void;
}

export function createAdditions(): Additions {
  /** The rows' values, one row after the other. */
  const waiting = new Map<Addition, Value[]>();
  return {
    tables: ADDED_TO,
    add(addition, row) {
      const values = waiting.get(addition);
      if (values) values.push(...row);
      else waiting.set(addition, [...row]);
    },
    /** As they came, the tables in the order of their first rows. */
    write(run) {
      const tables = [...waiting];
      waiting.clear();
      for (const [{ one, many, width }, values] of tables) {
        const chunk = TOGETHER * width;
        const rest = values.length - (values.length % chunk);
        for (let i = 0; i < rest; i += chunk) run(many, ...values.slice(i, i + chunk));
        for (let i = rest; i < values.length; i += width) run(one, ...values.slice(i, i + width));
      }
    },
    forget: () => waiting.clear(),
  };
}
