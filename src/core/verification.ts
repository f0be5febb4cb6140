import type { Reason } from "./error.ts";
import type { Money } from "./money.ts";
import type { Capability } from "./offer.ts";

export type VerificationStatus = "PENDING" | "WAITING" | "RECEIVED" | "COMPLETED" | "CANCELLED" | "EXPIRED" | "FAILED";

/**
 * Which status may follow which; a status that is followed by none is terminal. A repeated message leaves RECEIVED as
 * it is, so no status follows itself. One that waits is completed only when it waits for another code than its first.
 */
export const TRANSITIONS: Readonly<Record<VerificationStatus, readonly VerificationStatus[]>> = {
  PENDING: ["WAITING", "FAILED"],
  WAITING: ["RECEIVED", "COMPLETED", "CANCELLED", "EXPIRED"],
  RECEIVED: ["COMPLETED", "WAITING"],
  COMPLETED: [],
  CANCELLED: [],
  EXPIRED: [],
  FAILED: [],
};

export const STATUSES = Object.keys(TRANSITIONS) as readonly VerificationStatus[];

export function isTerminal(status: VerificationStatus): boolean {
  return TRANSITIONS[status].length === 0;
}

/** The statuses from which `status` may be entered. */
export function predecessors(status: VerificationStatus): readonly VerificationStatus[] {
  return STATUSES.filter((from) => TRANSITIONS[from].includes(status));
}

/** How the money is spent among the offers that satisfy a request. */
export type Strategy = "CHEAPEST" | "MOST_RELIABLE" | "FASTEST" | "BALANCED";

/** What a caller asks for, in canonical words. */
export interface VerificationRequest {
  /** ISO 3166-1 alpha-2, upper case. Empty when `offerId` pins an offer and the caller named none. */
  readonly country: string;
  /** Canonical slug, or empty as for `country`. */
  readonly service: string;
  readonly capability: Capability;
  readonly strategy: Strategy;
  readonly maxPrice?: Money;
  readonly minSuccessRate?: number;
  /** Only these; empty for all. */
  readonly upstreams: readonly string[];
  readonly excludeUpstreams: readonly string[];
  readonly offerId?: string;
  readonly areaCode?: string;
  /** Waits on this rental's number, and buys none. */
  readonly rentalId?: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** What a caller says was wrong with a verification. */
export type Problem = "NUMBER_REJECTED" | "NUMBER_ALREADY_USED" | "CODE_MISSING" | "CODE_WRONG" | "CODE_LATE";

export type Outcome = "BOUGHT" | "REFUSED" | "UNCERTAIN";

/** One try to buy at one upstream. */
export interface Attempt {
  readonly upstream: string;
  readonly offerId: string;
  /** Absent while the call is under way, or was when the daemon last stopped. */
  readonly outcome?: Outcome;
  /** Why it was refused, or is uncertain. */
  readonly reason?: Reason;
  readonly quotedPrice: Money;
  readonly startTime: Date;
  readonly endTime?: Date;
  /** One sentence: why this offer, with the numbers. */
  readonly explanation: string;
}

export interface Message {
  /** Unique within its verification; the upstream's own where there is one. */
  readonly messageId: string;
  readonly sender?: string;
  /** Empty where the upstream hands out nothing but the code. */
  readonly text: string;
  /** As the upstream read it; where it hands out the text alone, as the gateway did. Absent when that is not certain. */
  readonly code?: string;
  /** When the upstream says it came, else when the gateway saw it. */
  readonly receiveTime: Date;
  /** Seen after the verification had ended. */
  readonly late: boolean;
}

/** One number, for one service, for one code. */
export interface Verification {
  readonly verificationId: string;
  /** 1 at first; grows with every recorded change, so that of two states the newer can be told. */
  readonly version: number;
  readonly caller: string;
  readonly requestId: string;
  readonly request: VerificationRequest;
  readonly country: string;
  readonly service: string;
  readonly status: VerificationStatus;
  /** E.164. Present once bought. */
  readonly phoneNumber?: string;
  /** As the upstream wrote it, to be sent back to it unchanged. */
  readonly numberAsSold?: string;
  readonly code?: string;
  /** In the order in which the gateway saw them: what an upstream says of its time may be wrong. */
  readonly messages: readonly Message[];
  readonly upstream?: string;
  /** The upstream's provider then: its id may since have been given to another provider, which knows no such order. */
  readonly provider?: string;
  readonly offerId?: string;
  /** The offer's ref, kept because the catalogue may have moved on. */
  readonly offerRef?: string;
  /** What the upstream calls the order. */
  readonly orderRef?: string;
  /** What the upstream charged. */
  readonly price?: Money;
  readonly quotedPrice?: Money;
  /** What came back, at most the price; absent while that is not known. */
  readonly refund?: Money;
  readonly createTime: Date;
  readonly expireTime?: Date;
  readonly cancellableTime?: Date;
  readonly codeTime?: Date;
  readonly endTime?: Date;
  readonly attempts: readonly Attempt[];
}
