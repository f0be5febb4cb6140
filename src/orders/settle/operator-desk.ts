import { GatewayError } from "../../core/error.ts";
import type { Money } from "../../core/money.ts";
import type { PendingPurchase } from "../../core/records.ts";
import type { Attempt } from "../../core/verification.ts";
import type { OrderParts } from "../parts.ts";
import { doubtOf } from "./match.ts";
import type { FoundOrder, OutcomesByProduct, Settled } from "./outcomes.ts";

/** Where an upstream is not configured any more: what most keep a number for. */
const USUAL_LIFETIME_MS = 20 * 60_000;

export interface UncertainPurchase {
  readonly purchase: PendingPurchase;
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
  settle(orderId: string, verdict: Verdict): Promise<Settled>;
}

export function createOperatorDesk(
  { store, upstreams }: Pick<OrderParts, "store" | "upstreams">,
  outcomes: OutcomesByProduct,
  settled: (orderId: string, status: string) => void,
  lastWord: (orderId: string) => string | undefined,
): OperatorDesk {
  async function uncertain(): Promise<UncertainPurchase[]> {
    return (await store.pendingPurchases()).flatMap((purchase) => {
      const doubt = doubtOf(purchase);
      const word = lastWord(purchase.orderId);
      return doubt ? [{ ...doubt, ...(word !== undefined && { lastWord: word }) }] : [];
    });
  }

  async function record(doubt: UncertainPurchase, verdict: Verdict): Promise<Settled> {
    const { [doubt.purchase.product]: outcome } = outcomes;
    if (!verdict.sold) return outcome.notSold(doubt);
    const { price = doubt.attempt.quotedPrice, order } = verdict;
    if (!order) return outcome.lost(doubt, price);
    const terms = upstreams.get(doubt.attempt.upstream) ?? { lifetimeMs: USUAL_LIFETIME_MS };
    return outcome.sold(doubt, { ...order, price }, terms);
  }

  return {
    uncertain,
    async settle(orderId, verdict) {
      const doubt = (await uncertain()).find(({ purchase }) => purchase.orderId === orderId);
      if (!doubt) {
        throw new GatewayError("NOT_FOUND", `there is no uncertain purchase ${orderId}`, {
          metadata: { order_id: orderId },
        });
      }
      const done = await record(doubt, verdict);
      settled(orderId, done.status);
      return done;
    },
  };
}
