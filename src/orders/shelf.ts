import type { AllowList } from "../core/caller.ts";
import type { Reason } from "../core/error.ts";
import type { Offer, Product } from "../core/offer.ts";

/** What purchases need of the catalogue. */
export interface Shelf {
  offersFor(product: Product, country: string, service: string): readonly Offer[];
  findOffer(offerId: string): Offer | undefined;

  /**
   * Resolves once the catalogues of these upstreams, or of all where none is named, are known well enough to choose from:
   * right after a first start they are still being fetched. Resolves as well when the signal aborts.
   */
  settled(
    country: string,
    service: string,
    upstreams: readonly string[],
    signal: AbortSignal,
    product?: Product,
  ): Promise<void>;

  /** The upstreams that the caller may have and whose offers for this may not all be here. Empty is any. */
  lacking(
    allow: AllowList,
    country: string,
    service: string,
  ): readonly { readonly upstream: string; readonly reason: Reason }[];
}
