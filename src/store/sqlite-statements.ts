import type { DatabaseSync, StatementSync } from "node:sqlite";
import { createKeptOrders, type KeptOrders } from "./kept-orders.ts";
import type { Row, Value } from "./rows.ts";
import type { Addition } from "./sql/additions.ts";
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
  /** Adds a row that nobody needs an answer for: with the transaction's others. */
  add(addition: Addition, ...row: readonly Value[]): void;

  /** What is held back is written before the commit, and before the next statement about one of its tables. */
  hold(held: Held): void;
  /** Something more is held back. */
  heldBack(): void;
  /** Writes what is held back. If that fails, the transaction is to be undone. */
  flush(): void;
  readonly kept: KeptOrders;

  /** What the transaction wrote is in the database. */
  committed(): void;
  /** What it wrote, or was held back since, is undone. */
  undone(): void;
  /** How often something was written, or held back. */
  writes(): number;
}

/** What the commands of a transaction want to be written, so that it is written once for all of them. */
export interface Held {
  readonly tables: readonly string[];
  /** Writes what is not written yet, if there is anything. */
  write(run: (sql: string, ...params: readonly Value[]) => void): void;
  /** The transaction is over: nothing is to be written, and what was read may have changed. */
  forget(): void;
}

export function createStatements(db: DatabaseSync): Statements {
  const prepared = new Map<string, Prepared>();
  const additions = createAdditions();
  const held: Held[] = [additions];
  const kept = createKeptOrders(() => db.isTransaction);
  let writes = 0;

  function prepare(sql: string): Prepared {
    const known = prepared.get(sql);
    if (known) return known;
    const statement = db.prepare(sql);
    statement.setReturnArrays(true);
    const toRow = rowMaker(statement.columns().map(({ name }) => name));
    const words = new Set(sql.match(/\w+/g));
    const first = held.filter(({ tables }) => tables.some((table) => words.has(table)));
    const fresh = { statement, toRow, first };
    prepared.set(sql, fresh);
    return fresh;
  }

  /** The statement, when it may be run: what was held back of its tables is there. */
  function ready(sql: string): Prepared {
    const found = prepare(sql);
    write(found.first);
    return found;
  }

  function write(those: readonly Held[]): void {
    try {
      for (const { write } of those) write((sql, ...params) => prepare(sql).statement.run(...params));
    } catch (error) {
      // Some of it may be written.
      writes += 1;
      throw error;
    }
  }

  function forget(): void {
    for (const { forget } of held) forget();
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
    hold: (more) => void held.push(more),
    heldBack() {
      writes += 1;
    },
    flush: () => write(held),
    kept,
    committed() {
      forget();
      kept.committed();
    },
    undone() {
      forget();
      kept.undone();
    },
    writes: () => writes,
  };
}

interface Prepared {
  readonly statement: StatementSync;
  readonly toRow: (values: unknown) => Row;
  /** What is to be written before it. */
  readonly first: readonly Held[];
}

/**
 * Makes rows of a statement's values, by a function that is written for its columns: V8 then knows what the rows look
 * like, and makes them ten times as fast as by assigning to names that it does not know.
 */
function rowMaker(columns: readonly string[]): (values: unknown) => Row {
  const fields = columns.map((name, i) => `${JSON.stringify(name)}: values[${i}]`);
  return new Function("values", `return { ${fields.join(", ")} }`) as (values: unknown) => Row;
}
