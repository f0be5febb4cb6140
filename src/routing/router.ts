import type { Logger } from "pino";
import type { Caller } from "../core/caller.ts";
import type { Clock } from "../core/clock.ts";
import type { Money } from "../core/money.ts";
import type { Offer } from "../core/offer.ts";
import type { Rates } from "../core/rates.ts";
import type { Store } from "../core/store.ts";
import type { CallEnd, Upstream, UpstreamState } from "../core/upstream.ts";
import type { Problem, Verification, VerificationRequest } from "../core/verification.ts";
import { type Bar, createAccess } from "./access.ts";
import { createBench } from "./bench.ts";
import { type Asked, priceBounds } from "./constraints.ts";
import { createDeliveries } from "./delivery.ts";
import { createEstimates } from "./estimates.ts";
import { createLosses } from "./losses.ts";
import { createMemory } from "./memory.ts";
import { createOutages } from "./outages.ts";
import { createOutcomes } from "./outcomes.ts";
import { type Place, placeAt } from "./place.ts";
import { createProber } from "./probe.ts";
import { type Excluded, type Knowledge, type Known, type Ranking, rank } from "./rank.ts";
import { createReports } from "./reports.ts";
import { createStock } from "./stock.ts";
import { rentalQuote } from "./terms.ts";

/** A purchase that was to find out whether an outage is over, and never was made, keeps others from it so long. */
const CLAIM_MS = 60_000;

/** What is known of an upstream, for operators. */
export interface Standing {
  readonly state: UpstreamState;
  /** Present while it is benched. */
  readonly benchedUntil?: number;
  /** Present while the breaker is open: nothing is asked of it before, for nothing. */
  readonly breakerUntil?: number;
  readonly benchedPlaces: readonly { readonly place: Place; readonly until: number }[];
}

/** What this daemon has seen of an offer's place. */
export interface Observed {
  readonly successRate: number | undefined;
  readonly sampleCount: number;
}

/** Chooses among offers, and learns from what becomes of the choices. */
export interface Router {
  /**
   * Which offers are to be tried for a request, in which order. With the id of a verification it is that purchase's own
   * ranking, which may explore, and may be the one that tries what was benched; without, it changes nothing. The same
   * id with the same offers and the same knowledge gives the same ranking.
   */
  rank(offers: readonly Offer[], request: VerificationRequest, caller: Caller, order?: string): Ranking;
  /** As `rank`, for a rental of exactly so many days; by its price. */
  rankRentals(offers: readonly Offer[], days: number, request: VerificationRequest, caller: Caller): Ranking;
  observed(offer: Offer): Observed;
  standing(upstream: string): Standing;

  /**
   * To be called with every committed state of a verification, in their order. One that waits on a rental, where nothing
   * is bought, teaches nothing.
   */
  observe(verification: Verification): void;
  /** To be called before a number is given back for the client's sake. */
  calledOff(verificationId: string): void;
  /** Each problem of a verification counts once. */
  report(verification: Verification, problem: Problem): void;
  /** To be called with the end of every call to an upstream. */
  heard(end: CallEnd): void;
  balanceIs(upstream: string, money: Money): void;

  /** Takes up what an earlier run learned. `open` are its verifications that have not ended. */
  start(open: readonly Verification[]): Promise<void>;
  /** Saves what was learned. */
  stop(): Promise<void>;
}

export interface RouterParts {
  readonly store: Pick<Store, "saveLearned" | "loadLearned">;
  readonly clock: Clock;
  readonly log: Pick<Logger, "warn" | "error">;
  readonly rates: Rates;
  /** Not called before `start`. */
  findUpstream(id: string): Upstream | undefined;
  findOffer(offerId: string): Offer | undefined;
}

const STATE_OF: Readonly<Record<Bar, UpstreamState>> = {
  UPSTREAM_CREDENTIALS: "CREDENTIALS_REJECTED",
  UPSTREAM_FUNDS: "OUT_OF_FUNDS",
  UPSTREAM_UNREACHABLE: "UNREACHABLE",
};

/** What is known of the offers of rentals. */
const UNKNOWN: Known = { estimate: undefined, benching: { state: "playing" }, soldOutUntil: undefined };

export function createRouter({ store, clock, log, rates, findUpstream, findOffer }: RouterParts): Router {
  const memory = createMemory({ store, clock, log });
  const deliveries = createDeliveries(memory);
  const losses = createLosses(memory);
  const stock = createStock(memory);
  const outages = createOutages(memory);
  const estimates = createEstimates({ deliveries, losses, stock, outages });
  const { changed } = estimates;
  const bench = createBench(memory, (place, time, weight) => {
    deliveries.count(place, time, { orders: -weight, codes: 0, logWait: 0, seen: 0 });
    changed(place.upstream);
  });
  const access = createAccess({
    memory,
    rates,
    tellsBalance: (upstream) => findUpstream(upstream)?.desks.balance !== undefined,
  });
  const prober = createProber({ access, findUpstream, clock });
  const reports = createReports({ memory, deliveries, outcomes: () => outcomes, changed });
  const outcomes = createOutcomes({
    deliveries,
    losses,
    stock,
    bench,
    outages,
    access,
    changed,
    claimedShare: (offerId) => findOffer(offerId)?.publishedSuccessRate,
    isReported: reports.isReported,
  });

  function retryAfterMs(excluded: readonly Excluded[]): number | undefined {
    const waits = excluded
      .filter(({ exclusion }) => exclusion === "UPSTREAM_UNREACHABLE")
      .map(({ offer }) => (access.openUntil(offer.upstream) ?? 0) - clock.now());
    return waits.length > 0 ? Math.max(Math.min(...waits), 1_000) : undefined;
  }

  return {
    rank(offers, request, caller, order) {
      const time = clock.now();
      const asked: Asked = {
        request,
        caller,
        rates,
        bounds: priceBounds(request, caller),
        // Of what nothing is known, nothing is promised either. An outage puts an offer back, and never out.
        share: (offer) => {
          const { usualShare, isGrounded } = estimates.of(offer, placeAt(offer), time);
          return isGrounded ? usualShare : 0;
        },
        bar: ({ upstream }, price) => access.barredFor(upstream, price, time),
      };
      const known: Knowledge = {
        of({ offer }) {
          const place = placeAt(offer);
          return {
            estimate: estimates.of(offer, place, time),
            benching: bench.standing(place, time, order),
            soldOutUntil: stock.soldOutUntil(place, offer, time),
          };
        },
        retryAfterMs,
        order,
      };
      const quotes = offers.map((offer) => ({ offer, price: offer.price }));
      const ranking = rank(quotes, asked, known);
      const [first] = ranking.candidates;
      if (order !== undefined && first?.probes) bench.claim(placeAt(first.offer), order, time, time + CLAIM_MS);
      return ranking;
    },

    rankRentals(offers, days, request, caller) {
      const time = clock.now();
      const bar = ({ upstream }: Offer, price: Money | undefined) => access.barredFor(upstream, price, time);
      const asked: Asked = { request, caller, rates, bounds: priceBounds(request, caller), bar };
      return rank(
        offers.map((offer) => rentalQuote(offer, days)),
        asked,
        { of: () => UNKNOWN, retryAfterMs },
      );
    },

    observed(offer) {
      const { seen, seenShare } = deliveries.seenAt(placeAt(offer), clock.now());
      return { successRate: seen > 0 ? seenShare : undefined, sampleCount: seen };
    },

    standing(upstream) {
      const time = clock.now();
      const bar = access.barOf(upstream, time);
      const benchedUntil = bench.upstreamUntil(upstream, time);
      const breakerUntil = access.openUntil(upstream);
      const reach = access.hasFaults(upstream) ? "DEGRADED" : "READY";
      return {
        state: bar ? STATE_OF[bar] : benchedUntil === undefined ? reach : "BENCHED",
        ...(benchedUntil !== undefined && { benchedUntil }),
        ...(breakerUntil !== undefined && { breakerUntil }),
        benchedPlaces: bench.benchedPlaces(upstream, time),
      };
    },

    observe(verification) {
      if (verification.request.rentalId !== undefined) return;
      try {
        outcomes.observe(verification, clock.now());
      } catch (error) {
        // What is learned must not stand in the way of what is done.
        log.error({ err: error, verificationId: verification.verificationId }, "an outcome could not be learned from");
      }
      prober.look(verification.attempts.at(-1)?.upstream ?? "");
    },
    calledOff: outcomes.calledOff,
    report: (verification, problem) => reports.report(verification, problem, clock.now()),
    heard(end) {
      access.heard(end, clock.now());
      prober.look(end.upstream);
    },
    balanceIs(upstream, money) {
      access.balanceIs(upstream, money, clock.now());
      prober.look(upstream);
    },

    async start(open) {
      await memory.load();
      reports.load();
      for (const verification of open) outcomes.resume(verification);
      for (const upstream of access.upstreams()) prober.look(upstream);
    },

    async stop() {
      await prober.stop();
      await memory.stop();
    },
  };
}
