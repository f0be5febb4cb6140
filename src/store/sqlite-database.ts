import { closeSync, openSync } from "node:fs";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { Transaction } from "./group-commit.ts";
import { migrate } from "./migrations.ts";
import type { Row, Value } from "./rows.ts";
import { SQLITE_MIGRATIONS } from "./sqlite-schema.ts";

// EXCLUSIVE comes first: it is what keeps a second daemon out, and then a WAL needs no shared memory.
const PRAGMAS = "pragma locking_mode = exclusive; pragma synchronous = full; pragma foreign_keys = on";

/** Opens the file for this process alone, made and migrated as needed. Throws an error that names it. */
export function openDatabase(path: string): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    if (path !== ":memory:") makePrivate(path);
    db = new DatabaseSync(path, { readBigInts: true });
    db.exec(PRAGMAS);
    migrate(db, SQLITE_MIGRATIONS);
    // Stays with the file, so it is not done to one that turns out to be another program's.
    db.exec("pragma journal_mode = wal");
    return db;
  } catch (error) {
    db?.close();
    throw new Error(`${path} ${explain(error)}`, { cause: error });
  }
}

/** SQLite would make the file readable by all, and it holds phone numbers and texts. */
function makePrivate(path: string): void {
  closeSync(openSync(path, "a", 0o600));
}

/** SQLite's result codes that an operator can do something about. */
const RESULTS: Readonly<Record<number, string>> = {
  5: "is in use by another numgate; each database serves one daemon",
  8: "cannot be written",
  10: "cannot be read or written: the disk reports an error",
  11: "is damaged",
  13: "cannot be written: the disk is full",
  14: "cannot be opened: are its folder and the files beside it writable?",
  26: "is not a numgate database",
};

const SYSTEM_ERRORS: Readonly<Record<string, string>> = {
  EACCES: "cannot be opened: permission denied",
  EISDIR: "cannot be opened: it is a folder",
  ENOENT: "cannot be opened: its folder does not exist",
  ENOTDIR: "cannot be opened: its folder does not exist",
  EROFS: "cannot be opened: the file system is read-only",
};

/** What happened to the file, as the rest of a sentence that begins with its name. */
function explain(error: unknown): string {
  const { errcode, code, message } = error as { errcode?: number; code?: string; message: string };
  // The low byte is the primary code; the rest says more than an operator needs.
  const known = errcode === undefined ? SYSTEM_ERRORS[code ?? ""] : RESULTS[errcode & 0xff];
  if (known) return known;
  return errcode === undefined && code === undefined ? message : `cannot be opened: ${message}`;
}

/** Statements by their text, each prepared once: preparing costs more than running. */
export interface Statements {
  /** The first row, if there is one. */
  get(sql: string, ...params: readonly Value[]): Row | undefined;
  all(sql: string, ...params: readonly Value[]): readonly Row[];
  /** Answers with the number of changed rows. */
  run(sql: string, ...params: readonly Value[]): number;
  /** Answers with the place of the row that the statement adds. */
  insert(sql: string, ...params: readonly Value[]): bigint;
  /** How many statements that write have ever succeeded. */
  writes(): number;
}

export function createStatements(db: DatabaseSync): Statements {
  const prepared = new Map<string, Prepared>();
  let writes = 0;
  function prepare(sql: string): Prepared {
    const known = prepared.get(sql);
    if (known) return known;
    const statement = db.prepare(sql);
    statement.setReturnArrays(true);
    const toRow = rowMaker(statement.columns().map(({ name }) => name));
    const fresh = { statement, toRow };
    prepared.set(sql, fresh);
    return fresh;
  }
  return {
    get(sql, ...params) {
      const { statement, toRow } = prepare(sql);
      const values = statement.get(...params);
      return values && toRow(values);
    },
    all(sql, ...params) {
      const { statement, toRow } = prepare(sql);
      return statement.all(...params).map(toRow);
    },
    run(sql, ...params) {
      const { changes } = prepare(sql).statement.run(...params);
      writes += 1;
      return Number(changes);
    },
    insert(sql, ...params) {
      const { changes, lastInsertRowid } = prepare(sql).statement.run(...params);
      writes += 1;
      if (BigInt(changes) !== 1n) throw new Error("a statement that adds a row added none");
      return BigInt(lastInsertRowid);
    },
    writes: () => writes,
  };
}

interface Prepared {
  readonly statement: StatementSync;
  readonly toRow: (values: unknown) => Row;
}

/**
 * Makes rows of a statement's values, by a function that is written for its columns: V8 then knows what the rows look
 * like, and makes them ten times as fast as by assigning to names that it does not know.
 */
function rowMaker(columns: readonly string[]): (values: unknown) => Row {
  const fields = columns.map((name, i) => `${JSON.stringify(name)}: values[${i}]`);
  return new Function("values", `return { ${fields.join(", ")} }`) as (values: unknown) => Row;
}

/** `writes` counts what has ever been written on this connection. */
export function createTransaction(db: DatabaseSync, writes: () => number): Transaction {
  const [begin, commit, rollback] = [db.prepare("begin immediate"), db.prepare("commit"), db.prepare("rollback")];
  const [savepoint, release] = [db.prepare("savepoint command"), db.prepare("release command")];
  const rollbackTo = db.prepare("rollback to command");
  return {
    begin: () => void begin.run(),
    commit: () => void commit.run(),
    rollback: () => void rollback.run(),
    savepoint: () => void savepoint.run(),
    release: () => void release.run(),
    rollbackToSavepoint() {
      rollbackTo.run();
      // Undoing leaves the savepoint itself in place.
      release.run();
    },
    isOpen: () => db.isTransaction,
    writes,
  };
}
