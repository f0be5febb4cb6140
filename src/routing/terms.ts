import type { Money } from "../core/money.ts";
import type { Offer } from "../core/offer.ts";
import type { Quote } from "./constraints.ts";

/** A rental at the price of exactly so many days: the cheapest of the terms of that length, which is never rounded. */
export function rentalQuote(offer: Offer, days: number): Quote {
  const prices: (Money | undefined)[] = offer.rentalTerms.flatMap((term): (Money | undefined)[] => {
    if ("days" in term) return term.days === days ? [term.price] : [];
    const { minDays, maxDays, pricePerDay } = term;
    if (days < minDays || days > maxDays) return [];
    return [pricePerDay && { currency: pricePerDay.currency, micros: pricePerDay.micros * BigInt(days) }];
  });
  const known = prices.filter((price) => price !== undefined);
  // An upstream has one currency.
  const price = known.reduce<Money | undefined>((a, b) => (a && a.micros <= b.micros ? a : b), undefined);
  return { offer, price, isSold: prices.length > 0 };
}

/** The lengths that these are sold in, shortest first: `1, 3, 5 to 30`. */
export function lengthsSold(offers: readonly Offer[]): string {
  const lengths = new Map<string, number>();
  for (const { rentalTerms } of offers) {
    for (const term of rentalTerms) {
      if ("days" in term) lengths.set(String(term.days), term.days);
      else lengths.set(`${term.minDays} to ${term.maxDays}`, term.minDays);
    }
  }
  return [...lengths]
    .sort(([a, shortestOfA], [b, shortestOfB]) => shortestOfA - shortestOfB || a.length - b.length)
    .map(([length]) => length)
    .join(", ");
}
