import type { Caller } from "./caller.ts";
import type { Reason } from "./error.ts";
import type { Esim, EsimRequest, EsimStatus } from "./esim.ts";
import type { Money } from "./money.ts";
import type { AutoRenewal, Extension, Rental, RentalRequest, RentalStatus } from "./rental.ts";
import type { NewAttempt, RecordedPurchase } from "./store.ts";
import type { Attempt, Message, Verification } from "./verification.ts";

// What a store records of rentals, their extensions and eSIMs. As in Store: each method is one command, atomic by itself
// and durable once its promise resolves; what is not there, or is another caller's, is NOT_FOUND.

/** How a purchase of any kind is recorded: the intent before the one call to the upstream, its outcome after. */
export interface PurchaseRecords<T> {
  /** As Store.beginAttempt. */
  beginAttempt(id: string, caller: Caller, attempt: NewAttempt): Promise<T>;
  /** The last attempt was refused for certain. The reservation is released. */
  recordRefusal(id: string, reason: Reason, time: Date): Promise<T>;
  /** Nobody knows whether the last attempt bought. The money stays reserved. */
  recordUncertain(id: string, time: Date): Promise<T>;
  /** Nothing was bought, and nothing more will be tried. A bug while an attempt may have bought. */
  recordFailure(id: string, time: Date): Promise<T>;
}

/** A purchase that is under way, or of which nobody knows whether it was made. */
export interface PendingPurchase {
  readonly orderId: string;
  readonly product: "VERIFICATION" | "RENTAL" | "EXTENSION" | "ESIM";
  readonly caller: string;
  readonly country: string;
  readonly service: string;
  /** Of the offer that is held; absent between two attempts. */
  readonly upstream?: string;
  readonly provider?: string;
  readonly offerRef?: string;
  readonly attempts: readonly Attempt[];
  /** Of an extension: what the upstream calls the rental, when that ended then, and what is added to it. */
  readonly extends?: { readonly orderRef: string; readonly fromTime: Date; readonly days: number };
  readonly createTime: Date;
}

/** What asks for something, known by its request id and by how it was sent. */
export interface Wish {
  readonly caller: Caller;
  readonly requestId: string;
  readonly fingerprint: string;
  readonly time: Date;
}

export interface NewRental extends Wish {
  readonly rentalId: string;
  readonly request: RentalRequest;
  readonly autoRenewal?: AutoRenewal | undefined;
}

export interface NewExtension extends Wish {
  readonly extensionId: string;
  readonly rentalId: string;
  readonly days: number;
  readonly maxPrice?: Money | undefined;
  /** Only while the rental still ends then: a term is renewed by itself once. */
  readonly onlyIfExpiring?: Date;
}

export interface NewEsim extends Wish {
  readonly esimId: string;
  readonly request: EsimRequest;
}

export interface NewRentalWait extends Wish {
  readonly verificationId: string;
  readonly rentalId: string;
  /** At most the rental's own end. */
  readonly expireTime: Date;
  readonly labels: Readonly<Record<string, string>>;
}

export interface OrderFilter<Status extends string> {
  /** Empty for all. */
  readonly statuses: readonly Status[];
  readonly upstream?: string | undefined;
  /** With a value: equal; without: present. */
  readonly label?: { readonly key: string; readonly value?: string | undefined } | undefined;
  readonly pageSize: number;
  /** As the last page gave it. */
  readonly pageToken?: string | undefined;
}

/** Newest first; without a token it is the last page. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextPageToken?: string;
}

/** A message with its place: those of one rental are in the order of their places, which are never used again. */
export interface PlacedMessage extends Message {
  readonly place: bigint;
}

export interface RentalRecords extends PurchaseRecords<Rental> {
  /** As Store.createVerification, without its guard against purchases that get no code. */
  create(wish: NewRental): Promise<{ rental: Rental; created: boolean }>;
  findRequest(caller: string, requestId: string, fingerprint: string): Promise<Rental | undefined>;

  /** The last attempt bought: ACTIVE. As Store.recordPurchase. */
  recordPurchase(rentalId: string, purchase: RecordedPurchase): Promise<Rental>;
  /** As Store.recordLoss. */
  recordLoss(rentalId: string, price: Money, time: Date): Promise<Rental>;

  /**
   * Adds the messages that are not there yet, by messageId, in their order, also after the end. One that has no id of
   * its own at the upstream (`isAnonymous`) is there already if it is the newest. Verifications that wait on this rental
   * get the first of the added ones that has a code and did not come before they began to wait: `waits` are those.
   */
  recordMessages(
    rentalId: string,
    messages: readonly (Message & { readonly isAnonymous: boolean })[],
    time: Date,
  ): Promise<{ rental: Rental; added: readonly Message[]; waits: readonly Verification[] }>;

  /** The upstream says that it ends at another time. Refused with ALREADY_ENDED after the end. */
  recordExpiry(rentalId: string, expireTime: Date, time: Date): Promise<Rental>;
  /** Its end is near: `expiresSoon`, until the end moves. Nothing changes when that is known, or it has ended. */
  recordWarning(rentalId: string, time: Date): Promise<Rental>;
  /** Undefined switches it off. ALREADY_ENDED after the end. */
  recordAutoRenewal(caller: string, rentalId: string, renewal: AutoRenewal | undefined, time: Date): Promise<Rental>;

  /** Ends what is ACTIVE. Books the refund where it is known, and can be one. */
  recordEnd(rentalId: string, status: "EXPIRED" | "CANCELLED", refund: Money | undefined, time: Date): Promise<Rental>;
  /** As Store.recordRefund: the newest extension's money comes back first. */
  recordRefund(rentalId: string, refund: Money, time: Date): Promise<Rental>;

  get(caller: string, rentalId: string): Promise<Rental>;
  list(caller: string, filter: OrderFilter<RentalStatus>): Promise<Page<Rental>>;
  /** Those that have not ended, and those with an extension of which nobody knows whether it was bought; of all callers. */
  open(): Promise<readonly Rental[]>;

  listMessages(caller: string, rentalId: string, pageSize: number, pageToken?: string): Promise<Page<Message>>;
  /** Up to `limit` after that place, oldest first. */
  messagesAfter(rentalId: string, place: bigint, limit: number): Promise<readonly PlacedMessage[]>;
  /** Where the message is. Throws NOT_FOUND. */
  placeOf(caller: string, rentalId: string, messageId: string): Promise<bigint>;

  /** A verification that waits for the next code on the rental; ALREADY_ENDED when that is not ACTIVE. */
  createWait(wish: NewRentalWait): Promise<{ verification: Verification; created: boolean }>;
  /** The verifications on it that have not ended. */
  openWaits(rentalId: string): Promise<readonly Verification[]>;
}

/** Purchases of more days. Each change of one is a change of its rental as well, and answers with that. */
export interface ExtensionRecords extends PurchaseRecords<Rental> {
  /**
   * Records the wish. Throws ALREADY_ENDED for a rental that is not ACTIVE, or does not end when it was expected to, and
   * PURCHASE_UNCERTAIN while another extension of it is not settled.
   */
  create(wish: NewExtension): Promise<{ extension: Extension; created: boolean }>;
  findRequest(caller: string, requestId: string, fingerprint: string): Promise<Extension | undefined>;
  get(extensionId: string): Promise<Extension>;

  /** The last attempt bought: the rental ends later. */
  recordPurchase(
    extensionId: string,
    purchase: { readonly price: Money; readonly expireTime: Date; readonly time: Date },
  ): Promise<Rental>;
}

export interface EsimRecords extends PurchaseRecords<Esim> {
  create(wish: NewEsim): Promise<{ esim: Esim; created: boolean }>;
  findRequest(caller: string, requestId: string, fingerprint: string): Promise<Esim | undefined>;

  /** The last attempt bought: ACTIVE. */
  recordPurchase(
    esimId: string,
    purchase: {
      readonly orderRef: string;
      readonly activationCode: string;
      readonly price: Money;
      readonly reason?: Reason | undefined;
      readonly time: Date;
    },
  ): Promise<Esim>;
  /** As Store.recordLoss. */
  recordLoss(esimId: string, price: Money, time: Date): Promise<Esim>;

  get(caller: string, esimId: string): Promise<Esim>;
  list(caller: string, filter: OrderFilter<EsimStatus>): Promise<Page<Esim>>;
  /** Those that are PENDING, of all callers. */
  open(): Promise<readonly Esim[]>;
}
