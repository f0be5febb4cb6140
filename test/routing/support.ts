import { pino } from "pino";
import type { Caller } from "../../src/core/caller.ts";
import { LOCAL_CALLER } from "../../src/core/caller.ts";
import type { Money } from "../../src/core/money.ts";
import type { Offer } from "../../src/core/offer.ts";
import type { Rates } from "../../src/core/rates.ts";
import type { Learned, Store } from "../../src/core/store.ts";
import type { Upstream } from "../../src/core/upstream.ts";
import type { Verification, VerificationRequest } from "../../src/core/verification.ts";
import { createRouter, type Router } from "../../src/routing/router.ts";
import { createHandClock, type HandClock } from "../support/clock.ts";

export const usd = (micros: bigint): Money => ({ currency: "USD", micros });

export function offer(ref: string, fields: Partial<Offer> = {}): Offer {
  const upstream = fields.upstream ?? "acme";
  return {
    offerId: `${upstream}:${ref}`,
    upstream,
    provider: "acme",
    ref,
    product: "VERIFICATION",
    country: "US",
    service: "whatsapp",
    serviceName: "WhatsApp",
    capabilities: ["SMS"],
    price: usd(500_000n),
    available: true,
    availableCount: undefined,
    publishedSuccessRate: undefined,
    publishedWaitMs: undefined,
    curated: false,
    supportsAreaCode: false,
    rentalTerms: [],
    esimPlan: undefined,
    fetchTime: new Date("2026-05-01T12:00:00Z"),
    ...fields,
  };
}

export function request(fields: Partial<VerificationRequest> = {}): VerificationRequest {
  return {
    country: "US",
    service: "whatsapp",
    capability: "SMS",
    strategy: "CHEAPEST",
    upstreams: [],
    excludeUpstreams: [],
    labels: {},
    ...fields,
  };
}

export function caller(fields: Partial<Caller>): Caller {
  return { ...LOCAL_CALLER, ...fields };
}

/** The part of a store that keeps what was learned. */
export function learnedStore(): Pick<Store, "saveLearned" | "loadLearned"> & { readonly rows: Map<string, Learned> } {
  const rows = new Map<string, Learned>();
  return {
    rows,
    async saveLearned(learned) {
      for (const row of learned) rows.set(`${row.kind} ${row.key}`, row);
    },
    loadLearned: async (kind) => [...rows.values()].filter((row) => row.kind === kind),
  };
}

export interface RouterVisit {
  readonly router: Router;
  readonly clock: HandClock;
  readonly store: ReturnType<typeof learnedStore>;
}

/** A router that knows nothing, or what the store of another has. */
export async function visitRouter({
  rates = new Map(),
  offers = [],
  upstreams = [],
  store = learnedStore(),
  clock = createHandClock(),
  open = [],
}: {
  rates?: Rates;
  offers?: readonly Offer[];
  upstreams?: readonly Upstream[];
  store?: ReturnType<typeof learnedStore>;
  clock?: HandClock;
  open?: readonly Verification[];
} = {}): Promise<RouterVisit> {
  const router = createRouter({
    store,
    clock,
    log: pino({ level: "silent" }),
    rates,
    findUpstream: (id) => upstreams.find((upstream) => upstream.id === id),
    findOffer: (offerId) => offers.find((known) => known.offerId === offerId),
  });
  await router.start(open);
  return { router, clock, store };
}

/** Verifications of one router, led through their lives by hand; each state is observed as it comes. */
export function createLives({ router, clock }: RouterVisit) {
  let number = 0;

  return {
    /** A number is bought from the offer now. */
    buy(from: Offer, id = `ver_${++number}`): Verification {
      const now = new Date(clock.now());
      const price = from.price ?? usd(0n);
      const bought: Verification = {
        verificationId: id,
        version: 1,
        caller: "local",
        requestId: id,
        request: request({ country: from.country, service: from.service }),
        country: from.country,
        service: from.service,
        status: "WAITING",
        messages: [],
        upstream: from.upstream,
        offerId: from.offerId,
        price,
        createTime: now,
        expireTime: new Date(clock.now() + 20 * 60_000),
        attempts: [
          {
            upstream: from.upstream,
            offerId: from.offerId,
            outcome: "BOUGHT",
            quotedPrice: price,
            startTime: now,
            endTime: now,
            explanation: "",
          },
        ],
      };
      router.observe(bought);
      return bought;
    },

    /** The upstream refuses to sell. */
    refuse(from: Offer, reason: "NO_NUMBERS" | "UPSTREAM_FUNDS" = "NO_NUMBERS"): void {
      const { upstream: _, offerId: __, price: ___, ...bought } = this.buyQuietly(from);
      const attempts = bought.attempts.map((attempt) => ({ ...attempt, outcome: "REFUSED" as const, reason }));
      router.observe({ ...bought, status: "PENDING", attempts });
      router.observe({ ...bought, status: "FAILED", attempts });
    },

    buyQuietly(from: Offer): Verification {
      const silent = createLives({ router: { ...router, observe: () => {} }, clock, store: learnedStore() });
      return silent.buy(from, `ver_${++number}`);
    },

    /** Its code comes now. */
    receive(verification: Verification): Verification {
      const now = new Date(clock.now());
      const messages = [
        ...verification.messages,
        { messageId: `${clock.now()}`, text: "1234", code: "1234", receiveTime: now, late: false },
      ];
      const received: Verification = { ...verification, status: "RECEIVED", code: "1234", codeTime: now, messages };
      router.observe(received);
      return received;
    },

    end(verification: Verification, status: "EXPIRED" | "CANCELLED" | "COMPLETED", refund?: Money): Verification {
      const ended = { ...verification, status, endTime: new Date(clock.now()), ...(refund && { refund }) };
      router.observe(ended);
      return ended;
    },
  };
}
