import { expect, it } from "vitest";
import type { CatalogSnapshot } from "../../src/core/catalog.ts";
import type { Listing } from "../../src/core/desks.ts";
import type { Store } from "../../src/core/store.ts";
import { offersOf, snapshotOf } from "../catalog/fakes.ts";
import { aWish, created, minutesLater, NOON, usd } from "./samples.ts";

const LISTING: Listing = {
  ref: "17",
  product: "VERIFICATION",
  country: "GB",
  serviceName: "WhatsApp / Business",
  capabilities: ["SMS", "VOICE"],
  price: usd("0.50"),
  available: true,
  availableCount: 12,
  successRate: 0.875,
  waitMs: 15_000,
  curated: true,
};

const SPARSE: Listing = {
  ref: "18",
  product: "RENTAL",
  country: "United States",
  serviceName: "Ünïcode ✆",
  capabilities: [],
  available: false,
  supportsAreaCode: true,
  rentalTerms: [
    { days: 3, price: usd("4.00") },
    { minDays: 4, maxDays: 30, pricePerDay: undefined },
  ],
  esimPlan: { dataGb: 0.5, validityDays: 30 },
};

function catalogOf(id: string, ...listings: readonly Listing[]): Promise<CatalogSnapshot> {
  return snapshotOf({ id, provider: "acmesms" }, listings, minutesLater(2));
}

export function keepsakeClaims(store: () => Store): void {
  it("keeps the newest catalogue of each upstream, to the last field", async () => {
    const huge = { ...LISTING, ref: "19", price: { currency: "EUR", micros: 2n ** 60n }, availableCount: 0 };
    const nowhere = { ...LISTING, ref: "20", country: "Atlantis" };
    const lists = { countries: [{ id: "7", name: "Côte d'Ivoire" }] };
    const inPart = { ...(await catalogOf("zeta")), missing: "1 of 2 parts could not be read", lists };
    const catalogs = [await catalogOf("acme", LISTING, SPARSE, huge, nowhere), inPart];
    await store().saveCatalog(await catalogOf("acme", LISTING));
    for (const catalog of catalogs) await store().saveCatalog(catalog);
    const loaded = await store().loadCatalogs();
    expect(loaded).toStrictEqual(catalogs);
    expect(loaded.map(offersOf)).toStrictEqual(catalogs.map(offersOf));
  });

  it("remembers calls, oldest first, and forgets an upstream's old ones alone", async () => {
    const call = (upstream: string, minute: number) => ({
      upstream,
      verb: "check" as const,
      time: minutesLater(minute),
    });
    for (const sent of [call("zeta", 0), call("acme", 1), call("acme", 2)]) await store().recordCall(sent, NOON);
    expect(await store().callsSince(minutesLater(1))).toStrictEqual([call("acme", 1), call("acme", 2)]);

    await store().recordCall(call("acme", 3), minutesLater(2));
    expect(await store().callsSince(NOON)).toStrictEqual([call("zeta", 0), call("acme", 2), call("acme", 3)]);
  });

  it("keeps what was learned by its kind and key, the newest alone", async () => {
    const learned = (kind: string, key: string, value: string, minute: number) => ({
      kind,
      key,
      value,
      time: minutesLater(minute),
    });
    await store().saveLearned([]);
    await store().saveLearned([learned("delay", "b", "1", 0), learned("delay", "a", "2", 0)]);
    await store().saveLearned([learned("delay", "b", "3", 1), learned("delivery", "b", "4", 1)]);
    expect(await store().loadLearned("delay")).toStrictEqual([
      learned("delay", "a", "2", 0),
      learned("delay", "b", "3", 1),
    ]);
    expect(await store().loadLearned("price")).toStrictEqual([]);
  });

  it("finishes what is queued when it closes, and refuses what comes after", async () => {
    const queued = Array.from({ length: 600 }, () => created(store()));
    const closed = store().close();
    expect(await Promise.all(queued)).toHaveLength(600);
    await closed;
    await expect(store().createVerification(aWish())).rejects.toThrow("the store is closed");
    await expect(store().openVerifications()).rejects.toThrow("the store is closed");
    await store().close();
  });
}
