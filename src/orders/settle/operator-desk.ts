import { GatewayError } from "../../core/error.ts";
import type { Money } from "../../core/money.ts";
import type { Attempt, Verification } from "../../core/verification.ts";
import type { OrderParts } from "../parts.ts";
import { doubtOf } from "./match.ts";
import type { FoundOrder, Outcomes } from "./outcomes.ts";

/** Where an upstream is not configured any more: what most keep a number for. */
const USUAL_LIFETIME_MS = 20 * 60_000;

export interface UncertainPurchase {
  readonly verification: Verification;
  readonly attempt: Attempt;
  /** What the last look told of it; absent before the first, and when no daemon looks. */
  readonly lastWord?: string;
}

/** What an operator says of an uncertain purchase. */
export type Verdict =
  | { readonly sold: false }
  | { readonly sold: true; readonly price?: Money; readonly order?: Pick<FoundOrder, "orderRef" | "numberAsSold"> };

export interface OperatorDesk {
  /** Oldest first. */
  uncertain(): Promise<readonly UncertainPurchase[]>;

  /**
   * Settles one by hand. Sold with its order, the caller gets the number; sold without, it is paid and FAILED; not sold,
   * it is FAILED. Throws NOT_FOUND for one that is not uncertain, PURCHASE_UNCERTAIN for an order that is another's.
   */
  settle(verificationId: string, verdict: Verdict): Promise<Verification>;
}

export function createOperatorDesk(
  { store, upstreams }: Pick<OrderParts, "store" | "upstreams">,
  outcomes: Outcomes,
  settled: (verification: Verification) => void,
  lastWord: (verificationId: string) => string | undefined,
): OperatorDesk {
  async function uncertain(): Promise<UncertainPurchase[]> {
    return (await store.openVerifications({ status: "PENDING" })).flatMap((verification) => {
      const doubt = doubtOf(verification);
      const word = lastWord(verification.verificationId);
      return doubt ? [{ ...doubt, ...(word !== undefined && { lastWord: word }) }] : [];
    });
  }

  async function record(doubt: UncertainPurchase, verdict: Verdict): Promise<Verification> {
    if (!verdict.sold) return outcomes.notSold(doubt);
    const { price = doubt.attempt.quotedPrice, order } = verdict;
    if (!order) return outcomes.lost(doubt, price);
    const terms = upstreams.get(doubt.attempt.upstream) ?? { lifetimeMs: USUAL_LIFETIME_MS };
    return outcomes.sold(doubt, { ...order, price }, terms);
  }

  return {
    uncertain,
    async settle(verificationId, verdict) {
      const doubt = (await uncertain()).find(({ verification }) => verification.verificationId === verificationId);
      if (!doubt) {
        throw new GatewayError("NOT_FOUND", `there is no uncertain purchase ${verificationId}`, {
          metadata: { verification_id: verificationId },
        });
      }
      const verification = await record(doubt, verdict);
      settled(verification);
      return verification;
    },
  };
}
