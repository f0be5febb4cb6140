import type { Discrepancy, EntryKind } from "../core/books.ts";
import type { Caller } from "../core/caller.ts";
import type { Money } from "../core/money.ts";
import type { Rates } from "../core/rates.ts";
import { budgetPeriods, checkBudget, dayOf } from "./budget.ts";
import { fromTime, type Row, toInteger, toMoney, toText, toTime } from "./rows.ts";
import * as sql from "./sql/ledger.ts";
import type { Statements } from "./sqlite-statements.ts";

/** Which attempt the money is about, and which version of its order the money moved with. */
export interface Account {
  readonly orderSeq: bigint;
  readonly version: bigint;
  readonly attempt: bigint;
  readonly caller: string;
  /** When the attempt began: all its money counts towards the budgets of that day. */
  readonly startTime: Date;
}

export type Moved = Readonly<Partial<Record<EntryKind, Money>>>;

/**
 * The money. Budgets count by the day on which the attempt began: what is released or refunded on a later day goes
 * back to the day that it was taken from, and never makes room for more than a day's budget.
 */
export interface Ledger {
  /** Throws BUDGET_EXCEEDED when the price would pass one of the caller's bounds. */
  checkBudget(caller: Caller, price: Money, time: Date): void;

  /** Adds an entry for each kind, which is entered once at most for an attempt. Nothing is no entry. */
  book(account: Account, moved: Moved, time: Date): void;
}

export function createLedger(db: Statements, rates: Rates): Ledger {
  /** What the transaction at hand adds to the counters, by their keys. */
  const added = new Map<string, { readonly key: readonly [string, bigint, string]; micros: bigint }>();

  db.hold({
    tables: ["spending"],
    write(run) {
      const sums = [...added.values()];
      added.clear();
      for (const { key, micros } of sums) if (micros !== 0n) run(sql.addSpending, ...key, micros);
    },
    forget: () => added.clear(),
  });

  function addSpending({ caller, startTime }: Account, { micros, currency }: Money): void {
    const day = fromTime(dayOf(startTime));
    const name = `${day} ${currency} ${caller}`;
    const sum = added.get(name);
    if (sum) sum.micros += micros;
    else added.set(name, { key: [caller, day, currency], micros });
    db.heldBack();
  }

  return {
    checkBudget(caller, price, time) {
      for (const period of budgetPeriods(caller.budget, time)) {
        const rows = db.all(sql.sumSpending, caller.name, fromTime(period.start), fromTime(period.end));
        const spent = rows.map((row) => toMoney(row.micros, row.currency));
        checkBudget(period, spent, price, rates);
      }
    },
    book(account, moved, time) {
      const { orderSeq, version, attempt, caller } = account;
      for (const [kind, { micros, currency }] of Object.entries(moved)) {
        if (micros === 0n) continue;
        db.add(sql.addEntry, orderSeq, version, attempt, caller, kind, micros, currency, fromTime(time));
        addSpending(account, { micros: kind === "reserve" || kind === "charge" ? micros : -micros, currency });
      }
    },
  };
}

/** The counters that are not the sums of their entries; with `repair`, they become that. */
export function checkLedger(db: Statements, since: Date | undefined, repair: boolean): readonly Discrepancy[] {
  const found = db.all(sql.listDiscrepancies, since ? fromTime(dayOf(since)) : 0n).map(toDiscrepancy);
  if (!repair) return found;
  for (const { caller, day, entered } of found) {
    db.run(sql.setSpending, caller, fromTime(day), entered.currency, entered.micros);
  }
  return found;
}

function toDiscrepancy(row: Row): Discrepancy {
  return {
    caller: toText(row.caller),
    day: toTime(toInteger(row.day)),
    counted: toMoney(row.counted, row.currency),
    entered: toMoney(row.entered, row.currency),
  };
}
