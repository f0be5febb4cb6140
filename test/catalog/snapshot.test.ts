import { describe, expect, it } from "vitest";
import type { Listing } from "../../src/core/desks.ts";
import { listing, offersOf, snapshotOf, usd } from "./fakes.ts";

const TIME = new Date("2026-05-01T12:00:00Z");

async function fold(...listings: readonly Listing[]) {
  const snapshot = await snapshotOf({ id: "main", provider: "acme" }, listings, TIME);
  return { offers: offersOf(snapshot), unresolved: snapshot.unresolved };
}

describe("a snapshot", () => {
  it("says in the gateway's words what the upstream sells", async () => {
    const { offers, unresolved } = await fold(
      listing("svc_1", { country: "England", serviceName: "Whatsapp24", availableCount: 3, curated: true }),
    );
    expect(unresolved).toEqual([]);
    expect(offers).toEqual([
      {
        offerId: "main:svc_1",
        upstream: "main",
        provider: "acme",
        ref: "svc_1",
        product: "VERIFICATION",
        country: "GB",
        service: "whatsapp",
        serviceName: "Whatsapp24",
        capabilities: ["SMS"],
        price: usd(0.5),
        available: true,
        availableCount: 3,
        publishedSuccessRate: undefined,
        publishedWaitMs: undefined,
        curated: true,
        supportsAreaCode: false,
        rentalTerms: [],
        esimPlan: undefined,
        fetchTime: TIME,
      },
    ]);
  });

  it("offers one listing under each of its names, each with an id of its own", async () => {
    const { offers } = await fold(listing("7", { serviceName: "Google / YouTube / Gmail" }));
    expect(offers.map(({ offerId, service, serviceName, ref }) => [offerId, service, serviceName, ref])).toEqual([
      ["main:7/gmail", "gmail", "Google / YouTube / Gmail", "7"],
      ["main:7/google", "google", "Google / YouTube / Gmail", "7"],
      ["main:7/youtube", "youtube", "Google / YouTube / Gmail", "7"],
    ]);
  });

  it("leaves out and reports what it cannot name, price or refer to", async () => {
    const { offers, unresolved } = await fold(
      listing("1", { country: "Atlantis" }),
      listing("2", { country: "Atlantis" }),
      listing("3", { serviceName: "???" }),
      listing("with space", { serviceName: "A" }),
      listing("5", { serviceName: "B", price: { currency: "usd", micros: 1n } }),
      listing("6", { serviceName: "C", price: { currency: "USD", micros: -1n } }),
      listing("7"),
    );
    expect(offers.map(({ ref }) => ref)).toEqual(["7"]);
    expect(unresolved).toEqual(["Atlantis", "???", "A: unusable ref", "B: unusable price", "C: unusable price"]);
  });

  it("keeps a listing without a price", async () => {
    const { price: _, ...unpriced } = listing("1");
    expect((await fold(unpriced)).offers[0]?.price).toBeUndefined();
  });

  it("believes the newest of several listings with one ref, whatever it was called before", async () => {
    const { offers } = await fold(
      listing("1", { serviceName: "Google / YouTube" }),
      listing("2"),
      listing("1", { serviceName: "Telegram", price: usd(0.7) }),
    );
    expect(offers.map(({ offerId, service, price }) => [offerId, service, price])).toEqual([
      ["main:1", "telegram", usd(0.7)],
      ["main:2", "whatsapp", usd(0.5)],
    ]);
  });

  it("bounds the upstream's text", async () => {
    const listings = Array.from({ length: 500 }, (_, n) =>
      listing(`${n}`, { country: `Atl\u0000antis\n${n} ${"x".repeat(1e4)}` }),
    );
    const { unresolved } = await fold(...listings);
    expect(unresolved).toHaveLength(100);
    for (const name of unresolved) {
      expect(name.length).toBeLessThanOrEqual(80);
      expect(name).not.toMatch(/\p{C}/u);
    }
    expect((await fold(listing("1", { serviceName: "Some\u0007 App\u202e" }))).offers[0]?.serviceName).toBe("Some App");
    expect((await fold(listing("1", { serviceName: "x".repeat(201) }))).offers).toEqual([]);
    expect((await fold(listing("x".repeat(257)))).offers).toEqual([]);
  });

  it.each([
    { availableCount: Number.NaN, successRate: 95, waitMs: -1 },
    { availableCount: 2 ** 31, successRate: -0.1, waitMs: 86_400_001 },
    { availableCount: Number.POSITIVE_INFINITY, successRate: Number.NaN, waitMs: Number.POSITIVE_INFINITY },
  ])("takes a number that cannot be for none: %o", async (numbers) => {
    const [offer] = (await fold(listing("1", numbers))).offers;
    expect(offer).toMatchObject({
      availableCount: undefined,
      publishedSuccessRate: undefined,
      publishedWaitMs: undefined,
    });
  });
});
