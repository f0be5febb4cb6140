import type { CatalogSnapshot } from "../core/catalog.ts";
import type { Money } from "../core/money.ts";
import type { Offer, RentalTerm } from "../core/offer.ts";
import type { Listing } from "../core/upstream.ts";
import { resolveCountry } from "./countries.ts";
import { comparePrices } from "./order.ts";
import { resolveServices, type ServiceName } from "./services.ts";
import { excerpt, printable } from "./text.ts";

/** Kept per snapshot; the rest is only left out. */
const MOST_UNRESOLVED = 100;
const LONGEST_UNRESOLVED = 80;
const REF = /^[^\s\p{C}]{1,256}$/u;
const MOST_COUNTED = 2 ** 31 - 1;
const LONGEST_WAIT_MS = 24 * 60 * 60_000;
const CURRENCY = /^[A-Z]{3}$/;
const ESIM: readonly ServiceName[] = [{ slug: "esim", displayName: "eSIM" }];

/** What may change between two looks at one offer, in bounds. */
export type Facts = Pick<Offer, "price" | "available" | "availableCount" | "publishedSuccessRate" | "publishedWaitMs">;

/** A catalogue in the making: listings go in part by part, a snapshot of what is there can be taken at any time. */
export interface Fold {
  readonly size: number;
  add(listings: readonly Listing[], fetchTime: Date): void;
  snapshot(fetchTime: Date): CatalogSnapshot;
}

/**
 * Names countries and services canonically. What cannot be named, priced or referred to beyond doubt is left out, and
 * its name reported. A listing with the ref of an earlier one takes its place: it is the newer word on it.
 */
export function createFold(upstream: { readonly id: string; readonly provider: string }): Fold {
  const offers = new Map<string, Offer>();
  const idsByRef = new Map<string, readonly string[]>();
  const unresolved = new Set<string>();
  const countryOf = remembered(resolveCountry);
  const servicesOf = remembered(resolveServices);
  const shownAs = remembered(printable);

  /** Says what is wrong with a listing that has to be left out. */
  function place(listing: Listing, fetchTime: Date): string | undefined {
    for (const offerId of idsByRef.get(listing.ref) ?? []) offers.delete(offerId);
    idsByRef.delete(listing.ref);

    const isEsim = listing.product === "ESIM";
    // A plan may be for a region, and is for no service.
    const country = countryOf(listing.country) ?? (isEsim ? "" : undefined);
    if (country === undefined) return listing.country;
    const services = isEsim ? ESIM : servicesOf(listing.serviceName);
    if (services.length === 0) return listing.serviceName;
    if (!REF.test(listing.ref)) return `${listing.serviceName}: unusable ref`;
    if (listing.price && !isPrice(listing.price)) return `${listing.serviceName}: unusable price`;

    const base = `${upstream.id}:${listing.ref}`;
    const serviceName = shownAs(listing.serviceName);
    const facts = factsOf(listing);
    const ids = services.map(({ slug }) => {
      const offerId = services.length === 1 ? base : `${base}/${slug}`;
      offers.set(offerId, {
        offerId,
        upstream: upstream.id,
        provider: upstream.provider,
        ref: listing.ref,
        product: listing.product,
        country,
        service: slug,
        serviceName,
        capabilities: listing.capabilities,
        ...facts,
        curated: listing.curated ?? false,
        supportsAreaCode: listing.supportsAreaCode ?? false,
        rentalTerms: termsOf(listing),
        esimPlan: listing.esimPlan,
        fetchTime,
      });
      return offerId;
    });
    idsByRef.set(listing.ref, ids);
    return undefined;
  }

  function report(name: string): void {
    if (unresolved.size < MOST_UNRESOLVED) unresolved.add(excerpt(name, LONGEST_UNRESOLVED) || "(no name)");
  }

  return {
    get size() {
      return offers.size;
    },
    add(listings, fetchTime) {
      for (const listing of listings) {
        const problem = place(listing, fetchTime);
        if (problem !== undefined) report(problem);
      }
    },
    snapshot: (fetchTime) => ({
      upstream: upstream.id,
      offers: [...offers.values()],
      fetchTime,
      unresolved: [...unresolved],
    }),
  };
}

/** Numbers that cannot be are as good as not said. */
export function factsOf(listing: Listing): Facts {
  const { availableCount, successRate, waitMs } = listing;
  return {
    price: listing.price ?? cheapestTerm(termsOf(listing)),
    available: listing.available ?? true,
    availableCount: isNumber(availableCount, MOST_COUNTED) ? Math.floor(availableCount) : undefined,
    publishedSuccessRate: successRate !== undefined && successRate >= 0 && successRate <= 1 ? successRate : undefined,
    publishedWaitMs: isNumber(waitMs, LONGEST_WAIT_MS) ? waitMs : undefined,
  };
}

/** The lengths that can be, shortest first. */
function termsOf({ rentalTerms = [] }: Listing): readonly RentalTerm[] {
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
function cheapestTerm(terms: readonly RentalTerm[]): Money | undefined {
  const prices = terms.flatMap((term) => {
    if ("days" in term) return term.price ?? [];
    const { minDays, pricePerDay } = term;
    return pricePerDay ? { currency: pricePerDay.currency, micros: pricePerDay.micros * BigInt(minDays) } : [];
  });
  return prices.sort(comparePrices)[0];
}

export function isPrice({ currency, micros }: Money): boolean {
  return micros >= 0n && CURRENCY.test(currency);
}

function isNumber(value: number | undefined, most: number): value is number {
  return value !== undefined && value >= 0 && value <= most;
}

/** A catalogue says the same few names many thousand times. */
function remembered<T>(resolve: (name: string) => T): (name: string) => T {
  const known = new Map<string, { readonly value: T }>();
  return (name) => {
    const seen = known.get(name);
    if (seen) return seen.value;
    const value = resolve(name);
    known.set(name, { value });
    return value;
  };
}

/** The name under which an offer's service is shown. */
export function serviceNameOf(offer: Offer): ServiceName {
  const found = resolveServices(offer.serviceName).find(({ slug }) => slug === offer.service);
  return found ?? { slug: offer.service, displayName: offer.service };
}
