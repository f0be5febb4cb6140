import { setImmediate } from "node:timers/promises";
import { createFold } from "../../src/catalog/fold.ts";
import { copyOf } from "../../src/catalog/listed-offer.ts";
import { createOfferRows } from "../../src/catalog/rows.ts";
import type { CatalogSnapshot } from "../../src/core/catalog.ts";
import type { CatalogStep, Listing, Verb } from "../../src/core/desks.ts";
import type { Money } from "../../src/core/money.ts";
import type { Offer } from "../../src/core/offer.ts";
import type { Store } from "../../src/core/store.ts";
import type { Upstream } from "../../src/core/upstream.ts";

/** What an upstream answers to one request; a function is called, and may throw or never answer. */
export type Step = CatalogStep | (() => CatalogStep | Promise<CatalogStep>);

export interface ScriptedUpstream extends Upstream {
  /** One script for each fetch in turn; the last is repeated. */
  readonly fetches: Step[][];
  /** What a single listing's own page says. Absent: there is no such page. */
  detail?: (ref: string) => Listing | Promise<Listing>;
  /** The requests that were made. */
  readonly calls: Verb[];
}

export function scriptedUpstream(id: string, fetches: Step[][], provider = "acme"): ScriptedUpstream {
  const calls: Verb[] = [];
  let fetched = 0;
  const upstream: ScriptedUpstream = {
    id,
    provider,
    fetches,
    calls,
    features: [],
    pollGapMs: 1000,
    lifetimeMs: 60_000,
    desks: {
      catalog: {
        async *listings() {
          const steps = upstream.fetches[Math.min(fetched, upstream.fetches.length - 1)] ?? [];
          fetched += 1;
          for (const step of steps) yield typeof step === "function" ? await step() : step;
        },
        get detail() {
          const { detail } = upstream;
          return detail && (async (ref: string) => detail(ref));
        },
      },
    },
    async run(verb, task) {
      calls.push(verb);
      return task();
    },
    async poll(choose) {
      calls.push("check");
      return choose()?.send();
    },
    limits: () => [],
    lastError: () => undefined,
    async close() {},
  };
  return upstream;
}

export interface FakeStore extends Pick<Store, "saveCatalog" | "loadCatalogs"> {
  readonly saved: CatalogSnapshot[];
}

/** The part of a store that keeps catalogues. */
export function fakeStore(kept: readonly CatalogSnapshot[] = []): FakeStore {
  const saved: CatalogSnapshot[] = [];
  return {
    saved,
    loadCatalogs: async () => kept,
    async saveCatalog(snapshot) {
      saved.push(snapshot);
    },
  };
}

export function usd(units: number): Money {
  return { currency: "USD", micros: BigInt(Math.round(units * 1_000_000)) };
}

export function listing(ref: string, over: Partial<Listing> = {}): Listing {
  return {
    ref,
    product: "VERIFICATION",
    country: "US",
    serviceName: "WhatsApp",
    capabilities: ["SMS"],
    price: usd(0.5),
    ...over,
  };
}

/** Never answers. */
export function silence(): Promise<never> {
  return new Promise(() => {});
}

/** What an upstream that lists this has for sale. */
export async function snapshotOf(
  upstream: Pick<Upstream, "id" | "provider">,
  listings: readonly Listing[],
  time: Date,
): Promise<CatalogSnapshot> {
  const fold = createFold(upstream, setImmediate);
  await fold.add(listings, time);
  return fold.snapshot(time);
}

export function offersOf(snapshot: CatalogSnapshot): readonly Offer[] {
  const rows = createOfferRows(snapshot);
  return Array.from({ length: snapshot.offers.size }, (_, row) => copyOf(rows.offerAt(row)));
}
