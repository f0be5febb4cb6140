import type { Caller } from "../../core/caller.ts";
import { timeLimit, UNINTERRUPTED } from "../../core/clock.ts";
import { GatewayError, UpstreamFault } from "../../core/error.ts";
import type { Money } from "../../core/money.ts";
import { compareWorth, isAtMost } from "../../core/rates.ts";
import { persist } from "../persist.ts";
import { notConfigured } from "../sold-at.ts";
import {
  asFailure,
  type Deal,
  type Quoted,
  type SaleTerms,
  type Trade,
  type TradeParts,
  uncertainPurchase,
} from "./trade.ts";
import { createTurnedAway } from "./turned-away.ts";

/** An upstream whose rate limit leaves no room for so long is passed over for the next one. */
const SLOT_PATIENCE_MS = 2_000;

/**
 * Buys from the first candidate that sells. Only a definite refusal moves on to the next one, as does a budget that the
 * price would pass; an answer that cannot be believed ends it with PURCHASE_UNCERTAIN, the money still reserved. Once
 * `patience` aborts nothing more is tried, but a call that was sent is heard out.
 */
export type Buy<State, Ask> = (
  deal: Deal<Ask>,
  candidates: readonly Quoted[],
  caller: Caller,
  patience: AbortSignal,
) => Promise<State>;

/** The one way in which anything is bought: the intent is committed, one call is made, its outcome is committed. */
export function createTrader<State, Ask, Sold extends { readonly price?: Money }>(
  parts: TradeParts,
  trade: Trade<State, Ask, Sold>,
): Buy<State, Ask> {
  const { upstreams, clock, log, rates } = parts;
  const { records, idField } = trade;
  const now = () => new Date(clock.now());

  async function commit(command: () => Promise<State>): Promise<State> {
    const state = await persist(parts, command);
    trade.publish(state);
    return state;
  }

  /** One call to one upstream: the intent is committed before it, the outcome after. */
  async function attempt(
    { id, ask, bounds }: Deal<Ask>,
    candidate: Quoted,
    explanation: string,
    caller: Caller,
    patience: AbortSignal,
  ): Promise<State> {
    const { offer, price: quoted } = candidate;
    const upstream = upstreams.get(offer.upstream);
    const request = upstream && trade.request(upstream, offer.ref, ask, UNINTERRUPTED);
    if (!request) throw notConfigured(offer.upstream);
    let intended = false;
    let sold: Sold;
    try {
      sold = await upstream.run(
        trade.verb,
        async () => {
          const { upstream, provider, offerId, ref: offerRef, country, service } = offer;
          const place = { upstream, provider, offerId, offerRef, country, service };
          const intent = { ...place, quotedPrice: quoted, explanation, time: now() };
          trade.publish(await records.beginAttempt(id, caller, intent));
          intended = true;
          return await request();
        },
        patience,
      );
    } catch (error) {
      if (!intended) return notSent(id, error);
      const refused = definiteRefusal(error, offer.upstream);
      if (refused) {
        await commit(() => records.recordRefusal(id, refused.reason, now()));
        throw refused;
      }
      await doubt(id);
      if (!(error instanceof UpstreamFault)) throw error;
      throw uncertainPurchase(trade, id, offer.upstream);
    }
    const { price = quoted } = sold;
    const tooMuch = !bounds.every((bound) => isAtMost(price, bound, rates));
    return record(id, sold, { ask, upstream, offer, quoted, time: now(), tooMuch });
  }

  async function doubt(id: string): Promise<void> {
    trade.doubted(await commit(() => records.recordUncertain(id, now())));
  }

  /**
   * A refusal of ours or of the limits is for the next candidate. A store that fails ends the purchase: the caller is told
   * at once, and not when the store can say so too.
   */
  function notSent(id: string, error: unknown): never {
    if (!(error instanceof GatewayError)) {
      commit(() => records.recordFailure(id, now())).catch((reason: unknown) => {
        log.error({ err: reason, orderId: id }, "a purchase that was not sent could not be recorded as failed");
      });
    }
    throw error;
  }

  async function record(id: string, sold: Sold, terms: SaleTerms<Ask>): Promise<State> {
    try {
      return await commit(() => trade.record(id, sold, terms));
    } catch (error) {
      const upstream = terms.upstream.id;
      log.error({ err: error, orderId: id, upstream }, "something was bought and could not be recorded");
      await doubt(id);
      throw uncertainPurchase(trade, id, upstream);
    }
  }

  return async (deal, candidates, caller, patience) => {
    let refusal: GatewayError | undefined;
    let tooDear: Money | undefined;
    const turnedAway = createTurnedAway(parts);
    for (const [place, candidate] of candidates.entries()) {
      if (patience.aborted) break;
      if (turnedAway.passesOver(candidate)) continue;
      if (tooDear && (compareWorth(candidate.price, tooDear, rates) ?? -1) >= 0) continue;
      // The last one is waited for as long as the caller waits.
      const slot = candidate === candidates.at(-1) ? undefined : timeLimit(clock, SLOT_PATIENCE_MS);
      const signal = slot ? AbortSignal.any([patience, slot.signal]) : patience;
      const explanation = `${candidate.explain()}${turnedAway.tell()}`;
      const result = await attempt(deal, candidate, explanation, caller, signal)
        .catch((error: unknown) => {
          if (!(error instanceof GatewayError) || error.reason === "PURCHASE_UNCERTAIN") throw error;
          return error;
        })
        .finally(slot?.callOff);
      if (!(result instanceof GatewayError)) return result;
      refusal = result;
      if (result.reason === "BUDGET_EXCEEDED") tooDear = candidate.price;
      await turnedAway.refused(candidate, result, candidates.slice(place + 1));
    }
    await commit(() => records.recordFailure(deal.id, now()));
    throw asFailure(refusal ?? outOfTime(), idField, deal.id);
  };
}

/** What makes it certain that nothing was sold: the upstream's own word, or a request that never left. */
function definiteRefusal(error: unknown, upstream: string): GatewayError | undefined {
  if (error instanceof GatewayError) return error;
  if (!(error instanceof UpstreamFault) || error.sent) return undefined;
  return new GatewayError("UPSTREAMS_UNAVAILABLE", `${upstream} cannot be reached`, {
    metadata: { upstream },
    retryAfterMs: 10_000,
  });
}

function outOfTime(): GatewayError {
  return new GatewayError("UPSTREAMS_UNAVAILABLE", "no upstream could be asked in time", { retryAfterMs: 5_000 });
}
