import { describe, expect, it } from "vitest";
import { type Catalog, createCatalog } from "../../src/catalog/catalog.ts";
import { createPager } from "../../src/catalog/pages.ts";
import { createView, type View } from "../../src/catalog/view.ts";
import type { Listing } from "../../src/core/desks.ts";
import { GatewayError } from "../../src/core/error.ts";
import { createHandClock, settle } from "../support/clock.ts";
import { fakeStore, listing, scriptedUpstream, usd } from "./fakes.ts";

const MINUTE = 60_000;

/** A catalogue that has loaded what each upstream lists. */
async function stocked(lists: Record<string, readonly Listing[]>) {
  const clock = createHandClock();
  const upstreams = Object.entries(lists).map(([id, list]) => scriptedUpstream(id, [[list]]));
  const catalog = createCatalog({ upstreams, store: fakeStore(), clock, random: () => 0.5 });
  await catalog.start();
  await catalog.ready();
  await settle();
  const change = (id: string, list: readonly Listing[]) => {
    upstreams.find((upstream) => upstream.id === id)?.fetches.push([list]);
  };
  return { catalog, clock, upstreams, change };
}

const ids = (offers: readonly { offerId: string }[]) => offers.map(({ offerId }) => offerId);

function failure(action: () => unknown): GatewayError {
  try {
    action();
  } catch (error) {
    if (error instanceof GatewayError) return error;
  }
  throw new Error("it did not fail as expected");
}

describe("the catalogue", () => {
  it("puts the offers of all upstreams for one service together, cheapest first, those without a price last", async () => {
    const { price: _, ...unpriced } = listing("3");
    const { catalog } = await stocked({
      a: [listing("1", { price: usd(0.9) }), unpriced, listing("4", { country: "GB" })],
      b: [listing("2", { price: usd(0.4) }), listing("5", { product: "RENTAL" })],
    });
    expect(ids(catalog.offersFor("VERIFICATION", "US", "whatsapp"))).toEqual(["b:2", "a:1", "a:3"]);
    expect(catalog.offersFor("VERIFICATION", "US", "telegram")).toEqual([]);
    expect(catalog.findOffer("b:5")?.product).toBe("RENTAL");
    expect(catalog.findOffer("b:9")).toBeUndefined();
  });

  it("never compares amounts in different currencies: the currency comes first", async () => {
    const { catalog } = await stocked({
      a: [
        listing("1", { price: { currency: "USD", micros: 1n } }),
        listing("2", { price: { currency: "EUR", micros: 9n } }),
      ],
    });
    expect(ids(catalog.offersFor("VERIFICATION", "US", "whatsapp"))).toEqual(["a:2", "a:1"]);
    expect(ids(catalog.listOffers({ maxPrice: { currency: "USD", micros: 5n } }).offers)).toEqual(["a:1"]);
  });

  it("sums up countries by code and services by slug, with their lowest price", async () => {
    const { catalog } = await stocked({
      a: [
        listing("1"),
        listing("2", { price: usd(0.3) }),
        listing("3", { country: "Germany", serviceName: "Some New App" }),
      ],
      b: [listing("4", { product: "RENTAL", price: usd(0.1) })],
    });
    expect(catalog.listCountries({})).toEqual({
      countries: [
        { country: "DE", displayName: "Germany", offerCount: 1, minPrice: usd(0.5) },
        { country: "US", displayName: "United States", offerCount: 3, minPrice: usd(0.1) },
      ],
      totalSize: 2,
    });
    expect(catalog.listCountries({ product: "VERIFICATION", service: "WhatsApp" }).countries).toEqual([
      { country: "US", displayName: "United States", offerCount: 2, minPrice: usd(0.3) },
    ]);
    expect(catalog.listServices({}).services).toEqual([
      { service: "somenewapp", displayName: "Some New App", offerCount: 1, minPrice: usd(0.5) },
      { service: "whatsapp", displayName: "WhatsApp", offerCount: 3, minPrice: usd(0.1) },
    ]);
    expect(catalog.listServices({ country: "us" }).services.map(({ service }) => service)).toEqual(["whatsapp"]);
    expect(catalog.listServices({ search: "NEW-app" }).services.map(({ service }) => service)).toEqual(["somenewapp"]);
  });

  it.each([
    [{}, ["b:5", "a:1", "a:2", "a:3", "b:4"]],
    [{ product: "RENTAL" as const }, ["b:4"]],
    [{ country: "gb" }, ["a:3"]],
    [{ country: "Atlantis" }, []],
    [{ service: "Telegram" }, ["a:2"]],
    [{ service: "whatsap" }, []],
    [{ capability: "VOICE" as const }, ["a:3"]],
    [{ upstreams: ["b"] }, ["b:5", "b:4"]],
    [{ upstreams: ["nobody"] }, []],
    [{ maxPrice: usd(0.2) }, ["b:5", "a:1", "a:2"]],
    [{ inStockOnly: true }, ["b:5", "a:3", "b:4"]],
    [{ search: "24" }, ["b:5"]],
    [{ search: "tele gram" }, ["a:2"]],
    [{ search: "!?" }, []],
    [{ country: "", service: "", search: "", orderBy: "", upstreams: [] }, ["b:5", "a:1", "a:2", "a:3", "b:4"]],
    [{ orderBy: "price" }, ["b:5", "a:1", "a:2", "a:3", "b:4"]],
    [{ orderBy: "price desc" }, ["b:4", "a:3", "a:2", "a:1", "b:5"]],
    [{ orderBy: "available_count desc" }, ["b:5", "a:1", "a:2", "a:3", "b:4"]],
    [{ orderBy: "wait" }, ["a:3", "a:2", "a:1", "b:4", "b:5"]],
    [{ orderBy: "success_rate desc" }, ["a:1", "a:2", "a:3", "b:4", "b:5"]],
    [{ allow: { upstreams: ["a"], countries: ["USA"], services: ["WhatsApp"] } }, ["a:1"]],
    [{ allow: { services: [] } }, []],
  ])("lists the offers that match %o", async (query, expected) => {
    const { catalog } = await stocked({
      a: [
        listing("1", { price: usd(0.1), availableCount: 0, successRate: 0.9 }),
        listing("2", { price: usd(0.2), serviceName: "Telegram", available: false, waitMs: 30_000 }),
        listing("3", { price: usd(0.3), country: "UK", capabilities: ["SMS", "VOICE"], waitMs: 10_000 }),
      ],
      b: [
        listing("4", { price: usd(0.4), product: "RENTAL" }),
        listing("5", { price: usd(0.05), serviceName: "Whatsapp24", availableCount: 7 }),
      ],
    });
    const { offers, totalSize, nextPageToken } = catalog.listOffers(query);
    expect(ids(offers)).toEqual(expected);
    expect(totalSize).toBe(expected.length);
    expect(nextPageToken).toBeUndefined();
  });

  it("refuses an order that it does not know", async () => {
    const { catalog } = await stocked({ a: [] });
    const { reason, violations } = failure(() => catalog.listOffers({ orderBy: "colour" }));
    expect([reason, violations[0]?.field]).toEqual(["INVALID_REQUEST", "order_by"]);
  });
});

describe("pages", () => {
  const list = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, n) => listing(`${from + n}`, { price: usd((from + n) / 1000) }));

  async function pagesOf(catalog: Catalog, pageSize: number, between: () => Promise<unknown> = async () => {}) {
    const seen: string[] = [];
    let pageToken = "";
    do {
      const page = catalog.listOffers({ service: "whatsapp", pageSize, pageToken });
      seen.push(...ids(page.offers));
      pageToken = page.nextPageToken ?? "";
      await between();
    } while (pageToken);
    return seen;
  }

  it("hold each offer once", async () => {
    const { catalog } = await stocked({ a: list(0, 60), b: list(60, 101) });
    const seen = await pagesOf(catalog, 10);
    expect(seen).toEqual(ids(catalog.offersFor("VERIFICATION", "US", "whatsapp")));
    expect(new Set(seen).size).toBe(101);
  });

  it("stay as they were while the catalogue is swapped underneath", async () => {
    const { catalog, clock, change } = await stocked({ a: list(0, 30) });
    const before = ids(catalog.offersFor("VERIFICATION", "US", "whatsapp"));
    change("a", list(15, 45));
    const seen = await pagesOf(catalog, 10, () => clock.advance(9 * MINUTE));
    expect(seen).toEqual(before);
    expect(ids(catalog.offersFor("VERIFICATION", "US", "whatsapp"))).not.toEqual(before);
  });

  it("come as the same list again while nothing has changed, if they are the first", async () => {
    const { catalog, clock, change, upstreams } = await stocked({ a: list(0, 30), b: [] });
    const page = (query: object = {}) => catalog.listOffers({ pageSize: 10, ...query });
    const { offers, nextPageToken } = page();
    expect(page().offers).toBe(offers);
    expect(page().nextPageToken).toBe(nextPageToken);
    expect(ids(page({ pageSize: 11 }).offers)).toHaveLength(11);
    expect(page({ allow: { upstreams: ["b"] } }).offers).toEqual([]);

    const [a] = upstreams;
    if (a) a.detail = (ref) => listing(ref, { successRate: 0.9 });
    await catalog.refreshOffer(offers[3]?.offerId ?? "");
    expect(page().offers[3]?.publishedSuccessRate).toBe(0.9);
    await clock.advance(61 * MINUTE);
    expect(page().offers[3]?.publishedSuccessRate).toBeUndefined();

    change("a", list(15, 45));
    await clock.advance(61 * MINUTE);
    expect(ids(page().offers)[0]).toBe("a:15");
  });

  it("are of the same kind for countries and services", async () => {
    const { catalog } = await stocked({ a: ["US", "GB", "DE"].map((country) => listing(country, { country })) });
    const first = catalog.listCountries({ pageSize: 2 });
    expect(first.countries.map(({ country }) => country)).toEqual(["DE", "GB"]);
    const rest = catalog.listCountries({ pageSize: 2, pageToken: first.nextPageToken ?? "" });
    expect(rest.countries.map(({ country }) => country)).toEqual(["US"]);
    expect(rest.nextPageToken).toBeUndefined();
  });

  it("are a hundred long unless asked otherwise, and a thousand at most", async () => {
    const { catalog } = await stocked({ a: list(0, 1200) });
    expect(catalog.listOffers({}).offers).toHaveLength(100);
    expect(catalog.listOffers({ pageSize: 0 }).offers).toHaveLength(100);
    expect(catalog.listOffers({ pageSize: 5000 }).offers).toHaveLength(1000);
  });

  it.each([
    ["of another request", (token: string) => ({ pageToken: token, service: "telegram" })],
    ["of another list", (token: string) => ({ pageToken: token, country: "US" })],
    ["that was tampered with", (token: string) => ({ pageToken: `${token.slice(0, -6)}AAAAAA` })],
    ["that is nonsense", () => ({ pageToken: "nonsense" })],
    ["that is endless", () => ({ pageToken: "A".repeat(1024) })],
    ["in other words", () => ({ pageToken: Buffer.from('["x",1,"y",-1]').toString("base64url") })],
  ])("are refused with a token %s", async (_, query) => {
    const { catalog } = await stocked({ a: list(0, 30) });
    const token = catalog.listOffers({ pageSize: 10 }).nextPageToken ?? "";
    const { reason, violations } = failure(() => catalog.listOffers({ pageSize: 10, ...query(token) }));
    expect([reason, violations[0]?.field]).toEqual(["INVALID_REQUEST", "page_token"]);
  });

  it("are refused with a token of another daemon", async () => {
    const [one, other] = [await stocked({ a: list(0, 30) }), await stocked({ a: list(0, 30) })];
    const pageToken = one.catalog.listOffers({ pageSize: 10 }).nextPageToken ?? "";
    expect(failure(() => other.catalog.listOffers({ pageSize: 10, pageToken })).reason).toBe("INVALID_REQUEST");
  });

  it("are refused ten minutes after the last", async () => {
    const { catalog, clock } = await stocked({ a: list(0, 30) });
    const pageToken = catalog.listOffers({ pageSize: 10 }).nextPageToken ?? "";
    await clock.advance(11 * MINUTE);
    expect(failure(() => catalog.listOffers({ pageSize: 10, pageToken })).violations[0]?.field).toBe("page_token");
  });

  it("lead back to the last eight states of the catalogue at most", () => {
    const pager = createPager(createHandClock());
    const views = Array.from({ length: 9 }, (_, version) => createView(version, []));
    const twice = ({ version }: View) => [version, version];
    const tokens = views.map((view) => pager.page("versions", { pageSize: 1 }, view, twice).nextPageToken ?? "");
    const follow = (pageToken: string) => pager.page("versions", { pageToken }, createView(10, []), twice).items;
    const [gone = "", ...others] = tokens;
    expect(failure(() => follow(gone)).violations[0]?.field).toBe("page_token");
    expect(others.map(follow)).toEqual([[1], [2], [3], [4], [5], [6], [7], [8]]);
  });
});

describe("a name in a request", () => {
  it("is a country that there is, or UNKNOWN_COUNTRY with what is near", async () => {
    const { catalog } = await stocked({ a: [] });
    expect(catalog.requireCountry("gb")).toBe("GB");
    const { reason, metadata } = failure(() => catalog.requireCountry("Germny"));
    expect([reason, metadata]).toEqual(["UNKNOWN_COUNTRY", { country: "Germny", suggestions: "DE" }]);
  });

  it("is a well-known service or one that is for sale, or UNKNOWN_SERVICE with what is near", async () => {
    const { catalog } = await stocked({ a: [listing("1", { serviceName: "Some New App" })] });
    expect(catalog.requireService("Whats App")).toBe("whatsapp");
    expect(catalog.requireService("some-new-app")).toBe("somenewapp");
    const misspelt = failure(() => catalog.requireService("somenewap"));
    expect([misspelt.reason, misspelt.metadata]).toEqual([
      "UNKNOWN_SERVICE",
      { service: "somenewap", suggestions: "somenewapp" },
    ]);
    const several = failure(() => catalog.requireService("Google / YouTube"));
    expect([several.reason, several.metadata.suggestions]).toEqual(["UNKNOWN_SERVICE", "google, youtube"]);
  });

  it("is not echoed beyond bounds", async () => {
    const { catalog } = await stocked({ a: [] });
    const { message, metadata } = failure(() => catalog.requireService(`x\u0000\n${"y".repeat(100_000)}`));
    expect(message.length).toBeLessThan(200);
    expect(metadata.service).toMatch(/^x y+…$/);
  });
});
