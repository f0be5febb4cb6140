import { describe, expect, it } from "vitest";
import { LOCAL_CALLER } from "../../src/core/caller.ts";
import type { Verb } from "../../src/core/desks.ts";
import { GatewayError, type Reason, UpstreamFault } from "../../src/core/error.ts";
import type { Money } from "../../src/core/money.ts";
import type { Upstream, UpstreamState } from "../../src/core/upstream.ts";
import { settle } from "../support/clock.ts";
import { createLives, offer, type RouterVisit, request, usd, visitRouter } from "./support.ts";

const acme = offer("1");

/** An upstream whose calls end as the test says; how they end is told to the router. */
function upstreamOf(balance: (() => Promise<Money>) | undefined, asked: Verb[]) {
  let visit: RouterVisit | undefined;
  const listings = async function* () {};
  const upstream: Upstream = {
    id: "acme",
    provider: "acme",
    desks: { catalog: { listings }, ...(balance && { balance }) },
    features: [],
    pollGapMs: 1_000,
    lifetimeMs: 60_000,
    async run(verb, task) {
      asked.push(verb);
      try {
        const result = await task();
        visit?.router.heard({ upstream: "acme", verb });
        return result;
      } catch (error) {
        visit?.router.heard({ upstream: "acme", verb, error });
        throw error;
      }
    },
    poll: async () => undefined,
    limits: () => [],
    lastError: () => undefined,
    close: async () => {},
  };
  return {
    upstream,
    attach(to: RouterVisit) {
      visit = to;
    },
  };
}

async function visitAcme({ balance }: { balance?: () => Promise<Money> } = {}) {
  const asked: Verb[] = [];
  const { upstream, attach } = upstreamOf(balance, asked);
  const visit = await visitRouter({ upstreams: [upstream] });
  attach(visit);
  return { ...visit, asked, upstream };
}

const fault = () => new UpstreamFault("GET /orders/1 was answered 502");
const refusal = (reason: Reason) => new GatewayError(reason, "no");

function hear({ router }: RouterVisit, error?: unknown, verb: Verb = "check", times = 1): void {
  for (let call = 0; call < times; call += 1) router.heard({ upstream: "acme", verb, ...(error ? { error } : {}) });
}

const state = ({ router }: RouterVisit): UpstreamState => router.standing("acme").state;

function exclusions({ router }: RouterVisit) {
  return router.rank([acme], request(), LOCAL_CALLER).excluded.map(({ exclusion }) => exclusion);
}

describe("an upstream's state", () => {
  it("is READY before the first call, DEGRADED after a fault, and READY after an answer", async () => {
    const visit = await visitAcme();
    expect(state(visit)).toBe("READY");
    hear(visit, fault());
    expect(state(visit)).toBe("DEGRADED");
    expect(exclusions(visit)).toEqual([]);
    hear(visit);
    expect(state(visit)).toBe("READY");
  });

  it("is UNREACHABLE after five faults in a row, until any call is answered", async () => {
    const visit = await visitAcme();
    hear(visit, fault(), "check", 4);
    expect(state(visit)).toBe("DEGRADED");
    hear(visit, fault());
    expect(state(visit)).toBe("UNREACHABLE");
    expect(exclusions(visit)).toEqual(["UPSTREAM_UNREACHABLE"]);
    hear(visit);
    expect(state(visit)).toBe("READY");
    expect(exclusions(visit)).toEqual([]);
  });

  it.each<Reason>(["NO_NUMBERS", "CANCEL_TOO_EARLY"])("counts %s as an answer", async (reason) => {
    const visit = await visitAcme();
    for (let round = 0; round < 5; round += 1) {
      hear(visit, fault());
      hear(visit, refusal(reason), "buy");
    }
    expect(state(visit)).toBe("READY");
  });

  it("takes nothing from a refusal of the gateway's own", async () => {
    const visit = await visitAcme();
    hear(visit, fault());
    hear(visit, refusal("BUDGET_EXCEEDED"), "buy");
    expect(state(visit)).toBe("DEGRADED");
  });

  it("is CREDENTIALS_REJECTED until a call is accepted, and not over a restart", async () => {
    const visit = await visitAcme();
    hear(visit, refusal("UPSTREAM_CREDENTIALS"));
    hear(visit, fault());
    expect(state(visit)).toBe("CREDENTIALS_REJECTED");
    expect(exclusions(visit)).toEqual(["UPSTREAM_CREDENTIALS"]);
    await visit.router.stop();
    expect(state(await visitRouter({ store: visit.store }))).toBe("DEGRADED");
    hear(visit);
    expect(state(visit)).toBe("READY");
  });

  it("is CREDENTIALS_REJECTED after a refused purchase, whatever else is answered", async () => {
    const visit = await visitAcme();
    hear(visit, refusal("UPSTREAM_CREDENTIALS"), "buy");
    hear(visit, undefined, "balance");
    hear(visit, undefined, "check");
    expect(state(visit)).toBe("CREDENTIALS_REJECTED");
    hear(visit, undefined, "buy");
    expect(state(visit)).toBe("READY");
  });

  it("is CREDENTIALS_REJECTED until a free call is accepted where one was refused after the purchase", async () => {
    const visit = await visitAcme();
    hear(visit, refusal("UPSTREAM_CREDENTIALS"), "buy");
    hear(visit, refusal("UPSTREAM_CREDENTIALS"), "balance");
    expect(state(visit)).toBe("CREDENTIALS_REJECTED");
    hear(visit, undefined, "balance");
    expect(state(visit)).toBe("READY");
  });
});

describe("the breaker", () => {
  it("asks for the balance when its time is over: once, and again later and later while that fails", async () => {
    const visit = await visitAcme({ balance: () => Promise.reject(fault()) });
    const { clock, asked, router } = visit;
    hear(visit, fault(), "check", 5);
    const waits: number[] = [];
    for (let probe = 1; probe <= 12; probe += 1) {
      const wait = (router.standing("acme").breakerUntil ?? 0) - clock.now();
      waits.push(wait);
      await clock.advance(wait - 1);
      expect(asked).toHaveLength(probe - 1);
      await clock.advance(1);
      await settle();
      expect(asked).toHaveLength(probe);
    }
    expect(asked.every((verb) => verb === "balance")).toBe(true);
    waits.forEach((wait, index) => {
      const usual = 30_000 * (index + 1);
      expect(wait).toBeGreaterThanOrEqual(Math.min(usual * 0.8, 300_000));
      expect(wait).toBeLessThanOrEqual(Math.min(usual * 1.2, 300_000));
    });
    expect(waits.at(-1)).toBe(300_000);
  });

  it("is closed by the first balance that is answered", async () => {
    let up = false;
    const visit = await visitAcme({ balance: async () => (up ? usd(1n) : Promise.reject(fault())) });
    hear(visit, fault(), "check", 5);
    await visit.clock.advance(40_000);
    expect(state(visit)).toBe("UNREACHABLE");
    up = true;
    await visit.clock.advance(80_000);
    expect(state(visit)).toBe("READY");
    expect(visit.asked).toHaveLength(2);
  });

  it("is open over a restart, and then asks as well", async () => {
    const first = await visitAcme();
    hear(first, fault(), "check", 5);
    await first.router.stop();
    const asked: Verb[] = [];
    const { upstream, attach } = upstreamOf(async () => usd(1n), asked);
    const next = await visitRouter({ store: first.store, clock: first.clock, upstreams: [upstream] });
    attach(next);
    expect(state(next)).toBe("UNREACHABLE");
    await next.clock.advance(40_000);
    expect(asked).toEqual(["balance"]);
    expect(state(next)).toBe("READY");
  });

  it("asks for the catalogue where there is no balance, and trusts that less", async () => {
    const visit = await visitAcme();
    hear(visit, fault(), "check", 5);
    await visit.clock.advance(40_000);
    expect(visit.asked).toEqual(["listings"]);
    expect(state(visit)).toBe("DEGRADED");
    hear(visit, fault());
    expect(state(visit)).toBe("UNREACHABLE");
  });

  it("asks nothing more once it is stopped", async () => {
    const visit = await visitAcme({ balance: async () => usd(1n) });
    hear(visit, fault(), "check", 5);
    await visit.router.stop();
    await visit.clock.advance(3_600_000);
    expect(visit.asked).toEqual([]);
  });
});

describe("an account that could not pay", () => {
  const dear = offer("dear", { price: usd(900_000n) });

  /** A purchase at half a dollar is refused. */
  function refuse(visit: RouterVisit): void {
    hear(visit, refusal("UPSTREAM_FUNDS"), "buy");
    createLives(visit).refuse(acme, "UPSTREAM_FUNDS");
  }

  it("is asked for its balance, and buys again what that covers", async () => {
    let balance = usd(100_000n);
    const visit = await visitAcme({ balance: async () => balance });
    refuse(visit);
    expect([state(visit), exclusions(visit)]).toEqual(["OUT_OF_FUNDS", ["UPSTREAM_FUNDS"]]);
    await visit.clock.advance(40_000);
    expect([state(visit), visit.asked.length]).toEqual(["OUT_OF_FUNDS", 1]);
    balance = usd(500_000n);
    await visit.clock.advance(300_000);
    expect([state(visit), exclusions(visit)]).toEqual(["READY", []]);
  });

  it("may still buy what costs less than what is left", async () => {
    const visit = await visitAcme({ balance: async () => usd(600_000n) });
    hear(visit, refusal("UPSTREAM_FUNDS"), "buy");
    createLives(visit).refuse(dear, "UPSTREAM_FUNDS");
    visit.router.balanceIs("acme", usd(600_000n));
    const { candidates, excluded } = visit.router.rank([acme, dear], request(), LOCAL_CALLER);
    expect(candidates.map(({ offer }) => offer.ref)).toEqual(["1"]);
    expect(excluded.map(({ offer }) => offer.ref)).toEqual(["dear"]);
    expect(state(visit)).toBe("OUT_OF_FUNDS");
  });

  it("for a rental, whose price is not known here, can pay again once it holds more", async () => {
    let balance = usd(100_000n);
    const visit = await visitAcme({ balance: async () => balance });
    hear(visit, refusal("UPSTREAM_FUNDS"), "rent");
    await visit.clock.advance(40_000);
    expect([state(visit), visit.asked.length]).toEqual(["OUT_OF_FUNDS", 1]);
    balance = usd(500_000n);
    await visit.clock.advance(300_000);
    expect([state(visit), exclusions(visit)]).toEqual(["READY", []]);
  });

  it("is not cleared by a free call that tells no balance, and is by a purchase", async () => {
    const visit = await visitAcme({ balance: () => new Promise(() => {}) });
    refuse(visit);
    hear(visit);
    expect(state(visit)).toBe("OUT_OF_FUNDS");
    hear(visit, undefined, "buy");
    expect(state(visit)).toBe("READY");
  });

  it("without a balance to ask for is tried again after a while, longer each time", async () => {
    const visit = await visitAcme();
    refuse(visit);
    expect(exclusions(visit)).toEqual(["UPSTREAM_FUNDS"]);
    await visit.clock.advance(40_000);
    expect(exclusions(visit)).toEqual([]);
    refuse(visit);
    await visit.clock.advance(40_000);
    expect(exclusions(visit)).toEqual(["UPSTREAM_FUNDS"]);
    expect(visit.asked).toEqual([]);
  });
});
