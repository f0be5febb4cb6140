import { describe, expect, it } from "vitest";
import { UpstreamState } from "../../gen/numgate/v1/catalog_pb.ts";
import { Capability, Product } from "../../gen/numgate/v1/offer_pb.ts";
import { buy, reasonOf, startGateway, usd } from "../support/gateway.ts";

describe("the catalogue", () => {
  it("lists the countries of a service, with how many offers and from what price", async () => {
    const { catalog } = await startGateway();
    const { countries } = await catalog.listCountries({ product: Product.VERIFICATION, service: "whatsapp" });
    expect(countries.length).toBeGreaterThan(5);
    expect(countries.find(({ countryCode }) => countryCode === "US")).toMatchObject({
      displayName: "United States",
      offerCount: 3,
      minPrice: { currencyCode: "USD", nanos: 400_000_000 },
    });
  });

  it("lists the services of a country, found by a part of their name", async () => {
    const { catalog } = await startGateway();
    const { services } = await catalog.listServices({ countryCode: "us", search: "whats" });
    expect(services).toMatchObject([{ service: "whatsapp", displayName: "WhatsApp" }]);
  });

  it("lists offers page by page, each once", async () => {
    const { catalog } = await startGateway();
    const whole = await catalog.listOffers({ product: Product.VERIFICATION, countryCode: "US", pageSize: 1000 });
    const ids: string[] = [];
    let pageToken = "";
    do {
      const page = await catalog.listOffers({
        product: Product.VERIFICATION,
        countryCode: "US",
        pageSize: 7,
        pageToken,
      });
      expect(page.totalSize).toBe(whole.totalSize);
      ids.push(...page.offers.map(({ offerId }) => offerId));
      pageToken = page.nextPageToken;
    } while (pageToken);
    expect(ids).toEqual(whole.offers.map(({ offerId }) => offerId));
    expect(new Set(ids).size).toBe(whole.totalSize);
  });

  it("has eSIM plans, which are of no service, and those of no country in none", async () => {
    const { catalog } = await startGateway();
    const product = Product.ESIM;
    const { offers } = await catalog.listOffers({ product });
    expect(offers.length).toBeGreaterThan(0);
    for (const { offerId } of offers) {
      expect((await catalog.getOffer({ offerId })).offer).toMatchObject({ countryCode: "", service: "" });
    }
    expect(offers.map(({ service }) => service)).toEqual(offers.map(() => ""));
    expect((await catalog.listCountries({ product })).countries).toEqual([]);
    expect((await catalog.listServices({ product })).services).toEqual([]);
    const { countries } = await catalog.listCountries({});
    expect(countries.map(({ countryCode }) => countryCode)).not.toContain("");
    const { services } = await catalog.listServices({ search: "esim" });
    expect(services).toEqual([]);
  });

  it("filters offers by capability, price and stock", async () => {
    const { catalog } = await startGateway();
    const us = { product: Product.VERIFICATION, countryCode: "US", service: "whatsapp" };
    const list = async (filter: object) => (await catalog.listOffers({ ...us, ...filter })).offers.length;
    expect(await list({ capability: Capability.VOICE })).toBe(1);
    expect(await list({ maxPrice: usd(0, 45) })).toBe(2);
    expect(await list({ upstreams: ["ping"] })).toBe(1);
  });

  it("tells more of one offer when the upstream is asked about it", async () => {
    const gateway = await startGateway();
    const offerId = "ping:svc_abc123def456";
    const { offer } = await gateway.catalog.getOffer({ offerId });
    expect(offer?.publishedSuccessRate).toBeUndefined();
    const refreshed = (await gateway.catalog.getOffer({ offerId, refresh: true })).offer;
    expect(refreshed?.publishedSuccessRate).toBeGreaterThan(0.5);
    expect(Number(refreshed?.publishedWait?.seconds)).toBeGreaterThan(0);
    expect((await buy(gateway, { minSuccessRate: 0.5 })).offerId).toBe(offerId);
    expect(await reasonOf(gateway.catalog.getOffer({ offerId: "ping:nothing" }))).toMatchObject({
      reason: "NOT_FOUND",
    });
  });

  it("shows each upstream with its balance, its limits and what is open there", async () => {
    const gateway = await startGateway();
    await buy(gateway);
    const { upstreams } = await gateway.catalog.listUpstreams({});
    expect(upstreams.map(({ upstream }) => upstream)).toEqual(["ping", "smsverificationservice"]);
    expect(upstreams[1]).toMatchObject({
      provider: "smsverificationservice",
      state: UpstreamState.READY,
      balance: { currencyCode: "USD", units: 999n, nanos: 600_000_000 },
      openOrders: 1,
      features: expect.arrayContaining(["balance", "verification.cancel", "rental.rent"]),
    });
    const [limit] = upstreams[1]?.rateLimits ?? [];
    expect(limit).toMatchObject({ name: "account", limit: 60 });
    expect(limit?.remaining).toBeLessThan(60);
  });

  it("says which upstream's offers are missing, and why", async () => {
    const { catalog } = await startGateway({
      upstreams: ({ baseUrls }) => `
upstreams:
  - { id: good, provider: ping, api_key: sandbox, base_url: "${baseUrls.ping}" }
  - { id: down, provider: ping, api_key: sandbox, base_url: "http://127.0.0.1:1/nowhere" }`,
    });
    const { offers, unreachable } = await catalog.listOffers({ countryCode: "US", service: "whatsapp" });
    expect(offers.every(({ upstream }) => upstream === "good")).toBe(true);
    expect(unreachable).toMatchObject([{ upstream: "down", reason: "UPSTREAMS_UNAVAILABLE" }]);
  });
});
