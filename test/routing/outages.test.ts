import { describe, expect, it } from "vitest";
import { LOCAL_CALLER } from "../../src/core/caller.ts";
import type { Offer } from "../../src/core/offer.ts";
import { createLives, offer, type RouterVisit, request, usd, visitRouter } from "./support.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const cheap = offer("1", { upstream: "cheap", price: usd(400_000n) });
const dear = offer("1", { upstream: "dear", price: usd(450_000n) });
const elsewhere = offer("2", { upstream: "cheap", country: "GB", service: "telegram" });

let number = 0;
const nextId = () => `order ${++number}`;

async function fail(visit: RouterVisit, of: Offer, times = 1): Promise<void> {
  const lives = createLives(visit);
  for (let failure = 0; failure < times; failure += 1) {
    const bought = lives.buy(of, nextId());
    await visit.clock.advance(5 * MINUTE_MS);
    lives.end(bought, "EXPIRED", usd(0n));
  }
}

async function succeed(visit: RouterVisit, of: Offer, times = 1): Promise<void> {
  const lives = createLives(visit);
  for (let code = 0; code < times; code += 1) {
    const bought = lives.buy(of, nextId());
    await visit.clock.advance(10_000);
    lives.end(lives.receive(bought), "COMPLETED");
  }
}

function candidateOf({ router }: RouterVisit, of: Offer) {
  const [candidate] = router.rank([of], request(), LOCAL_CALLER).candidates;
  if (!candidate?.estimate) throw new Error("it is not estimated");
  return { ...candidate, estimate: candidate.estimate };
}

const estimateOf = (visit: RouterVisit, of: Offer) => candidateOf(visit, of).estimate;
const first = ({ router }: RouterVisit) =>
  router.rank([cheap, dear], request(), LOCAL_CALLER).candidates[0]?.offer.upstream;

/** All are well known, as good as each other, and have delivered some hours ago. */
async function visitKnown(): Promise<RouterVisit> {
  const visit = await visitRouter();
  for (let round = 0; round < 10; round += 1) {
    for (const of of [cheap, dear, elsewhere]) {
      await fail(visit, of);
      await succeed(visit, of, 3);
    }
  }
  await visit.clock.advance(6 * HOUR_MS);
  return visit;
}

describe("a suspicion of an outage", () => {
  it("puts a well-known place after one that costs little more, before the bench does, until it has faded", async () => {
    const visit = await visitKnown();
    expect(first(visit)).toBe("cheap");
    await fail(visit, cheap, 2);
    expect(first(visit)).toBe("dear");
    expect(visit.router.standing("cheap")).toMatchObject({ state: "READY", benchedPlaces: [] });
    await visit.clock.advance(12 * HOUR_MS);
    expect(first(visit)).toBe("cheap");
  });

  it("grows with each failure, and ends with a code", async () => {
    const visit = await visitKnown();
    const outages = [estimateOf(visit, cheap).outage];
    for (let failure = 0; failure < 2; failure += 1) {
      await fail(visit, cheap);
      outages.push(estimateOf(visit, cheap).outage);
    }
    const [none = 1, one = 0, two = 0] = outages;
    expect(none).toBe(0);
    expect(one).toBeGreaterThan(0.1);
    expect(two).toBeGreaterThan(one);
    await succeed(visit, cheap);
    const { outage, share, usualShare } = estimateOf(visit, cheap);
    expect(outage).toBe(0);
    expect(share).toBe(usualShare);
  });

  it("spreads to the other places of the upstream, which are doubted less, and to no other upstream", async () => {
    const visit = await visitKnown();
    await fail(visit, elsewhere, 2);
    const [there, here] = [estimateOf(visit, elsewhere).outage, estimateOf(visit, cheap).outage];
    expect(here).toBeGreaterThan(0);
    expect(here).toBeLessThan(there);
    expect(estimateOf(visit, dear).outage).toBe(0);
    await succeed(visit, cheap);
    expect(estimateOf(visit, cheap).outage).toBe(0);
    expect(estimateOf(visit, elsewhere).outage).toBeLessThan(there);
  });

  it("is small where little is known: that one may just be bad", async () => {
    const known = await visitKnown();
    const visit = await visitRouter();
    for (const one of [known, visit]) await fail(one, cheap);
    expect(estimateOf(visit, cheap).outage).toBeLessThan(estimateOf(known, cheap).outage / 2);
  });

  it("does not come of what was bought before the latest number that got its code", async () => {
    const visit = await visitKnown();
    const lives = createLives(visit);
    const early = lives.buy(cheap, nextId());
    await visit.clock.advance(MINUTE_MS);
    await succeed(visit, cheap);
    await visit.clock.advance(4 * MINUTE_MS);
    lives.end(early, "EXPIRED");
    expect(estimateOf(visit, cheap).outage).toBe(0);
  });

  it("does not come of a number that the client gave back before the typical wait", async () => {
    const visit = await visitKnown();
    const lives = createLives(visit);
    const bought = lives.buy(cheap, nextId());
    await visit.clock.advance(2_000);
    visit.router.calledOff(bought.verificationId);
    lives.end(bought, "CANCELLED");
    expect(estimateOf(visit, cheap).outage).toBe(0);
  });

  it("is in the estimate and in the explanation, and leaves nothing out", async () => {
    const visit = await visitKnown();
    await fail(visit, cheap, 2);
    const { estimate } = candidateOf(visit, cheap);
    expect(estimate.share).toBeLessThan(estimate.usualShare);
    expect(estimate.lowShare()).toBeLessThan(estimate.share);
    const [outage, share] = [estimate.outage, estimate.share].map((of) => Math.round(of * 100));
    expect(candidateOf(visit, cheap).explain()).toContain(
      `${outage} % likely to be in an outage, ${share} % expected to get a code`,
    );
    const strict = request({ minSuccessRate: estimate.usualShare - 0.01 });
    expect(visit.router.rank([cheap], strict, LOCAL_CALLER).candidates).toHaveLength(1);
  });

  it("is known after a restart", async () => {
    const visit = await visitKnown();
    await fail(visit, cheap, 2);
    const before = estimateOf(visit, cheap).outage;
    await visit.router.stop();
    const after = await visitRouter({ store: visit.store, clock: visit.clock });
    expect(estimateOf(after, cheap).outage).toBeCloseTo(before, 10);
  });

  it("that cannot be read is forgotten", async () => {
    const visit = await visitKnown();
    await fail(visit, cheap, 2);
    await visit.router.stop();
    for (const [key, row] of visit.store.rows) {
      if (row.kind === "outages") visit.store.rows.set(key, { ...row, value: '{"chance":null}' });
    }
    const after = await visitRouter({ store: visit.store, clock: visit.clock });
    expect(estimateOf(after, cheap).outage).toBe(0);
  });
});
