import type { CatalogList } from "./catalog.ts";
import type { UpstreamFault } from "./error.ts";
import type { Money } from "./money.ts";
import type { Capability, EsimPlan, Product, RentalTerm } from "./offer.ts";

/** What can be asked of an upstream. Each is one request to it, and is limited by that name. */
export type Verb =
  | "listings"
  | "detail"
  | "balance"
  /** A balance that is to tell what a cancel brings back, and goes ahead as that does. */
  | "weigh"
  | "buy"
  | "check"
  /** A check that is known to find something, and goes ahead of the others. */
  | "collect"
  | "recent"
  | "cancel"
  | "complete"
  | "ready"
  | "another"
  | "rent"
  | "inbox"
  | "extend"
  | "release"
  | "rentals"
  | "buyEsim";

/** One line of an upstream's catalogue, as the upstream says it. */
export interface Listing {
  /** Whatever the provider needs to buy it; stable, printable, without spaces. */
  readonly ref: string;
  readonly product: Product;
  /** An alpha-2 code or an English name. */
  readonly country: string;
  /** Of an eSIM: the plan's name. */
  readonly serviceName: string;
  readonly capabilities: readonly Capability[];
  readonly price?: Money;
  /** False when the upstream says that it has none to sell now. */
  readonly available?: boolean;
  readonly availableCount?: number;
  readonly successRate?: number;
  readonly waitMs?: number;
  readonly curated?: boolean;
  readonly supportsAreaCode?: boolean;
  /** Of a rental: the lengths that are sold. */
  readonly rentalTerms?: readonly RentalTerm[];
  /** Of an eSIM. */
  readonly esimPlan?: EsimPlan;
}

/** A part of a catalogue that could not be read, and that the others do without. */
export interface UnreadPart {
  readonly fault: UpstreamFault;
  /** The country or the service that it is about, as the upstream calls it. Absent where it may be about any. */
  readonly name?: string;
  /** Of a list that the others are asked for by: what it lists. They go by the last one known. */
  readonly list?: string;
  /** What such a list itself has for sale, by the last one known. */
  readonly listings?: readonly Listing[];
  /** One more request for it. Throws as any other does. */
  again(): Promise<CatalogStep>;
}

/** What one request for a part of a catalogue brought. A ref that an earlier one listed is listed anew. */
export type CatalogStep = readonly Listing[] | UnreadPart;

/** What an upstream has for sale. */
export interface CatalogDesk {
  /**
   * The whole catalogue, part by part. Each step is one upstream request; a step may be empty. Throws where nothing can
   * be read without this part, as the first of an upstream without a `balance`: that one is asked whether it is there.
   * `lists` are those that were read before, by what they list; one that is read is put there.
   */
  listings(signal: AbortSignal, lists: Map<string, CatalogList>): AsyncGenerator<CatalogStep, void, void>;

  /** One listing with what only its own page tells. */
  detail?(ref: string, signal: AbortSignal): Promise<Listing>;
}

/** What is bought. */
export interface Order {
  readonly offerRef: string;
  readonly capability: Capability;
  readonly areaCode?: string;
  /** The most it may cost, for upstreams that can be told. */
  readonly maxPrice?: Money;
}

/** What the upstream says it sold. */
export interface Purchase {
  /** What the upstream calls the order. */
  readonly orderRef: string;
  readonly numberAsSold: string;
  /** What was charged; absent where the answer does not say, and then it is what was quoted. */
  readonly price?: Money;
  /** Absent where the answer does not say. */
  readonly expireTime?: Date;
  /** The earliest time at which it can be cancelled; absent where there is no such rule. */
  readonly cancellableTime?: Date;
}

/** An order that was bought, as its provider needs it to find it again. */
export interface BoughtOrder {
  readonly orderRef: string;
  readonly offerRef: string;
  readonly numberAsSold: string;
}

export interface ReceivedMessage {
  /** The upstream's own id for it. */
  readonly messageId?: string;
  readonly sender?: string;
  /** Empty where the upstream hands out nothing but the code. */
  readonly text: string;
  readonly code?: string;
  /** The moment at which it came; absent where the upstream does not say, or names no zone. */
  readonly receiveTime?: Date;
  /**
   * When it came by a clock in a zone that is not named, as if that were UTC: it tells messages apart and puts them in
   * order, and is no moment, since it may be off by half a day.
   */
  readonly shownTime?: Date;
}

/** What an upstream says of an order. A word that nobody knows is `waiting`, never success and never an end. */
export type Progress =
  /** `isUnknown`: the upstream does not know it, since it is too new or, once it could be cancelled, since it is over. */
  | { readonly state: "waiting"; readonly isUnknown?: true }
  | { readonly state: "received"; readonly messages: readonly ReceivedMessage[] }
  | { readonly state: "cancelled"; readonly refund?: Money }
  | { readonly state: "expired" };

/** One order of an upstream's own list of orders. */
export interface RecentOrder {
  readonly orderRef: string;
  readonly numberAsSold: string;
  readonly serviceName: string;
  /** Of the listing that it was bought by; absent where the list does not tell so much. */
  readonly offerRef?: string;
  readonly price?: Money;
  readonly createTime?: Date;
  /** `returned`: its money went back. `unclear`: in words that nobody knows. Absent of any other. */
  readonly standing?: "returned" | "unclear" | undefined;
}

/** What an upstream's list of orders tells of one of them. */
export interface OverviewRow {
  readonly orderRef: string;
  /**
   * Absent while the order only waits. Otherwise something has happened, and `check` tells what; it is another text for
   * what happens next.
   */
  readonly news?: string;
}

/**
 * What an upstream sells one-time codes through.
 *
 * Providers translate; they do not retry, wait, cache, log or remember. The gateway decides when to call, and each call
 * is one upstream request. Every method throws a GatewayError for a definite refusal and an UpstreamFault for an answer
 * that cannot be believed.
 */
export interface VerificationDesk {
  /** Buys a number. Throws NO_NUMBERS when the upstream has none to sell. */
  buy(order: Order, signal: AbortSignal): Promise<Purchase>;

  /** Asks once whether a message has arrived. Never waits for one. */
  check(order: BoughtOrder, signal: AbortSignal): Promise<Progress>;

  /** Releases the number. Throws CANCEL_TOO_EARLY, ALREADY_RECEIVED or ALREADY_ENDED when refused. */
  cancel(order: BoughtOrder, signal: AbortSignal): Promise<{ readonly refund?: Money }>;

  /** Tells the upstream that the code was used. Absent where it cannot be told. */
  complete?(order: BoughtOrder, signal: AbortSignal): Promise<void>;

  /** Tells that the number is in use from now on. Present where an upstream sends no code before. */
  ready?(order: BoughtOrder, signal: AbortSignal): Promise<void>;

  /** Asks for one more code on the same number, at no cost. Absent where the upstream cannot. */
  another?(order: BoughtOrder, signal: AbortSignal): Promise<void>;

  /** The account's newest orders. Absent where the upstream does not list them. */
  recent?(signal: AbortSignal): Promise<readonly RecentOrder[]>;

  /** Where the account's orders stand, of the newest at least. Absent where no list shows that. Limited as a `check`. */
  overview?(signal: AbortSignal): Promise<readonly OverviewRow[]>;
}

/** What an upstream's list of orders is sure to hold, so that an order's absence proves something. */
export interface RecentHolds {
  /** At least so many of the newest, where there are so many. */
  readonly newest: number;
  /** Those that have ended are left out. */
  readonly openOnly: boolean;
}

/** A number that is rented, in an upstream's own list. */
export interface RecentRental extends RecentOrder {
  readonly expireTime?: Date;
}

/** What an upstream shows of a rented number. */
export interface Inbox {
  /** In no particular order; all that it still has, or the newest where it shows no more. */
  readonly messages: readonly ReceivedMessage[];
  /** Until the rental ends; absent where the answer does not say. */
  readonly leftMs?: number;
  /** Present when it is over: a word that nobody knows is none. */
  readonly ended?: "cancelled" | "expired";
}

/** What an upstream rents numbers through. As a VerificationDesk: each method is one request. */
export interface RentalDesk {
  /** Rents a number for one of the offer's terms. Throws NO_NUMBERS when the upstream has none. */
  rent(order: { readonly offerRef: string; readonly days: number }, signal: AbortSignal): Promise<Purchase>;

  /** Looks once. Throws ALREADY_ENDED where an upstream says so instead of showing anything. */
  inbox(order: BoughtOrder, signal: AbortSignal): Promise<Inbox>;

  /** Adds days to the term, at a price. Absent where the upstream cannot. `days` is one of the offer's lengths. */
  extend?(
    order: BoughtOrder,
    days: number,
    signal: AbortSignal,
  ): Promise<{ readonly price?: Money; readonly expireTime?: Date }>;

  /** Gives the number back before its time. Absent where the upstream does not take it. */
  release?(order: BoughtOrder, signal: AbortSignal): Promise<{ readonly refund?: Money }>;

  /** The account's rentals. Absent where the upstream does not list them. */
  rentals?(signal: AbortSignal): Promise<readonly RecentRental[]>;
}

/** What an upstream sells eSIM plans through. */
export interface EsimDesk {
  /** Buys a plan. The activation code is shown once: it is a secret of whoever bought it. */
  buyEsim(
    offerRef: string,
    signal: AbortSignal,
  ): Promise<{ readonly orderRef: string; readonly activationCode: string; readonly price?: Money }>;
}

/** Everything one upstream can do. What it cannot do is absent. */
export interface Desks {
  readonly catalog: CatalogDesk;
  /** The money left on the operator's account. */
  balance?(signal: AbortSignal): Promise<Money>;
  readonly verification?: VerificationDesk;
  /** Of `verification.recent`. Absent: what it does not show may be there all the same. */
  readonly recentHolds?: RecentHolds;
  readonly rental?: RentalDesk;
  /** `rental.inbox` is sure to say so when a rental is over. */
  readonly inboxTellsEnd?: boolean;
  readonly esim?: EsimDesk;
}
