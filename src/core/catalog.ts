/** Whole numbers, in the narrowest array that holds them. An empty one is all zeros. */
export type Numbers = Uint8Array | Uint16Array | Uint32Array;

/**
 * Offers as columns, a row for each, in the order of their ids. A column of names says which of the table beside it; a
 * column of ranks says which of the ascending values beside it, and their number where a row has none: comparing two
 * rows is comparing two small numbers.
 */
export interface OfferColumns {
  readonly size: number;
  /** What follows `upstream:` in the id: the ref, and the service behind it where traits say so. See SortedTexts. */
  readonly idBytes: Uint8Array;
  readonly idBlocks: Uint32Array;

  /** Ascending, as are the services. */
  readonly countries: readonly string[];
  readonly services: readonly string[];
  /** (product * countries.length + country) * services.length + service */
  readonly places: Uint32Array;

  readonly serviceNames: readonly string[];
  readonly serviceName: Numbers;
  /** Yes or no, a bit each. */
  readonly traits: Numbers;

  /** Ascending, and for each the first rank of its prices. */
  readonly currencies: readonly string[];
  readonly currencyStarts: Numbers;
  /** Ascending within each currency. */
  readonly prices: BigInt64Array;
  readonly price: Numbers;

  readonly availableCounts: Float64Array;
  readonly availableCount: Numbers;
  readonly successRates: Float64Array;
  readonly successRate: Numbers;
  readonly waits: Float64Array;
  readonly wait: Numbers;
  readonly fetchTimes: Float64Array;
  readonly fetchTime: Numbers;

  /** As they are written by whoever makes the columns. */
  readonly rentalTerms: readonly string[];
  readonly rentalTerm: Numbers;
  readonly esimPlans: readonly string[];
  readonly esimPlan: Numbers;
}

/** A list that the parts of a catalogue are asked for by: an upstream's countries, say. */
export type CatalogList = readonly { readonly id: string; readonly name: string }[];

/** What one upstream had for sale, whole, at one time. Never changes. */
export interface CatalogSnapshot {
  readonly upstream: string;
  readonly provider: string;
  readonly offers: OfferColumns;
  /** When the last step of the fetch that made it was answered. */
  readonly fetchTime: Date;
  /** Names that could not be resolved; their listings were left out. */
  readonly unresolved: readonly string[];
  /** What it was read without, for people; it never quotes the upstream. Absent when that was nothing. */
  readonly missing?: string;
  /** The countries and services that this is about, as the upstream calls them. Absent when it may be about any. */
  readonly missingNames?: readonly string[];
  /** Its lists as they were last answered, by their names. */
  readonly lists?: Readonly<Record<string, CatalogList>>;
}
