import { describe, expect, it } from "vitest";
import { LOCAL_CALLER } from "../../src/core/caller.ts";
import type { Money } from "../../src/core/money.ts";
import type { Offer } from "../../src/core/offer.ts";
import type { Strategy } from "../../src/core/verification.ts";
import { createLives, offer, type RouterVisit, request, usd, visitRouter } from "./support.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

const cheap = offer("1", { upstream: "cheap", price: usd(400_000n) });
const dear = offer("1", { upstream: "dear", price: usd(500_000n) });
const BOTH = [cheap, dear];

function ranking({ router }: RouterVisit, strategy: Strategy = "CHEAPEST", order?: string, offers = BOTH) {
  return router.rank(offers, request({ strategy }), LOCAL_CALLER, order);
}

const upstreams = (...given: Parameters<typeof ranking>) =>
  ranking(...given).candidates.map(({ offer }) => offer.upstream);

function estimateOf(visit: RouterVisit, of: Offer) {
  const [candidate] = visit.router.rank([of], request(), LOCAL_CALLER).candidates;
  if (!candidate?.estimate) throw new Error("it is not estimated");
  return candidate.estimate;
}

/** So many numbers get their code after so long, so many none. */
async function live(visit: RouterVisit, of: Offer, codes: number, failures = 0, waitMs = 10_000, refund?: Money) {
  const lives = createLives(visit);
  for (let number = 0; number < codes; number += 1) {
    const bought = lives.buy(of, `${of.offerId} code ${visit.clock.now()} ${number}`);
    await visit.clock.advance(waitMs);
    lives.end(lives.receive(bought), "COMPLETED");
  }
  for (let number = 0; number < failures; number += 1) {
    const bought = lives.buy(of, `${of.offerId} none ${visit.clock.now()} ${number}`);
    await visit.clock.advance(20 * MINUTE_MS);
    lives.end(bought, "EXPIRED", refund);
  }
}

describe("the estimate", () => {
  it("begins where most numbers are, and moves to what is seen", async () => {
    const visit = await visitRouter();
    expect(estimateOf(visit, cheap)).toMatchObject({
      share: expect.closeTo(0.75, 5),
      medianWaitMs: expect.closeTo(18_000, 0),
      refundShare: 0.8,
      availability: 0.95,
      seen: 0,
      seenShare: undefined,
    });
    await live(visit, cheap, 40, 0, 6_000);
    const { share, medianWaitMs, seen } = estimateOf(visit, cheap);
    expect(share).toBeGreaterThan(0.9);
    expect(medianWaitMs).toBeLessThan(9_000);
    expect(seen).toBe(40);
  });

  it("says something of its neighbours as well, of the nearer ones more", async () => {
    const visit = await visitRouter();
    await live(visit, cheap, 10);
    const at = (place: Partial<Offer>) => estimateOf(visit, offer("2", { upstream: "cheap", ...place })).share;
    const far = at({ country: "GB", service: "telegram" });
    expect(at({ service: "telegram" })).toBeGreaterThan(far);
    expect(at({ country: "GB" })).toBeGreaterThan(far);
    expect(far).toBeGreaterThan(0.78);
    expect(estimateOf(visit, dear).share).toBeCloseTo(0.75, 5);
  });

  it("knows of the neighbours' latest outcome at once", async () => {
    const visit = await visitRouter({ offers: [offer("1", { upstream: "cheap", publishedSuccessRate: 0.9 })] });
    const lives = createLives(visit);
    const bought = lives.buy(cheap);
    const failing = lives.buy(cheap);
    const neighbours = [{ country: "GB" }, { service: "telegram" }, { country: "GB", service: "telegram" }].map(
      (place) => offer("2", { upstream: "cheap", publishedSuccessRate: 0.9, ...place }),
    );
    await visit.clock.advance(10_000);
    const before = neighbours.map((neighbour) => estimateOf(visit, neighbour));
    lives.receive(bought);
    const after = neighbours.map((neighbour) => estimateOf(visit, neighbour));
    for (const [at, { share }] of after.entries()) expect(share).toBeGreaterThan(before[at]?.share ?? 1);
    lives.end(failing, "EXPIRED", usd(0n));
    const last = neighbours.map((neighbour) => estimateOf(visit, neighbour));
    for (const [at, { share, refundShare }] of last.entries()) {
      expect(share).toBeLessThan(after[at]?.share ?? 0);
      expect(refundShare).toBeLessThan(0.8);
    }
  });

  it("counts what a place has seen once, not again through its neighbourhood", async () => {
    const visit = await visitRouter();
    await live(visit, cheap, 8);
    // Eight outcomes that are believed, and eight codes.
    expect(estimateOf(visit, cheap).share).toBeCloseTo((8 * 0.75 + 8) / 16, 2);
  });

  it("does not stand still for a message without a code that its upstream dates far ahead", async () => {
    const visit = await visitRouter();
    await live(visit, cheap, 10);
    const known = estimateOf(visit, cheap);
    const bought = createLives(visit).buy(cheap);
    const message = { messageId: "1", text: "Welcome", code: undefined, sender: undefined, late: false };
    const messages = [{ ...message, receiveTime: new Date("2099-01-01T00:00:00Z") }];
    const received = { ...bought, status: "RECEIVED" as const, messages };
    visit.router.observe(received);
    expect(estimateOf(visit, cheap).medianWaitMs).toBeLessThan(2 * known.medianWaitMs);
    visit.router.report(received, "CODE_MISSING");
    await live(visit, cheap, 0, 10);
    expect(estimateOf(visit, cheap).share).toBeLessThan(0.6 * known.share);
  });

  it("forgets a place in days, and an upstream in weeks", async () => {
    const visit = await visitRouter();
    await live(visit, cheap, 30);
    const fresh = estimateOf(visit, cheap).share;
    await visit.clock.advance(7 * DAY_MS);
    const week = estimateOf(visit, cheap).share;
    await visit.clock.advance(180 * DAY_MS);
    expect(week).toBeLessThan(fresh);
    expect(week).toBeGreaterThan(0.8);
    expect(estimateOf(visit, cheap).share).toBeCloseTo(0.75, 2);
  });

  it("believes what an upstream claims a little, and less once its claims were wrong", async () => {
    const boasting = offer("1", { upstream: "cheap", publishedSuccessRate: 0.99 });
    const visit = await visitRouter({ offers: [boasting] });
    const believed = estimateOf(visit, boasting).share;
    expect(believed).toBeGreaterThan(0.8);
    await live(visit, boasting, 20, 0);
    await live(visit, offer("x", { upstream: "cheap", country: "FR" }), 0, 4);
    for (let round = 0; round < 10; round += 1) await live(visit, boasting, 1, 2);
    const elsewhere = { upstream: "cheap", country: "BR", service: "uber" };
    const claimed = estimateOf(visit, offer("y", { ...elsewhere, publishedSuccessRate: 0.99 })).share;
    const unclaimed = estimateOf(visit, offer("y", elsewhere)).share;
    expect(claimed - unclaimed).toBeLessThan((believed - 0.75) / 2);
  });

  it("learns what comes back when no code does", async () => {
    const visit = await visitRouter();
    await live(visit, cheap, 20, 0);
    for (let round = 0; round < 10; round += 1) await live(visit, cheap, 2, 2, 10_000, usd(100_000n));
    expect(estimateOf(visit, cheap).refundShare).toBeLessThan(0.45);
    expect(estimateOf(visit, dear).refundShare).toBe(0.8);
  });

  it("counts a refund that becomes known after the end, once", async () => {
    const visit = await visitRouter();
    const lives = createLives(visit);
    const ended = lives.end(lives.buy(cheap), "EXPIRED");
    expect(estimateOf(visit, cheap).refundShare).toBe(0.8);
    visit.router.observe({ ...ended, refund: usd(0n) });
    const { refundShare } = estimateOf(visit, cheap);
    expect(refundShare).toBeLessThan(0.8);
    visit.router.observe({ ...ended, refund: usd(0n) });
    expect(estimateOf(visit, cheap).refundShare).toBe(refundShare);
  });

  it("learns of refusals that there are fewer numbers to sell, for an hour or so", async () => {
    const visit = await visitRouter();
    const lives = createLives(visit);
    for (let number = 0; number < 5; number += 1) lives.refuse(cheap);
    const { availability, seen } = estimateOf(visit, cheap);
    expect(availability).toBeLessThan(0.5);
    expect(seen).toBe(0);
    await visit.clock.advance(DAY_MS);
    expect(estimateOf(visit, cheap).availability).toBeCloseTo(0.95, 2);
  });
});

describe("an end without a code", () => {
  it.each<[string, number, boolean, boolean]>([
    ["the client's cancel before the typical wait", 10_000, true, false],
    ["the client's cancel long after it", 5 * MINUTE_MS, true, true],
    ["the upstream's own cancel, however early", 1_000, false, true],
  ])("by %s", async (_, ageMs, byClient, counts) => {
    const visit = await visitRouter();
    const lives = createLives(visit);
    const bought = lives.buy(cheap);
    await visit.clock.advance(ageMs);
    if (byClient) visit.router.calledOff(bought.verificationId);
    lives.end(bought, "CANCELLED");
    expect(estimateOf(visit, cheap).seen).toBe(counts ? 1 : 0);
    if (counts) expect(estimateOf(visit, cheap).share).toBeLessThan(0.73);
  });

  it("after a first code says nothing of the upstream", async () => {
    const visit = await visitRouter();
    const lives = createLives(visit);
    const received = lives.receive(lives.buy(cheap));
    const again = { ...received, status: "WAITING" as const };
    visit.router.observe(again);
    lives.end(again, "EXPIRED");
    expect(estimateOf(visit, cheap)).toMatchObject({ seen: 1, seenShare: 1 });
  });

  it("of a purchase that nobody knows the outcome of is none", async () => {
    const visit = await visitRouter();
    const lives = createLives(visit);
    const { attempts, ...bought } = lives.buyQuietly(cheap);
    const doubtful = attempts.map((attempt) => ({ ...attempt, outcome: "UNCERTAIN" as const }));
    visit.router.observe({ ...bought, status: "PENDING", attempts: doubtful });
    expect(estimateOf(visit, cheap)).toMatchObject({ seen: 0, availability: 0.95 });
  });
});

describe("a strategy", () => {
  it("CHEAPEST minds a low success rate only as far as it costs money", async () => {
    const refunding = await visitRouter();
    await live(refunding, cheap, 20, 0);
    for (let round = 0; round < 20; round += 1) await live(refunding, cheap, 2, 2, 10_000, cheap.price);
    expect(upstreams(refunding)).toEqual(["cheap", "dear"]);
    const keeping = await visitRouter();
    await live(keeping, cheap, 20, 0);
    for (let round = 0; round < 20; round += 1) await live(keeping, cheap, 2, 2, 10_000, usd(0n));
    expect(upstreams(keeping)).toEqual(["dear", "cheap"]);
  });

  it("BALANCED pays for time, FASTEST more", async () => {
    const visit = await visitRouter();
    await live(visit, cheap, 40, 0, 90_000);
    await live(visit, dear, 40, 0, 50_000);
    expect(upstreams(visit, "CHEAPEST")).toEqual(["cheap", "dear"]);
    expect(upstreams(visit, "BALANCED")).toEqual(["cheap", "dear"]);
    expect(upstreams(visit, "FASTEST")).toEqual(["dear", "cheap"]);
  });

  it("MOST_RELIABLE prefers what is known to be good to what may be, whatever it costs", async () => {
    const visit = await visitRouter();
    await live(visit, dear, 20, 0);
    expect(upstreams(visit, "MOST_RELIABLE")).toEqual(["dear", "cheap"]);
    expect(ranking(visit, "MOST_RELIABLE").candidates[0]?.explain()).toContain("with 90 % confidence");
  });

  it("min_success_rate goes by the estimate", async () => {
    const visit = await visitRouter();
    await live(visit, dear, 20, 0);
    const { candidates, excluded } = visit.router.rank(BOTH, request({ minSuccessRate: 0.85 }), LOCAL_CALLER);
    expect(candidates.map(({ offer }) => offer.upstream)).toEqual(["dear"]);
    expect(excluded).toMatchObject([{ exclusion: "SUCCESS_RATE_BELOW_MIN" }]);
  });
});

describe("exploring", () => {
  const near = offer("1", { upstream: "near", price: usd(420_000n) });
  const far = offer("1", { upstream: "far", price: usd(900_000n) });
  const ids = Array.from({ length: 400 }, (_, number) => `ver_${number}`);

  it("is done by some orders, and only among those that cost about as much as the best", async () => {
    const visit = await visitRouter();
    const firsts = ids.map((id) => ranking(visit, "CHEAPEST", id, [cheap, near, far]).candidates);
    const explored = firsts.filter(([first]) => first?.offer.upstream === "near");
    expect(explored.length).toBeGreaterThan(4);
    expect(explored.length).toBeLessThan(40);
    expect(explored.every(([first]) => first?.explores && first.explain().includes("drawn"))).toBe(true);
    expect(firsts.every((candidates) => candidates.at(-1)?.offer.upstream === "far")).toBe(true);
  });

  it("is the same for the same id and the same knowledge, also after a restart", async () => {
    const visit = await visitRouter();
    await live(visit, near, 3, 1);
    const orders = (at: RouterVisit) => ids.map((id) => upstreams(at, "CHEAPEST", id, [cheap, near, far]).join());
    const before = orders(visit);
    expect(orders(visit)).toEqual(before);
    await visit.router.stop();
    expect(orders(await visitRouter({ store: visit.store, clock: visit.clock }))).toEqual(before);
  });

  it("is not done without an id, nor where the surest is asked for", async () => {
    const visit = await visitRouter();
    const plain = upstreams(visit, "MOST_RELIABLE", undefined, [cheap, near]);
    expect(ids.every((id) => upstreams(visit, "MOST_RELIABLE", id, [cheap, near]).join() === plain.join())).toBe(true);
    expect(ranking(visit, "CHEAPEST", undefined, [cheap, near]).candidates.some(({ explores }) => explores)).toBe(
      false,
    );
  });
});

describe("what was learned", () => {
  it("is saved within a second or so, in few writes, and is the same for the next run", async () => {
    const visit = await visitRouter();
    let writes = 0;
    const { saveLearned } = visit.store;
    visit.store.saveLearned = async (rows) => {
      writes += 1;
      await saveLearned(rows);
    };
    const lives = createLives(visit);
    for (let number = 0; number < 50; number += 1) lives.receive(lives.buy(cheap));
    lives.end(lives.buy(cheap), "EXPIRED", usd(0n));
    await visit.clock.advance(1_500);
    expect(writes).toBe(1);
    const next = await visitRouter({ store: visit.store, clock: visit.clock });
    for (const place of [{}, { country: "GB" }, { service: "telegram" }]) {
      const either = offer("2", { upstream: "cheap", ...place });
      expect(estimateOf(next, either)).toEqual(estimateOf(visit, either));
    }
  });

  it("is tried again when the store fails, and lost is nothing", async () => {
    const visit = await visitRouter();
    const { saveLearned } = visit.store;
    visit.store.saveLearned = () => Promise.reject(new Error("the disk is full"));
    await live(visit, cheap, 1);
    await visit.clock.advance(5_000);
    visit.store.saveLearned = saveLearned;
    await visit.clock.advance(1_500);
    expect(estimateOf(await visitRouter({ store: visit.store, clock: visit.clock }), cheap).seen).toBe(1);
  });

  it("that cannot be read is forgotten, and the rest is kept", async () => {
    const visit = await visitRouter();
    await live(visit, cheap, 2);
    await live(visit, dear, 2);
    await visit.router.stop();
    const row = visit.store.rows.get("delivery cheap/US/whatsapp");
    if (row) visit.store.rows.set("delivery cheap/US/whatsapp", { ...row, value: "{" });
    const next = await visitRouter({ store: visit.store, clock: visit.clock });
    expect(estimateOf(next, cheap).seen).toBe(0);
    expect(estimateOf(next, dear).seen).toBe(2);
  });

  it("does not count an open verification's code again", async () => {
    const visit = await visitRouter();
    const received = createLives(visit).receive(createLives(visit).buy(cheap));
    await visit.router.stop();
    const next = await visitRouter({ store: visit.store, clock: visit.clock, open: [received] });
    createLives(next).receive(received);
    expect(estimateOf(next, cheap).seen).toBe(1);
  });
});
