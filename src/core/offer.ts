import type { Money } from "./money.ts";

/** Catalogues are kept with a product as its place in this list: it only ever grows at its end. */
export const PRODUCTS = ["VERIFICATION", "RENTAL", "ESIM"] as const;

export type Product = (typeof PRODUCTS)[number];

/** How a code is received. */
export type Capability = "SMS" | "VOICE";

/** A length for which a number is rented: exactly so many days, or any number of days in a range. */
export type RentalTerm =
  | { readonly days: number; readonly price: Money | undefined }
  | { readonly minDays: number; readonly maxDays: number; readonly pricePerDay: Money | undefined };

export interface EsimPlan {
  readonly dataGb: number | undefined;
  readonly validityDays: number | undefined;
}

/** Something an upstream sells, in the gateway's own words. */
export interface Offer {
  /** Stable across refreshes and restarts: `upstream:ref`, with the service behind it where one ref serves several. */
  readonly offerId: string;
  /** The upstream's configured id. */
  readonly upstream: string;
  readonly provider: string;
  /** What the upstream calls the offer; only its provider can read it. */
  readonly ref: string;
  readonly product: Product;
  /** ISO 3166-1 alpha-2, upper case. */
  readonly country: string;
  /** Canonical slug: `whatsapp`. */
  readonly service: string;
  /** As the upstream spells it. */
  readonly serviceName: string;
  /** SMS before VOICE. */
  readonly capabilities: readonly Capability[];
  /** For one verification or one eSIM; a rental's is in its terms. Absent when the upstream publishes none; such an offer is never bought by price. */
  readonly price: Money | undefined;
  /** False when the upstream says that it has none to sell now. */
  readonly available: boolean;
  /** Absent when the upstream does not say. */
  readonly availableCount: number | undefined;
  /** 0 to 1, as the upstream claims. */
  readonly publishedSuccessRate: number | undefined;
  readonly publishedWaitMs: number | undefined;
  /** On the upstream's own list of its best. */
  readonly curated: boolean;
  readonly supportsAreaCode: boolean;
  /** Of a rental; empty for anything else. */
  readonly rentalTerms: readonly RentalTerm[];
  /** Of an eSIM. */
  readonly esimPlan: EsimPlan | undefined;
  readonly fetchTime: Date;
}
