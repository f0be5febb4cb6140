import { describe, expect, it } from "vitest";
import { createCatalog } from "../../src/catalog/catalog.ts";
import type { Log } from "../../src/catalog/log.ts";
import type { Listing } from "../../src/core/desks.ts";
import { GatewayError, UpstreamFault } from "../../src/core/error.ts";
import type { Money } from "../../src/core/money.ts";
import type { Upstream } from "../../src/core/upstream.ts";
import { createHandClock, type HandClock, settle } from "../support/clock.ts";
import { fakeStore, listing, type Step, scriptedUpstream, silence, snapshotOf, usd } from "./fakes.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const down: Step = () => {
  throw new UpstreamFault("a answered 503");
};

async function started(upstreams: readonly Upstream[], store = fakeStore(), clock: HandClock = createHandClock()) {
  const logged: [string, Readonly<Record<string, unknown>>][] = [];
  const log: Log = {
    warn: (fields, message) => logged.push([message, fields]),
    error: (fields, message) => logged.push([message, fields]),
  };
  const catalog = createCatalog({ upstreams, store, clock, log, random: () => 0.5 });
  await catalog.start();
  await settle();
  const refs = () => catalog.listOffers({}).offers.map(({ ref }) => ref);
  return { catalog, clock, store, logged, refs };
}

/** Whether a promise has resolved by now. */
async function isDone(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  promise.then(() => {
    done = true;
  });
  await settle();
  return done;
}

describe("the first catalogue", () => {
  it("is shown part by part, said to be incomplete, and kept once it is whole", async () => {
    let answer: (listings: readonly Listing[]) => void = () => {};
    const second = new Promise<readonly Listing[]>((resolve) => {
      answer = resolve;
    });
    const a = scriptedUpstream("a", [[[], [listing("1")], () => second]]);
    const { catalog, store, refs } = await started([a]);

    expect(refs()).toEqual(["1"]);
    expect(catalog.status("a")).toMatchObject({ complete: false, loading: true, offerCount: 1 });
    expect(catalog.listOffers({}).unreachable).toMatchObject([{ upstream: "a", reason: "UPSTREAMS_UNAVAILABLE" }]);
    expect(store.saved).toEqual([]);

    answer([listing("2")]);
    await settle();
    expect(refs()).toEqual(["1", "2"]);
    expect(catalog.status("a")).toMatchObject({ complete: true, loading: false, offerCount: 2 });
    expect(catalog.listOffers({}).unreachable).toEqual([]);
    expect(store.saved.map(({ offers }) => offers.size)).toEqual([2]);
  });

  it("is asked for one limited request at a time", async () => {
    const a = scriptedUpstream("a", [[[listing("1")], [listing("2")]]]);
    await started([a]);
    expect(a.calls).toEqual(["listings", "listings", "listings"]);
  });

  it("is there at once after a restart, with its age, until it has been fetched anew", async () => {
    const a = scriptedUpstream("a", [[silence]]);
    const clock = createHandClock();
    const kept = await snapshotOf(a, [listing("1"), listing("2")], new Date(clock.now() - HOUR));
    const { catalog, refs } = await started([a], fakeStore([kept]), clock);
    expect(refs()).toEqual(["1", "2"]);
    expect(catalog.status("a")).toMatchObject({ complete: true, loading: true, fetchTime: kept.fetchTime });
  });

  it("is not fetched again right after a restart, but when it is due", async () => {
    const a = scriptedUpstream("a", [[[listing("2")]]]);
    const clock = createHandClock();
    const kept = await snapshotOf(a, [listing("1")], new Date(clock.now() - 4 * MINUTE));
    const { catalog, refs } = await started([a], fakeStore([kept]), clock);
    await clock.advance(5 * MINUTE);
    expect(refs()).toEqual(["1"]);
    expect(catalog.status("a")).toMatchObject({ complete: true, loading: false });
    await clock.advance(MINUTE);
    expect(refs()).toEqual(["2"]);
  });

  it.each([
    ["of an upstream that is not configured any more", { id: "gone", provider: "acme" }, HOUR],
    ["of another provider's account under the same id", { id: "a", provider: "other" }, HOUR],
    ["that is a day old", { id: "a", provider: "acme" }, 24 * HOUR],
  ])("is not one %s", async (_, from, age) => {
    const a = scriptedUpstream("a", [[silence]]);
    const clock = createHandClock();
    const kept = await snapshotOf(from, [listing("1")], new Date(clock.now() - age));
    const { catalog, refs } = await started([a], fakeStore([kept]), clock);
    expect(refs()).toEqual([]);
    expect(catalog.status("gone")).toBeUndefined();
  });

  it("is fetched when the store cannot be read, and served when it cannot be written", async () => {
    const broken = {
      saved: [],
      loadCatalogs: () => Promise.reject(new Error("disk")),
      saveCatalog: () => Promise.reject(new Error("disk")),
    };
    const { refs, logged, catalog } = await started([scriptedUpstream("a", [[[listing("1")]]])], broken);
    expect(refs()).toEqual(["1"]);
    expect(catalog.status("a")?.failure).toBeUndefined();
    expect(logged.map(([message]) => message)).toEqual(["saved catalogues not loaded", "catalogue not saved"]);
  });
});

describe("a refresh", () => {
  it("comes every ten minutes and swaps the catalogue whole", async () => {
    let answer: (listings: readonly Listing[]) => void = () => {};
    const slow = () => new Promise<readonly Listing[]>((resolve) => (answer = resolve));
    const a = scriptedUpstream("a", [[[listing("1")]], [[listing("2")], slow]]);
    const { clock, refs, catalog } = await started([a]);
    await clock.advance(10 * MINUTE);
    expect(catalog.status("a")?.loading).toBe(true);
    expect(refs()).toEqual(["1"]);
    answer([listing("3")]);
    await settle();
    expect(refs()).toEqual(["2", "3"]);
  });

  it("that fails keeps what is there, says why, and is tried again after 30 s, 60 s and so on up to ten minutes", async () => {
    const a = scriptedUpstream("a", [[[listing("1")]], [[listing("2"), listing("3")], down]]);
    const { clock, refs, catalog, store } = await started([a]);
    await clock.advance(10 * MINUTE);
    expect(refs()).toEqual(["1"]);
    expect(catalog.status("a")).toMatchObject({
      complete: true,
      failure: { reason: "UPSTREAMS_UNAVAILABLE", message: "a answered 503" },
    });
    expect(catalog.listOffers({}).unreachable).toEqual([
      {
        upstream: "a",
        reason: "UPSTREAMS_UNAVAILABLE",
        explanation: "not refreshed: a answered 503",
        fetchTime: catalog.status("a")?.fetchTime,
      },
    ]);
    expect(catalog.listOffers({ upstreams: ["b"] }).unreachable).toEqual([]);
    expect(store.saved).toHaveLength(1);

    for (const wait of [30 * SECOND, MINUTE, 2 * MINUTE, 4 * MINUTE, 8 * MINUTE, 10 * MINUTE, 10 * MINUTE]) {
      const before = a.calls.length;
      await clock.advance(wait - 1);
      expect(a.calls.length).toBe(before);
      await clock.advance(1);
      expect(a.calls.length).toBeGreaterThan(before);
    }

    a.fetches.push([[listing("3")]]);
    await clock.advance(10 * MINUTE);
    await clock.advance(10 * MINUTE);
    expect(refs()).toEqual(["3"]);
    expect(catalog.status("a")?.failure).toBeUndefined();
  });

  it("waits as long as the upstream asks for", async () => {
    const busy: Step = () => {
      throw new GatewayError("UPSTREAMS_UNAVAILABLE", "a is busy", { retryAfterMs: 5 * MINUTE });
    };
    const a = scriptedUpstream("a", [[busy], [[listing("1")]]]);
    const { clock, refs } = await started([a]);
    await clock.advance(5 * MINUTE - 1);
    expect(refs()).toEqual([]);
    await clock.advance(1);
    expect(refs()).toEqual(["1"]);
  });

  it("that has no end is a failed one", async () => {
    const endless: Step[] = Array.from({ length: 2001 }, () => []);
    const { catalog } = await started([scriptedUpstream("a", [endless])]);
    for (let turn = 0; turn < 50 && !catalog.status("a")?.failure; turn += 1) await settle();
    expect(catalog.status("a")).toMatchObject({ complete: false, failure: { reason: "UPSTREAMS_UNAVAILABLE" } });
  });

  it("after a first one that broke off, which is said to be a part, shows nothing smaller than what is there", async () => {
    const a = scriptedUpstream("a", [
      [[listing("1"), listing("2")], down],
      [[listing("1")], silence],
    ]);
    const { clock, refs, catalog } = await started([a]);
    expect(refs()).toEqual(["1", "2"]);
    expect(catalog.listOffers({}).unreachable).toMatchObject([{ explanation: "2 offers so far: a answered 503" }]);
    await clock.advance(MINUTE);
    expect(refs()).toEqual(["1", "2"]);
  });

  it("that meets a bug is logged as one and does not end the refreshing", async () => {
    const bug: Step = () => {
      throw new TypeError("secret token 123");
    };
    const a = scriptedUpstream("a", [[bug], [[listing("1")]]]);
    const { clock, refs, logged, catalog } = await started([a]);
    expect(catalog.status("a")?.failure?.message).toBe("internal error");
    expect(logged.map(([message]) => message)).toEqual(["catalogue not refreshed: a bug"]);
    await clock.advance(30 * SECOND);
    expect(refs()).toEqual(["1"]);
  });

  it("reports names that nobody knows, once", async () => {
    const a = scriptedUpstream("a", [[[listing("1", { country: "Atlantis" }), listing("2")]]]);
    const { clock, catalog, logged } = await started([a]);
    await clock.advance(30 * MINUTE);
    expect(catalog.status("a")?.unresolved).toEqual(["Atlantis"]);
    expect(logged).toEqual([["listings left out: names not known", { upstream: "a", count: 1, names: ["Atlantis"] }]]);
  });
});

describe("offers that are a day old", () => {
  it("are left out also while nothing else happens", async () => {
    const { clock, refs, catalog } = await started([scriptedUpstream("a", [[[listing("1")]], [silence]])]);
    await clock.advance(24 * HOUR - 1);
    expect(refs()).toEqual(["1"]);
    await clock.advance(1);
    expect(refs()).toEqual([]);
    expect(catalog.findOffer("a:1")).toBeUndefined();
  });

  it("are left out, and their upstream is listed with why", async () => {
    const a = scriptedUpstream("a", [[[listing("1")]], [down]]);
    const b = scriptedUpstream("b", [[[listing("2")]]]);
    const { clock, refs, catalog } = await started([a, b]);
    await clock.advance(24 * HOUR - 1);
    expect(refs()).toEqual(["1", "2"]);
    await clock.advance(1);
    expect(refs()).toEqual(["2"]);
    expect(catalog.offersFor("VERIFICATION", "US", "whatsapp").map(({ ref }) => ref)).toEqual(["2"]);
    expect(catalog.findOffer("a:1")).toBeUndefined();
    expect(catalog.listOffers({}).unreachable).toEqual([
      {
        upstream: "a",
        reason: "UPSTREAMS_UNAVAILABLE",
        explanation: expect.stringContaining("too old"),
      },
    ]);
    a.fetches.push([[listing("3")]]);
    await clock.advance(10 * MINUTE);
    expect(refs()).toEqual(["3", "2"]);
  });
});

describe("an offer asked for anew", () => {
  const page = listing("1", { price: usd(0.8), successRate: 0.95, waitMs: 30_000, availableCount: 2 });

  it("comes from the upstream, by one request for all who wait", async () => {
    const a = scriptedUpstream("a", [[[listing("1", { serviceName: "Google / YouTube" })]]]);
    a.detail = async () => page;
    const { catalog } = await started([a]);
    a.calls.length = 0;
    const [one, two, other] = await Promise.all([
      catalog.refreshOffer("a:1/google"),
      catalog.refreshOffer("a:1/google"),
      catalog.refreshOffer("a:1/youtube"),
    ]);
    expect(a.calls).toEqual(["detail"]);
    expect(one).toMatchObject({
      offerId: "a:1/google",
      ref: "1",
      service: "google",
      publishedSuccessRate: 0.95,
      publishedWaitMs: 30_000,
      price: usd(0.8),
    });
    expect(two).toEqual(one);
    expect(other).toMatchObject({ service: "youtube", publishedSuccessRate: 0.95 });
  });

  it("takes its place by its new price until the list is fetched again, and keeps its rates for an hour", async () => {
    const a = scriptedUpstream("a", [[[listing("1", { price: usd(0.1) }), listing("2", { price: usd(0.4) })]]]);
    a.detail = () => page;
    const { catalog, clock } = await started([a]);
    await clock.advance(MINUTE);
    await catalog.refreshOffer("a:1");
    const offers = () => catalog.offersFor("VERIFICATION", "US", "whatsapp");
    expect(offers().map(({ ref }) => ref)).toEqual(["2", "1"]);
    expect(catalog.findOffer("a:1")?.fetchTime).toEqual(new Date(clock.now()));

    await clock.advance(10 * MINUTE);
    expect(offers().map(({ ref }) => ref)).toEqual(["1", "2"]);
    expect(catalog.findOffer("a:1")).toMatchObject({ price: usd(0.1), publishedSuccessRate: 0.95 });
    expect(catalog.listOffers({ maxPrice: usd(0.2) }).offers).toMatchObject([{ ref: "1", publishedSuccessRate: 0.95 }]);

    await clock.advance(HOUR);
    expect(catalog.findOffer("a:1")?.publishedSuccessRate).toBeUndefined();
  });

  it("has the terms of a rental that its price is of", async () => {
    const rental = (pricePerDay: Money) =>
      listing("1", { product: "RENTAL", price: undefined, rentalTerms: [{ minDays: 3, maxDays: 30, pricePerDay }] });
    const a = scriptedUpstream("a", [[[rental(usd(0.5))]]]);
    a.detail = () => rental(usd(0.75));
    const { catalog } = await started([a]);
    expect(await catalog.refreshOffer("a:1")).toMatchObject({
      price: usd(2.25),
      rentalTerms: [{ minDays: 3, maxDays: 30, pricePerDay: usd(0.75) }],
    });
  });

  it("stays as it is where the upstream has no page for it", async () => {
    const a = scriptedUpstream("a", [[[listing("1")]]]);
    const { catalog } = await started([a]);
    a.calls.length = 0;
    expect(await catalog.refreshOffer("a:1")).toEqual(catalog.findOffer("a:1"));
    expect(a.calls).toEqual([]);
  });

  it.each([
    ["a:9", () => page, "NOT_FOUND"],
    [
      "a:1",
      () => {
        throw new UpstreamFault("a answered 500");
      },
      "UPSTREAMS_UNAVAILABLE",
    ],
    [
      "a:1",
      () => {
        throw new GatewayError("UPSTREAM_CREDENTIALS", "a rejects the key");
      },
      "UPSTREAM_CREDENTIALS",
    ],
  ])("%s fails with what the upstream says", async (offerId, detail, reason) => {
    const a = scriptedUpstream("a", [[[listing("1")]]]);
    a.detail = detail;
    const { catalog } = await started([a]);
    await expect(catalog.refreshOffer(offerId)).rejects.toMatchObject({ name: "GatewayError", reason });
    await expect(catalog.refreshOffer(offerId)).rejects.toMatchObject({ reason });
  });
});

describe("right after a start", () => {
  it("is ready once each upstream has shown its whole catalogue or has failed", async () => {
    let answer: (listings: readonly Listing[]) => void = () => {};
    const slow = () => new Promise<readonly Listing[]>((resolve) => (answer = resolve));
    const { catalog } = await started([
      scriptedUpstream("a", [[down]]),
      scriptedUpstream("b", [[[listing("1")], slow]]),
    ]);
    const ready = catalog.ready();
    expect(await isDone(ready)).toBe(false);
    answer([listing("2")]);
    expect(await isDone(ready)).toBe(true);
  });

  it("is ready after five seconds, whatever an upstream is slow to say", async () => {
    const { catalog, clock } = await started([scriptedUpstream("a", [[silence]])]);
    const ready = catalog.ready();
    await clock.advance(4_999);
    expect(await isDone(ready)).toBe(false);
    await clock.advance(1);
    expect(await isDone(ready)).toBe(true);
  });

  it("a purchase waits for whole catalogues, then for the first that matches", async () => {
    const { catalog, clock } = await started([
      scriptedUpstream("a", [[[listing("1")], silence]]),
      scriptedUpstream("b", [[silence]]),
    ]);
    const never = new AbortController().signal;
    const settled = catalog.settled("US", "whatsapp", [], never);
    const onlyA = catalog.settled("US", "whatsapp", ["a"], never);
    const noMatch = catalog.settled("US", "tinder", [], never);
    expect(await isDone(onlyA)).toBe(false);
    await clock.advance(5_000);
    expect(await isDone(onlyA)).toBe(true);
    expect(await isDone(settled)).toBe(true);
    expect(await isDone(noMatch)).toBe(false);
  });

  it("a purchase does not wait for an upstream that has failed, nor for one that is whole", async () => {
    const { catalog } = await started([scriptedUpstream("a", [[down]]), scriptedUpstream("b", [[[]]])]);
    expect(await isDone(catalog.settled("US", "whatsapp", [], new AbortController().signal))).toBe(true);
  });

  it("a purchase waits no longer than its signal", async () => {
    const { catalog } = await started([scriptedUpstream("a", [[silence]])]);
    const patience = new AbortController();
    const settled = catalog.settled("US", "whatsapp", [], patience.signal);
    expect(await isDone(settled)).toBe(false);
    patience.abort();
    expect(await isDone(settled)).toBe(true);
  });
});

describe("stopping", () => {
  it("ends a fetch that hangs and every wait, twice without harm, and nothing is asked afterwards", async () => {
    const a = scriptedUpstream("a", [[[listing("1")], silence]]);
    const b = scriptedUpstream("b", [[[listing("2")]]]);
    const { catalog, clock, refs, logged } = await started([a, b]);
    const settled = catalog.settled("GB", "whatsapp", [], new AbortController().signal);
    await catalog.stop();
    await catalog.stop();
    expect(await isDone(settled)).toBe(true);
    const calls = a.calls.length + b.calls.length;
    await clock.advance(HOUR);
    expect(a.calls.length + b.calls.length).toBe(calls);
    expect(refs()).toEqual(["1", "2"]);
    expect(logged).toEqual([]);
  });

  it("before the start leaves nothing to start", async () => {
    const a = scriptedUpstream("a", [[[listing("1")]]]);
    const catalog = createCatalog({ upstreams: [a], store: fakeStore(), clock: createHandClock() });
    await catalog.stop();
    await catalog.start();
    expect(a.calls).toEqual([]);
  });
});
