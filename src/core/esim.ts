import type { Money } from "./money.ts";
import type { Attempt } from "./verification.ts";

export type EsimStatus = "PENDING" | "ACTIVE" | "FAILED";

/** What a caller asks for, as the plan was for sale then. */
export interface EsimRequest {
  /** The offer's id. */
  readonly plan: string;
  readonly displayName: string;
  readonly dataGb?: number;
  readonly validityDays?: number;
  readonly maxPrice?: Money;
}

/** An eSIM data plan. */
export interface Esim {
  readonly esimId: string;
  /** 1 at first; grows with every recorded change. */
  readonly version: number;
  readonly caller: string;
  readonly requestId: string;
  readonly request: EsimRequest;
  readonly status: EsimStatus;
  /** A secret of the caller who bought it. */
  readonly activationCode?: string;
  readonly upstream?: string;
  readonly provider?: string;
  readonly offerId?: string;
  readonly offerRef?: string;
  readonly orderRef?: string;
  /** What the upstream charged. */
  readonly price?: Money;
  readonly quotedPrice?: Money;
  readonly createTime: Date;
  readonly endTime?: Date;
  readonly attempts: readonly Attempt[];
}
