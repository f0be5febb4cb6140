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
