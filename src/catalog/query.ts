import type { AllowList } from "../core/caller.ts";
import type { Reason } from "../core/error.ts";
import type { Money } from "../core/money.ts";
import type { Capability, Offer, Product } from "../core/offer.ts";

export interface Paging {
  /** 100 when absent or 0; at most 1,000. */
  readonly pageSize?: number;
  /** As the last page gave it; empty for the first page. */
  readonly pageToken?: string | undefined;
}

export type CountryQuery = CountryFilter & Paging;
export type ServiceQuery = ServiceFilter & Paging;
export type OfferQuery = OfferFilter & Paging;

/** What is absent or empty does not filter; a name that nobody knows matches nothing. */
export interface CountryFilter {
  readonly product?: Product;
  readonly service?: string;
  /** What the caller may buy. */
  readonly allow?: AllowList;
}

export interface ServiceFilter {
  readonly product?: Product;
  readonly country?: string;
  /** Part of a slug or a name, whatever its case, spaces and punctuation. */
  readonly search?: string;
  readonly allow?: AllowList;
}

export interface OfferFilter {
  readonly product?: Product;
  readonly country?: string;
  readonly service?: string;
  readonly capability?: Capability;
  readonly upstreams?: readonly string[];
  /** Leaves out what has no price, or one in another currency. */
  readonly maxPrice?: Money;
  readonly inStockOnly?: boolean;
  /** Part of a slug or a name, as the gateway or as the upstream spells it. */
  readonly search?: string;
  /** One of ORDERS; cheapest first when empty. */
  readonly orderBy?: string;
  readonly allow?: AllowList;
}

export interface Page {
  /** Absent on the last page. */
  readonly nextPageToken?: string;
  /** How many there are on all pages. */
  readonly totalSize: number;
}

/** How much of something is for sale. */
export interface Tally {
  readonly offerCount: number;
  /** Absent when none has a price. */
  readonly minPrice?: Money;
}

export interface CountrySummary extends Tally {
  readonly country: string;
  readonly displayName: string;
}

export interface ServiceSummary extends Tally {
  readonly service: string;
  readonly displayName: string;
}

/** An upstream whose offers are missing or not up to date. */
export interface Unreachable {
  readonly upstream: string;
  readonly reason: Reason;
  /** A sentence for people; it never quotes the upstream. */
  readonly explanation: string;
  /** When its offers, which are listed, were fetched. Absent when there are none to show. */
  readonly fetchTime?: Date;
}

export interface CountryPage extends Page {
  readonly countries: readonly CountrySummary[];
}

export interface ServicePage extends Page {
  readonly services: readonly ServiceSummary[];
}

export interface OfferPage extends Page {
  /** The same list again for a first page that was given lately and has not changed. */
  readonly offers: readonly Offer[];
  readonly unreachable: readonly Unreachable[];
}
