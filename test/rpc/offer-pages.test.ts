import { describe, expect, it } from "vitest";
import { Product } from "../../gen/numgate/v1/offer_pb.ts";
import { VerificationStatus } from "../../gen/numgate/v1/verification_pb.ts";
import type { OfferPage } from "../../src/catalog/query.ts";
import type { Observed } from "../../src/routing/router.ts";
import { createOfferPages } from "../../src/rpc/offer-pages.ts";
import { listing, offersOf, snapshotOf } from "../catalog/fakes.ts";
import { buy, type Gateway, startGateway, turnUntil } from "../support/gateway.ts";

const WHATSAPP = { product: Product.VERIFICATION, countryCode: "US", service: "whatsapp" };

async function listedJson({ url }: Gateway): Promise<string> {
  const answer = await fetch(`${url}/numgate.v1.CatalogService/ListOffers`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ...WHATSAPP, product: "PRODUCT_VERIFICATION" }),
  });
  return answer.text();
}

async function listed({ catalog }: Gateway, upstream: string) {
  const { offers } = await catalog.listOffers(WHATSAPP);
  return offers.find((offer) => offer.upstream === upstream);
}

async function pageOf(refs: readonly string[]): Promise<OfferPage> {
  const upstream = { id: "a", provider: "acme" };
  const listings = refs.map((ref) => listing(ref));
  const offers = offersOf(await snapshotOf(upstream, listings, new Date(0)));
  return { offers, totalSize: offers.length, unreachable: [] };
}

describe("a page of offers that was listed before", () => {
  it("tells at once what was observed of an offer since", async () => {
    const gateway = await startGateway();
    const before = await listedJson(gateway);
    expect(await listedJson(gateway)).toBe(before);
    const { upstream, verificationId } = await buy(gateway);
    expect((await listed(gateway, upstream))?.observedSampleCount).toBe(0);
    await turnUntil(gateway, verificationId, VerificationStatus.RECEIVED);
    expect(await listed(gateway, upstream)).toMatchObject({ observedSampleCount: 1, observedSuccessRate: 1 });
    expect(await listedJson(gateway)).not.toBe(before);
  });

  it("tells at once what an upstream said of an offer since", async () => {
    const gateway = await startGateway();
    const offer = await listed(gateway, "ping");
    expect(offer?.publishedSuccessRate).toBeUndefined();
    const { offerId = "" } = offer ?? {};
    await gateway.catalog.getOffer({ offerId, refresh: true });
    expect((await listed(gateway, "ping"))?.publishedSuccessRate).toBeGreaterThan(0.5);
  });

  it("is the same answer again, until something in it changes", async () => {
    let seen: Observed = { successRate: undefined, sampleCount: 0 };
    const toWire = createOfferPages({ observed: () => seen });
    const page = await pageOf(["1", "2"]);
    const first = toWire(page);
    expect(toWire({ ...page })).toBe(first);

    seen = { successRate: 0.5, sampleCount: 2 };
    const second = toWire(page);
    expect(second.offers[1]).toMatchObject({ observedSuccessRate: 0.5, observedSampleCount: 2 });
    expect(toWire(page)).toBe(second);
    seen = { successRate: 0.5 + Number.EPSILON, sampleCount: 2 };
    expect(toWire(page)).toBe(second);

    const trouble = { upstream: "b", reason: "UPSTREAMS_UNAVAILABLE", explanation: "no offers" } as const;
    const third = toWire({ ...page, unreachable: [trouble] });
    expect(third.unreachable).toMatchObject([trouble]);
    expect(toWire(page).unreachable).toEqual([]);
  });
});
