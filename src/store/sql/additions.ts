// Tables that are only ever added to, row by row or many rows at once.

/** With more of them together a row costs hardly less; one alone costs half as much again. */
export const TOGETHER = 32;

export interface Addition {
  readonly one: string;
  /** Adds as many as TOGETHER. */
  readonly many: string;
  /** How many values a row has. */
  readonly width: number;
}

export const ADDED_TO = ["history", "entries"] as const;

export function additionTo(table: (typeof ADDED_TO)[number], columns: readonly string[]): Addition {
  const into = `insert into ${table} (${columns.join(", ")}) values`;
  // Not `?1`: node:sqlite looks for the name of each parameter among those of all.
  const row = `(${columns.map(() => "?").join(", ")})`;
  return { one: `${into} ${row}`, many: `${into} ${Array(TOGETHER).fill(row).join(", ")}`, width: columns.length };
}
