import type { Money } from "./money.ts";
import type { Attempt, VerificationRequest } from "./verification.ts";

export type RentalStatus = "PENDING" | "ACTIVE" | "EXPIRED" | "CANCELLED" | "FAILED";

/** Which status may follow which; one that is followed by none is terminal. */
export const RENTAL_TRANSITIONS: Readonly<Record<RentalStatus, readonly RentalStatus[]>> = {
  PENDING: ["ACTIVE", "FAILED"],
  ACTIVE: ["EXPIRED", "CANCELLED"],
  EXPIRED: [],
  CANCELLED: [],
  FAILED: [],
};

export function isRentalOver(status: RentalStatus): boolean {
  return RENTAL_TRANSITIONS[status].length === 0;
}

/** What a caller asks for, in canonical words: where, for what and within which bounds as for a verification. */
export interface RentalRequest extends VerificationRequest {
  readonly days: number;
}

/** Extending by itself at the end of the term, for as long as a term costs no more. */
export interface AutoRenewal {
  /** One of the lengths that the upstream sells. */
  readonly days: number;
  readonly maxPrice: Money;
}

export type ExtensionStatus = "PENDING" | "DONE" | "FAILED";

/** A purchase of more days. */
export interface Extension {
  readonly extensionId: string;
  readonly rentalId: string;
  readonly caller: string;
  readonly days: number;
  readonly status: ExtensionStatus;
  readonly attempts: readonly Attempt[];
  /** When the rental ended without it: what it must end later than, if it was bought. */
  readonly fromTime: Date;
  readonly createTime: Date;
}

/** One number for days. Its messages are read apart from it. */
export interface Rental {
  readonly rentalId: string;
  /** 1 at first; grows with every recorded change, messages and extensions included. */
  readonly version: number;
  readonly caller: string;
  readonly requestId: string;
  readonly request: RentalRequest;
  readonly country: string;
  readonly service: string;
  readonly status: RentalStatus;
  /** E.164. Present once rented. */
  readonly phoneNumber?: string;
  /** As the upstream wrote it, to be sent back to it unchanged. */
  readonly numberAsSold?: string;
  /** Paid for, extensions included. */
  readonly totalDays: number;
  readonly messageCount: number;
  readonly upstream?: string;
  /** The upstream's provider then: its id may since have been given to another provider, which knows no such rental. */
  readonly provider?: string;
  readonly offerId?: string;
  /** The offer's ref, kept because the catalogue may have moved on. */
  readonly offerRef?: string;
  /** What the upstream calls it. */
  readonly orderRef?: string;
  /** What the upstream charged in all, extensions included. */
  readonly price?: Money;
  /** Without extensions. */
  readonly quotedPrice?: Money;
  /** What came back, at most the price; absent while that is not known. */
  readonly refund?: Money;
  readonly createTime: Date;
  readonly expireTime?: Date;
  readonly endTime?: Date;
  /** Of the rental and of its extensions, in the order of their beginnings. */
  readonly attempts: readonly Attempt[];
  /** Its end was told to be near, and has not moved since. */
  readonly expiresSoon: boolean;
  readonly autoRenewal?: AutoRenewal;
  /** The one that is being bought, or of which nobody knows whether it was. */
  readonly extension?: Extension;
  /** When the last extension was bought. */
  readonly extendTime?: Date;
}
