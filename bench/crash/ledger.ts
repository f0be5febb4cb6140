import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";

/** The sums of the gateway's entries of money, in micro-units of USD. */
export interface Ledger {
  readonly reserve: bigint;
  readonly release: bigint;
  readonly charge: bigint;
  readonly refund: bigint;
  /** What the budgets count: it has to be the sum of the entries. */
  readonly spending: bigint;
  /** Requests of one caller under which more than one purchase was made, or may have been. */
  readonly duplicates: readonly string[];
  /** Of the database itself; `ok` when it is whole. */
  readonly integrity: string;
}

/** An attempt that was not refused has bought, or may have. */
const DUPLICATES = `
  select o.product, o.request_id from orders o join attempts a on a.order_seq = o.seq
  where a.outcome is null or a.outcome <> 'REFUSED'
  group by o.caller, o.product, o.request_id having count(*) > 1`;

/** Reads the database of a daemon that was killed, from a copy: opening the file would take part in its recovery. */
export function readLedger(database: string): Ledger {
  const folder = mkdtempSync(path.join(tmpdir(), "numgate-ledger-"));
  const copy = path.join(folder, "numgate.db");
  for (const suffix of ["", "-wal"]) {
    if (existsSync(database + suffix)) copyFileSync(database + suffix, copy + suffix);
  }
  const db = new DatabaseSync(copy, { readBigInts: true });
  try {
    const sums = db.prepare("select kind, cast(sum(micros) as integer) as micros from entries group by kind").all();
    const sum = (kind: string) => BigInt(Number(sums.find((row) => row.kind === kind)?.micros ?? 0));
    const spending = db.prepare("select cast(coalesce(sum(micros), 0) as integer) as micros from spending").get();
    return {
      reserve: sum("reserve"),
      release: sum("release"),
      charge: sum("charge"),
      refund: sum("refund"),
      spending: BigInt(Number(spending?.micros ?? 0)),
      duplicates: db
        .prepare(DUPLICATES)
        .all()
        .map(({ product, request_id: id }) => `${id} (${product})`),
      integrity: String(db.prepare("pragma integrity_check").get()?.integrity_check),
    };
  } finally {
    db.close();
    rmSync(folder, { recursive: true });
  }
}
