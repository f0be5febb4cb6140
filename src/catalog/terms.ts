import type { Listing } from "../core/desks.ts";
import type { Money } from "../core/money.ts";
import type { EsimPlan, RentalTerm } from "../core/offer.ts";
import { comparePrices } from "./order.ts";

const CURRENCY = /^[A-Z]{3}$/;
/** What 63 bits hold. Nothing costs that much, and a ledger could not book it. */
const MOST_MICROS = 2n ** 63n - 1n;

export function isPrice({ currency, micros }: Money): boolean {
  return micros >= 0n && micros <= MOST_MICROS && CURRENCY.test(currency);
}

/** The lengths that can be, shortest first. */
export function termsOf({ rentalTerms = [] }: Pick<Listing, "rentalTerms">): readonly RentalTerm[] {
  const fit = rentalTerms.filter((term) =>
    "days" in term
      ? isDays(term.days) && (!term.price || isPrice(term.price))
      : isDays(term.minDays) && term.maxDays >= term.minDays && (!term.pricePerDay || isPrice(term.pricePerDay)),
  );
  return fit.sort((a, b) => shortest(a) - shortest(b));
}

function isDays(days: number): boolean {
  return Number.isInteger(days) && days > 0;
}

function shortest(term: RentalTerm): number {
  return "days" in term ? term.days : term.minDays;
}

/** What the length that costs least costs as a whole. */
export function cheapestTerm(terms: readonly RentalTerm[]): Money | undefined {
  const prices = terms.flatMap((term) => {
    if ("days" in term) return term.price ?? [];
    const { minDays, pricePerDay } = term;
    return pricePerDay ? { currency: pricePerDay.currency, micros: pricePerDay.micros * BigInt(minDays) } : [];
  });
  return prices.filter(isPrice).sort(comparePrices)[0];
}

type WrittenMoney = readonly [micros: string, currency: string] | null;

/** Days, the last day of a range or null, and the price. Empty for no terms at all. */
export function writeTerms(terms: readonly RentalTerm[]): string {
  if (terms.length === 0) return "";
  const rows = terms.map((term) =>
    "days" in term
      ? [term.days, null, writeMoney(term.price)]
      : [term.minDays, term.maxDays, writeMoney(term.pricePerDay)],
  );
  return JSON.stringify(rows);
}

export function readTerms(text: string): readonly RentalTerm[] {
  if (text === "") return [];
  const rows: readonly [number, number | null, WrittenMoney][] = JSON.parse(text);
  return rows.map(([days, maxDays, price]) =>
    maxDays === null ? { days, price: readMoney(price) } : { minDays: days, maxDays, pricePerDay: readMoney(price) },
  );
}

export function writePlan(plan: EsimPlan | undefined): string {
  return plan ? JSON.stringify(plan) : "";
}

export function readPlan(text: string): EsimPlan | undefined {
  if (text === "") return undefined;
  const { dataGb, validityDays }: Partial<EsimPlan> = JSON.parse(text);
  return { dataGb, validityDays };
}

function writeMoney(money: Money | undefined): WrittenMoney {
  return money ? [String(money.micros), money.currency] : null;
}

function readMoney(written: WrittenMoney): Money | undefined {
  if (written === null) return undefined;
  const [micros, currency] = written;
  return { currency, micros: BigInt(micros) };
}
