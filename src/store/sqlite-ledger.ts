import type { Caller } from "../core/caller.ts";
import type { Money } from "../core/money.ts";
import { budgetPeriods, checkBudget, dayOf } from "./budget.ts";
import { fromTime, toMoney } from "./rows.ts";
import * as sql from "./sql.ts";
import type { Statements } from "./sqlite-database.ts";

type EntryKind = "reserve" | "charge" | "release" | "refund";

/** Which attempt the money is about. */
export interface Account {
  readonly verification: bigint;
  readonly attempt: number;
  readonly caller: string;
  /** When the attempt began: all its money counts towards the budgets of that day. */
  readonly startTime: Date;
}

/**
 * The money. Budgets count by the day on which the attempt began: what is released or refunded on a later day goes
 * back to the day that it was taken from, and never makes room for more than a day's budget.
 */
export interface Ledger {
  /** Throws BUDGET_EXCEEDED when the price would pass one of the caller's bounds. */
  checkBudget(caller: Caller, price: Money, time: Date): void;

  /** Adds an entry. Each kind is entered once at most for an attempt. */
  book(account: Account, kind: EntryKind, money: Money, time: Date): void;
}

export function createLedger(db: Statements): Ledger {
  return {
    checkBudget(caller, price, time) {
      for (const period of budgetPeriods(caller.budget, time)) {
        const rows = db.all(sql.sumSpending, caller.name, fromTime(period.start), fromTime(period.end));
        const spent = rows.map((row) => toMoney(row.micros, row.currency));
        checkBudget(period, spent, price);
      }
    },
    book({ verification, attempt, caller, startTime }, kind, { micros, currency }, time) {
      db.run(sql.insertEntry, verification, BigInt(attempt), caller, kind, micros, currency, fromTime(time));
      const takes = kind === "reserve" || kind === "charge";
      db.run(sql.addSpending, caller, fromTime(dayOf(startTime)), currency, takes ? micros : -micros);
    },
  };
}
