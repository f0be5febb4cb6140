import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Row, Value } from "./rows.ts";
import { type Addition, isOnAddedTo } from "./sql/additions.ts";
import { createAdditions } from "./sqlite-additions.ts";

/** Statements by their text, each prepared once: preparing costs more than running. */
export interface Statements {
  /** The first row, if there is one. */
  get(sql: string, ...params: readonly Value[]): Row | undefined;
  all(sql: string, ...params: readonly Value[]): readonly Row[];
  /** Answers with the number of changed rows. */
  run(sql: string, ...params: readonly Value[]): number;
  /** Answers with the place of the row that the statement adds. */
  insert(sql: string, ...params: readonly Value[]): bigint;
  /**
   * Adds a row that nobody needs an answer for: with the transaction's others, when they are flushed, or before the next
   * statement about such a table.
   */
  add(addition: Addition, ...row: readonly Value[]): void;
  /** Writes the rows that wait. If that fails, what was done since they were added is to be undone. */
  flush(): void;
  /** Forgets the rows that wait, because what they belong to is undone. */
  discard(): void;
  /** How often something was written, or was left to be. */
  writes(): number;
}

export function createStatements(db: DatabaseSync): Statements {
  const prepared = new Map<string, Prepared>();
  const additions = createAdditions((sql, ...params) => prepare(sql).statement.run(...params));
  let writes = 0;

  function prepare(sql: string): Prepared {
    const known = prepared.get(sql);
    if (known) return known;
    const statement = db.prepare(sql);
    statement.setReturnArrays(true);
    const toRow = rowMaker(statement.columns().map(({ name }) => name));
    const fresh = { statement, toRow, isOnAddedTo: isOnAddedTo(sql) };
    prepared.set(sql, fresh);
    return fresh;
  }

  /** The statement, when it may be run: what was added before it is there. */
  function ready(sql: string): Prepared {
    const found = prepare(sql);
    if (found.isOnAddedTo && additions.areWaiting()) flush();
    return found;
  }

  function flush(): void {
    // Also when it fails, for then some of them may be written.
    writes += 1;
    additions.flush();
  }

  return {
    get(sql, ...params) {
      const { statement, toRow } = ready(sql);
      const values = statement.get(...params);
      return values && toRow(values);
    },
    all(sql, ...params) {
      const { statement, toRow } = ready(sql);
      return statement.all(...params).map(toRow);
    },
    run(sql, ...params) {
      const { changes } = ready(sql).statement.run(...params);
      writes += 1;
      return Number(changes);
    },
    insert(sql, ...params) {
      const { changes, lastInsertRowid } = ready(sql).statement.run(...params);
      writes += 1;
      if (BigInt(changes) !== 1n) throw new Error("a statement that adds a row added none");
      return BigInt(lastInsertRowid);
    },
    add(addition, ...row) {
      additions.add(addition, row);
      writes += 1;
    },
    flush,
    discard: additions.discard,
    writes: () => writes,
  };
}

interface Prepared {
  readonly statement: StatementSync;
  readonly toRow: (values: unknown) => Row;
  readonly isOnAddedTo: boolean;
}

/**
 * Makes rows of a statement's values, by a function that is written for its columns: V8 then knows what the rows look
 * like, and makes them ten times as fast as by assigning to names that it does not know.
 */
function rowMaker(columns: readonly string[]): (values: unknown) => Row {
  const fields = columns.map((name, i) => `${JSON.stringify(name)}: values[${i}]`);
  return new Function("values", `return { ${fields.join(", ")} }`) as (values: unknown) => Row;
}
