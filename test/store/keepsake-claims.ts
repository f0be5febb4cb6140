import { expect, it } from "vitest";
import type { CatalogSnapshot } from "../../src/core/catalog.ts";
import type { Offer } from "../../src/core/offer.ts";
import type { Store } from "../../src/core/store.ts";
import { aWish, created, minutesLater, NOON, usd } from "./samples.ts";

const OFFER: Offer = {
  offerId: "acme:17",
  upstream: "acme",
  provider: "acmesms",
  ref: "17",
  product: "VERIFICATION",
  country: "GB",
  service: "whatsapp",
  serviceName: "WhatsApp / Business",
  capabilities: ["SMS", "VOICE"],
  price: usd("0.50"),
  available: true,
  availableCount: 12,
  publishedSuccessRate: 0.875,
  publishedWaitMs: 15_000,
  curated: true,
  supportsAreaCode: false,
  rentalTerms: [],
  esimPlan: undefined,
  fetchTime: NOON,
};

const SPARSE: Offer = {
  ...OFFER,
  offerId: "acme:18",
  ref: "18",
  product: "RENTAL",
  capabilities: [],
  price: undefined,
  available: false,
  availableCount: undefined,
  publishedSuccessRate: undefined,
  publishedWaitMs: undefined,
  curated: false,
  supportsAreaCode: true,
  rentalTerms: [
    { days: 3, price: usd("4.00") },
    { minDays: 4, maxDays: 30, pricePerDay: undefined },
  ],
  esimPlan: { dataGb: 0.5, validityDays: 30 },
  fetchTime: minutesLater(1),
};

function snapshot(upstream: string, offers: readonly Offer[]): CatalogSnapshot {
  return { upstream, offers, fetchTime: minutesLater(2), unresolved: ["Atlantis"] };
}

export function keepsakeClaims(store: () => Store): void {
  it("keeps the newest catalogue of each upstream, to the last field", async () => {
    const huge = { ...OFFER, offerId: "acme:19", price: { currency: "EUR", micros: 2n ** 60n }, availableCount: 0 };
    const catalogs = [snapshot("acme", [OFFER, SPARSE, huge]), snapshot("zeta", [])];
    await store().saveCatalog(snapshot("acme", [OFFER]));
    for (const catalog of catalogs) await store().saveCatalog(catalog);
    expect(await store().loadCatalogs()).toStrictEqual(catalogs);
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
