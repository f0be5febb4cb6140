import { describe, expect, it } from "vitest";
import { LOCAL_CALLER } from "../../src/core/caller.ts";
import type { Offer } from "../../src/core/offer.ts";
import { createLives, offer, type RouterVisit, request, usd, visitRouter } from "./support.ts";

const MINUTE_MS = 60_000;
const cheap = offer("1", { upstream: "cheap", price: usd(400_000n) });
const dear = offer("1", { upstream: "dear", price: usd(500_000n) });
const elsewhere = offer("2", { upstream: "cheap", country: "GB", service: "telegram" });

let number = 0;
const nextId = () => `order ${++number}`;

async function fail(visit: RouterVisit, of: Offer, times = 1): Promise<void> {
  const lives = createLives(visit);
  for (let failure = 0; failure < times; failure += 1) {
    const bought = lives.buy(of, nextId());
    await visit.clock.advance(MINUTE_MS);
    lives.end(bought, "EXPIRED", of.price);
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

const first = ({ router }: RouterVisit, order?: string) =>
  router.rank([cheap, dear], request(), LOCAL_CALLER, order).candidates[0]?.offer.upstream;

describe("a place whose numbers stop delivering", () => {
  it("is benched after a run of failures that is too unlikely, and not before", async () => {
    const visit = await visitRouter();
    await succeed(visit, cheap, 5);
    let failures = 0;
    while (first(visit) === "cheap") {
      await fail(visit, cheap);
      failures += 1;
    }
    expect(failures).toBeGreaterThan(2);
    expect(failures).toBeLessThanOrEqual(10);
    const { candidates } = visit.router.rank([cheap, dear], request(), LOCAL_CALLER);
    expect(candidates[1]?.setBack).toMatchObject({ why: "BENCHED", until: visit.clock.now() + 30 * MINUTE_MS });
  });

  it("is not benched while a code comes now and then", async () => {
    const visit = await visitRouter();
    for (let round = 0; round < 8; round += 1) {
      await fail(visit, cheap, 2);
      await succeed(visit, cheap);
    }
    expect(visit.router.standing("cheap")).toMatchObject({ state: "READY", benchedPlaces: [] });
  });

  it("leaves other places of its upstream in play, where codes come", async () => {
    const visit = await visitRouter();
    for (let round = 0; round < 9; round += 1) {
      await fail(visit, cheap);
      await succeed(visit, elsewhere);
    }
    const standing = visit.router.standing("cheap");
    expect(standing).toMatchObject({ state: "READY", benchedPlaces: [{ place: { country: "US" } }] });
    expect(visit.router.rank([elsewhere], request(), LOCAL_CALLER).candidates[0]?.setBack).toBeUndefined();
  });

  it("is not its upstream, where another place that failed is still in play", async () => {
    const visit = await visitRouter();
    await fail(visit, cheap, 8);
    await succeed(visit, elsewhere);
    await fail(visit, elsewhere);
    expect(visit.router.rank([elsewhere], request(), LOCAL_CALLER).candidates[0]?.setBack).toBeUndefined();
    const { state, benchedUntil, benchedPlaces } = visit.router.standing("cheap");
    expect({ state, benchedUntil, places: benchedPlaces.length }).toEqual({ state: "READY", places: 1 });
  });

  it("takes its upstream with it when nothing comes from anywhere", async () => {
    const visit = await visitRouter();
    const places = ["US", "GB", "DE", "FR", "BR"].map((country) => offer(country, { upstream: "cheap", country }));
    for (let round = 0; round < 2; round += 1) for (const place of places) await fail(visit, place);
    expect(visit.router.standing("cheap").state).toBe("BENCHED");
    expect(visit.router.rank([elsewhere], request(), LOCAL_CALLER).candidates[0]?.setBack?.why).toBe("BENCHED");
    await visit.clock.advance(30 * MINUTE_MS);
    await succeed(visit, elsewhere);
    expect(visit.router.standing("cheap")).toMatchObject({ state: "READY", benchedPlaces: [] });
  });

  it("is tried by one order at a time when its time is over", async () => {
    const visit = await visitRouter();
    await fail(visit, cheap, 8);
    await visit.clock.advance(30 * MINUTE_MS);
    expect(first(visit)).toBe("cheap");
    expect(first(visit, "one")).toBe("cheap");
    expect(first(visit, "two")).toBe("dear");
    expect(first(visit, "one")).toBe("cheap");
    createLives(visit).buy(cheap, "one");
    await visit.clock.advance(10 * MINUTE_MS);
    expect(first(visit, "two")).toBe("dear");
  });

  it.each(["refused", "given back at once", "never made"])(
    "is tried by the next when that order was %s",
    async (how) => {
      const visit = await visitRouter();
      await fail(visit, cheap, 8);
      await visit.clock.advance(30 * MINUTE_MS);
      const lives = createLives(visit);
      expect(first(visit, "one")).toBe("cheap");
      if (how === "refused") {
        const { upstream: _, ...bought } = lives.buyQuietly(cheap);
        const attempts = bought.attempts.map((attempt) => ({ ...attempt, outcome: "REFUSED" as const }));
        visit.router.observe({ ...bought, verificationId: "one", status: "PENDING", attempts });
      } else if (how === "given back at once") {
        const bought = lives.buy(cheap, "one");
        visit.router.calledOff("one");
        lives.end(bought, "CANCELLED");
      } else {
        await visit.clock.advance(2 * MINUTE_MS);
      }
      expect(first(visit, "two")).toBe("cheap");
    },
  );

  it("is benched for longer each time it is found still failing, up to three hours", async () => {
    const visit = await visitRouter();
    await fail(visit, cheap, 8);
    const lengths: number[] = [];
    for (let round = 0; round < 8; round += 1) {
      const { benchedUntil = 0 } = visit.router.standing("cheap");
      lengths.push(Math.ceil((benchedUntil - visit.clock.now()) / MINUTE_MS / 30));
      await visit.clock.advance(benchedUntil - visit.clock.now());
      await fail(visit, cheap);
    }
    expect(lengths).toEqual([1, 2, 3, 4, 5, 6, 6, 6]);
  });

  it("comes back about as good as it was before the outage, the more so the better it was known", async () => {
    const share = ({ router }: RouterVisit) =>
      router.rank([cheap], request(), LOCAL_CALLER).candidates[0]?.estimate?.share ?? 0;
    const kept: number[] = [];
    for (const known of [2, 40]) {
      const visit = await visitRouter();
      await succeed(visit, cheap, known);
      const before = share(visit);
      await fail(visit, cheap, 8);
      const during = share(visit);
      await visit.clock.advance(30 * MINUTE_MS);
      await succeed(visit, cheap);
      kept.push((share(visit) - during) / (before - during));
    }
    const [little = 0, well = 0] = kept;
    expect(well).toBeGreaterThan(0.8);
    expect(little).toBeLessThan(well);
  });

  it("is not excused for an unlucky run that ended by itself", async () => {
    const visit = await visitRouter();
    await fail(visit, cheap, 3);
    await succeed(visit, cheap);
    expect(visit.router.observed(cheap)).toMatchObject({ sampleCount: 4, successRate: expect.closeTo(0.25, 2) });
  });

  it("learns nothing from what was bought before its time was over", async () => {
    const visit = await visitRouter();
    const lives = createLives(visit);
    const early = lives.buy(cheap, nextId());
    await fail(visit, cheap, 8);
    const { benchedUntil } = visit.router.standing("cheap");
    await visit.clock.advance(31 * MINUTE_MS);
    lives.end(early, "EXPIRED");
    expect(first(visit)).toBe("cheap");
    expect(benchedUntil).toBeLessThan(visit.clock.now());
  });
});
