import { LRUCache } from "lru-cache";
import type { Clock } from "../core/clock.ts";
import type { Listing } from "../core/desks.ts";
import { GatewayError, UpstreamFault } from "../core/error.ts";
import type { Offer } from "../core/offer.ts";
import type { Upstream } from "../core/upstream.ts";
import { type Facts, factsOf } from "./facts.ts";
import { copyOf } from "./listed-offer.ts";
import { isPrice, termsOf } from "./terms.ts";

/** The success rate and the wait are on no list, so they outlive the list's next refresh, but not for ever. */
const LIFETIME_MS = 60 * 60_000;
const MOST_DETAILS = 10_000;

/** What upstreams say of single offers when asked, beside their lists. */
export interface Details {
  /**
   * Asks the upstream of the offer: one request, however many wait for it. Does nothing where the upstream has no page
   * for a single offer.
   */
  ask(offer: Offer): Promise<void>;
  /** The offer with all that is known of it. */
  apply(offer: Offer): Offer;
  /** The offer with its rates only: where its price decides its place, that stays the list's. */
  applyRates(offer: Offer): Offer;
  /** Resolves once no request is under way. */
  idle(): Promise<void>;
}

export interface DetailsParts {
  readonly upstreams: readonly Upstream[];
  readonly clock: Clock;
  /** Ends the requests under way. Never a caller's own: others may wait for the same answer. */
  readonly signal: AbortSignal;
}

type Said = Partial<Facts & Pick<Offer, "rentalTerms">>;

interface Detail {
  readonly facts: Said;
  readonly time: number;
}

export function createDetails({ upstreams, clock, signal }: DetailsParts): Details {
  const details = new LRUCache<string, Detail>({ max: MOST_DETAILS, ttl: LIFETIME_MS, ttlResolution: 0, perf: clock });
  /** Upstreams that were asked: the others' offers need not be looked up, for which their refs would have to be read. */
  const asked = new Set<string>();
  const underWay = new Map<string, Promise<void>>();

  function detailOf(offer: Offer): Detail | undefined {
    return asked.has(offer.upstream) ? details.get(keyOf(offer)) : undefined;
  }

  async function fetchDetail(offer: Offer): Promise<void> {
    const upstream = upstreams.find(({ id }) => id === offer.upstream);
    const detail = upstream?.desks.catalog.detail?.bind(upstream.desks.catalog);
    if (!upstream || !detail) return;
    try {
      const listing = await upstream.run("detail", () => detail(offer.ref, signal), signal);
      asked.add(upstream.id);
      details.set(keyOf(offer), { facts: saidBy(listing), time: clock.now() });
    } catch (error) {
      if (!(error instanceof UpstreamFault)) throw error;
      const message = `${upstream.id} gave no answer that can be used: ${error.message}`;
      throw new GatewayError("UPSTREAMS_UNAVAILABLE", message, { metadata: { upstream: upstream.id } });
    }
  }

  return {
    ask(offer) {
      const key = keyOf(offer);
      const before = underWay.get(key);
      if (before) return before;
      const asking = fetchDetail(offer).finally(() => underWay.delete(key));
      underWay.set(key, asking);
      return asking;
    },
    apply(offer) {
      const detail = detailOf(offer);
      if (!detail) return offer;
      if (detail.time < offer.fetchTime.getTime()) return withRates(offer, detail);
      return copyOf(offer, { ...detail.facts, fetchTime: new Date(detail.time) });
    },
    applyRates(offer) {
      const detail = detailOf(offer);
      return detail ? withRates(offer, detail) : offer;
    },
    async idle() {
      await Promise.allSettled(underWay.values());
    },
  };
}

/** One ref may be offered under several services. */
function keyOf({ upstream, ref }: Offer): string {
  return `${upstream}:${ref}`;
}

function withRates(offer: Offer, { facts: { publishedSuccessRate, publishedWaitMs } }: Detail): Offer {
  return copyOf(offer, {
    publishedSuccessRate: publishedSuccessRate ?? offer.publishedSuccessRate,
    publishedWaitMs: publishedWaitMs ?? offer.publishedWaitMs,
  });
}

/** Only what the listing does say, so that it takes nothing away from what the list said. */
function saidBy(listing: Listing): Said {
  const { price, available, ...others } = factsOf(listing);
  const rentalTerms = termsOf(listing);
  const facts = {
    ...others,
    ...(price && isPrice(price) && { price }),
    ...(listing.available !== undefined && { available }),
    ...(rentalTerms.length > 0 && { rentalTerms }),
  };
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}
