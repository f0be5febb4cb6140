import type { CatalogSnapshot } from "../core/catalog.ts";
import type { Listing } from "../core/desks.ts";
import { PRODUCTS } from "../core/offer.ts";
import { buildColumns } from "./columns.ts";
import { resolveCountry } from "./countries.ts";
import { createDraft } from "./draft.ts";
import { factsOf } from "./facts.ts";
import { resolveServices, type ServiceName } from "./services.ts";
import { type Breathe, SLICE } from "./slices.ts";
import { isPrice, termsOf, writePlan, writeTerms } from "./terms.ts";
import { excerpt, printable } from "./text.ts";
import { writeTraits } from "./traits.ts";

/** Kept per snapshot; the rest is only left out. */
const MOST_UNRESOLVED = 100;
const LONGEST_UNRESOLVED = 80;
const REF = /^[^\s\p{C}]{1,256}$/u;
const ESIM: readonly ServiceName[] = [{ slug: "esim", displayName: "eSIM" }];

/** A catalogue in the making: listings go in part by part, a snapshot of what is there can be taken at any time. */
export interface Fold {
  readonly size: number;
  add(listings: readonly Listing[], fetchTime: Date): Promise<void>;
  snapshot(fetchTime: Date): Promise<CatalogSnapshot>;
}

/**
 * Names countries and services canonically. What cannot be named, priced or referred to beyond doubt is left out, and
 * its name reported. A listing with the ref of an earlier one takes its place: it is the newer word on it.
 */
export function createFold(upstream: { readonly id: string; readonly provider: string }, breathe: Breathe): Fold {
  const draft = createDraft();
  const rowsByRef = new Map<string, { readonly first: number; readonly count: number }>();
  const unresolved = new Set<string>();
  const countryOf = remembered(resolveCountry);
  const servicesOf = remembered(resolveServices);
  const shownAs = remembered(printable);

  function forget(ref: string): void {
    const rows = rowsByRef.get(ref);
    if (!rows) return;
    for (let row = rows.first; row < rows.first + rows.count; row += 1) draft.drop(row);
    rowsByRef.delete(ref);
  }

  /** Says what is wrong with a listing that has to be left out. */
  function place(listing: Listing, fetchTime: number): string | undefined {
    forget(listing.ref);

    const isEsim = listing.product === "ESIM";
    // A plan may be for a region, and is for no service.
    const country = countryOf(listing.country) ?? (isEsim ? "" : undefined);
    if (country === undefined) return listing.country;
    const services = isEsim ? ESIM : servicesOf(listing.serviceName);
    if (services.length === 0) return listing.serviceName;
    if (!REF.test(listing.ref)) return `${listing.serviceName}: unusable ref`;
    if (listing.price && !isPrice(listing.price)) return `${listing.serviceName}: unusable price`;

    const { curated = false, supportsAreaCode = false, capabilities } = listing;
    const { available, price, availableCount, publishedSuccessRate, publishedWaitMs } = factsOf(listing);
    const isOne = services.length === 1;
    const rows = services.map(({ slug }) =>
      draft.add({
        id: isOne ? listing.ref : `${listing.ref}/${slug}`,
        product: PRODUCTS.indexOf(listing.product),
        country,
        service: slug,
        serviceName: shownAs(listing.serviceName),
        traits: writeTraits({ capabilities, available, curated, supportsAreaCode }, !isOne),
        price,
        availableCount,
        successRate: publishedSuccessRate,
        waitMs: publishedWaitMs,
        rentalTerms: writeTerms(termsOf(listing)),
        esimPlan: writePlan(listing.esimPlan),
        fetchTime,
      }),
    );
    rowsByRef.set(listing.ref, { first: rows[0] ?? 0, count: rows.length });
    return undefined;
  }

  function report(name: string): void {
    if (unresolved.size < MOST_UNRESOLVED) unresolved.add(excerpt(name, LONGEST_UNRESOLVED) || "(no name)");
  }

  return {
    get size() {
      return draft.size;
    },
    async add(listings, fetchTime) {
      const time = fetchTime.getTime();
      for (const [index, listing] of listings.entries()) {
        if (index % SLICE === SLICE - 1) await breathe();
        const problem = place(listing, time);
        if (problem !== undefined) report(problem);
      }
    },
    snapshot: async (fetchTime) => ({
      upstream: upstream.id,
      provider: upstream.provider,
      offers: await buildColumns(draft, breathe),
      fetchTime,
      unresolved: [...unresolved],
    }),
  };
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
