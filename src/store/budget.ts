import type { Budget } from "../core/caller.ts";
import { GatewayError } from "../core/error.ts";
import { formatMoney, type Money } from "../core/money.ts";
import { microsIn, type Rates } from "../core/rates.ts";

/** One bound of a budget, and the days it is about: from `start`, up to but not including `end`. */
export interface BudgetPeriod {
  readonly name: "per_day" | "per_month";
  readonly bound: Money;
  readonly start: Date;
  readonly end: Date;
}

/** Midnight UTC before the time. */
export function dayOf(time: Date): Date {
  return new Date(Date.UTC(time.getUTCFullYear(), time.getUTCMonth(), time.getUTCDate()));
}

/** The periods that bind a purchase begun at that time. */
export function budgetPeriods({ perDay, perMonth }: Budget, time: Date): readonly BudgetPeriod[] {
  const [year, month, day] = [time.getUTCFullYear(), time.getUTCMonth(), time.getUTCDate()];
  const periods: BudgetPeriod[] = [];
  if (perDay) {
    const end = new Date(Date.UTC(year, month, day + 1));
    periods.push({ name: "per_day", bound: perDay, start: dayOf(time), end });
  }
  if (perMonth) {
    const [start, end] = [new Date(Date.UTC(year, month, 1)), new Date(Date.UTC(year, month + 1, 1))];
    periods.push({ name: "per_month", bound: perMonth, start, end });
  }
  return periods;
}

/**
 * Throws BUDGET_EXCEEDED when the price would pass the bound, and also when the price, or anything spent in the period,
 * is in a currency that no rate compares with the bound's: nobody knows what it weighs, and a budget that is not sure
 * must hold. For the same reason what is compared by a rate is rounded up.
 */
export function checkBudget({ name, bound }: BudgetPeriod, spent: readonly Money[], price: Money, rates: Rates): void {
  const { currency } = bound;
  const metadata = { budget: name, bound: formatMoney(bound), price: formatMoney(price) };
  const weigh = (money: Money) => {
    const micros = microsIn(currency, money, rates);
    if (micros !== undefined) return micros;
    const message = `the budget ${name} of ${metadata.bound} cannot be compared with ${money.currency}`;
    throw new GatewayError("BUDGET_EXCEEDED", message, { metadata: { ...metadata, currency: money.currency } });
  };

  const added = weigh(price);
  const sum = spent.reduce((total, money) => (money.micros === 0n ? total : total + weigh(money)), 0n);
  if (sum + added <= bound.micros) return;
  const used = formatMoney({ currency, micros: sum });
  const message = `${metadata.price} on top of ${used} would pass the budget ${name} of ${metadata.bound}`;
  throw new GatewayError("BUDGET_EXCEEDED", message, { metadata: { ...metadata, spent: used } });
}
