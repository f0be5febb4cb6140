import { closeSync, openSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { Transaction } from "./group-commit.ts";
import { migrate } from "./migrations.ts";
import { SQLITE_MIGRATIONS } from "./sqlite-schema.ts";
import type { Statements } from "./sqlite-statements.ts";

// EXCLUSIVE comes first: it is what keeps a second daemon out, and then a WAL needs no shared memory. The WAL grows to 16 MB
// before it is copied back, not to 4: pages that one commit after the other writes are then copied once for many.
const PRAGMAS = [
  "pragma locking_mode = exclusive",
  "pragma synchronous = full",
  "pragma foreign_keys = on",
  "pragma wal_autocheckpoint = 4000",
].join("; ");

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

export function createTransaction(
  db: DatabaseSync,
  { flush, committed, undone, writes }: Pick<Statements, "flush" | "committed" | "undone" | "writes">,
): Transaction {
  const [begin, commit, rollback] = [db.prepare("begin immediate"), db.prepare("commit"), db.prepare("rollback")];
  const [savepoint, release] = [db.prepare("savepoint command"), db.prepare("release command")];
  const rollbackTo = db.prepare("rollback to command");
  return {
    begin: () => void begin.run(),
    commit() {
      commit.run();
      committed();
    },
    rollback: () => void rollback.run(),
    savepoint: () => void savepoint.run(),
    release: () => void release.run(),
    rollbackToSavepoint() {
      rollbackTo.run();
      // Undoing leaves the savepoint itself in place.
      release.run();
    },
    isOpen: () => db.isTransaction,
    flush,
    undone,
    writes,
  };
}
