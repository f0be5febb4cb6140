import type { Offer } from "./offer.ts";

/** What one upstream had for sale, whole, at one time. */
export interface CatalogSnapshot {
  readonly upstream: string;
  readonly offers: readonly Offer[];
  /** When the last step of the fetch that made it was answered. */
  readonly fetchTime: Date;
  /** Names that could not be resolved; their listings were left out. */
  readonly unresolved: readonly string[];
}
