import type { Caller } from "../core/caller.ts";
import type { Money } from "../core/money.ts";
import type { Rates } from "../core/rates.ts";
import type { Discrepancy, EntryKind } from "../core/store.ts";
import { budgetPeriods, checkBudget, dayOf } from "./budget.ts";
import { fromTime, type Row, toInteger, toMoney, toText, toTime } from "./rows.ts";
import * as sql from "./sql/ledger.ts";
import type { Statements } from "./sqlite-database.ts";

/** Which attempt the money is about. */
export interface Account {
  readonly orderSeq: bigint;
  readonly attempt: number;
  readonly caller: string;
  /** When the attempt began: all its money counts towards the budgets of that day. */
  readonly startTime: Date;
}

/** Money that moves with one change of an order. */
export interface Booking {
  readonly account: Account;
  readonly entries: readonly { readonly kind: EntryKind; readonly money: Money }[];
}

/**
 * The money. Budgets count by the day on which the attempt began: what is released or refunded on a later day goes
 * back to the day that it was taken from, and never makes room for more than a day's budget.
 */
export interface Ledger {
  /** Throws BUDGET_EXCEEDED when the price would pass one of the caller's bounds. */
  checkBudget(caller: Caller, price: Money, time: Date): void;

  /** Adds what moved with that version of the order, whose event is there. Each kind once at most for an attempt. */
  book(booking: Booking, version: bigint, time: Date): void;
}

export function createLedger(db: Statements, rates: Rates): Ledger {
  return {
    checkBudget(caller, price, time) {
      for (const period of budgetPeriods(caller.budget, time)) {
        const rows = db.all(sql.sumSpending, caller.name, fromTime(period.start), fromTime(period.end));
        const spent = rows.map((row) => toMoney(row.micros, row.currency));
        checkBudget(period, spent, price, rates);
      }
    },
    book({ account: { orderSeq, attempt, caller, startTime }, entries }, version, time) {
      const spent = new Map<string, bigint>();
      for (const { kind, money } of entries) {
        const { micros, currency } = money;
        const booked = [caller, kind, micros, currency, fromTime(time)];
        db.run(sql.insertEntry, orderSeq, version, BigInt(attempt), ...booked);
        const takes = kind === "reserve" || kind === "charge";
        spent.set(currency, (spent.get(currency) ?? 0n) + (takes ? micros : -micros));
      }
      for (const [currency, micros] of spent) {
        db.run(sql.addSpending, caller, fromTime(dayOf(startTime)), currency, micros);
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
