import { randomUUID } from "node:crypto";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import { RetryInfoSchema } from "../../gen/google/rpc/error_details_pb.ts";
import { Outcome } from "../../gen/numgate/v1/attempt_pb.ts";
import { UpstreamState as State } from "../../gen/numgate/v1/catalog_pb.ts";
import { Capability, Product, Strategy } from "../../gen/numgate/v1/offer_pb.ts";
import { Problem, VerificationStatus as Status, type Verification } from "../../gen/numgate/v1/verification_pb.ts";
import { entry, handlerOnly, startHandlerApi, startPing, turn } from "../faults/liar.ts";
import { until } from "../support/clock.ts";
import { buy, type Gateway, reasonOf, sold, startGateway, turnUntil, usd } from "../support/gateway.ts";

const DEAR = "ping";
/** Sells the same for less. */
const CHEAP = "smsverificationservice";
const WHATSAPP = { countryCode: "US", service: "whatsapp" };
const MINUTE_MS = 60_000;
const NUMBERS = /\d+\.\d\d USD.*: .*\d+ % expected to get a code, in \d+ s at median, \d+ % refunded when not; .+/;

/** No code comes by itself. */
const SILENT = { sandbox: { codeDelayMs: Number.POSITIVE_INFINITY } };

async function upstreamOf({ catalog }: Gateway, id: string) {
  const { upstreams } = await catalog.listUpstreams({});
  const found = upstreams.find(({ upstream }) => upstream === id);
  if (!found) throw new Error(`there is no upstream ${id}`);
  return found;
}

async function ranked({ catalog }: Gateway, request: Parameters<Gateway["catalog"]["rankOffers"]>[0] = {}) {
  return (await catalog.rankOffers({ ...WHATSAPP, ...request })).candidates;
}

async function estimateOf(gateway: Gateway, upstream: string) {
  const candidate = (await ranked(gateway)).find(({ offer }) => offer?.upstream === upstream);
  if (!candidate?.estimate) throw new Error(`nothing is estimated of ${upstream}`);
  return candidate.estimate;
}

async function deliver(gateway: Gateway, { phoneNumber, verificationId }: Verification): Promise<void> {
  gateway.sandbox.control.deliver({ phone: phoneNumber });
  await turnUntil(gateway, verificationId, Status.RECEIVED);
}

/** Waits for long enough, then gives the number back. */
async function giveUp({ clock, verifications }: Gateway, { verificationId }: Verification): Promise<void> {
  await clock.advance(5 * MINUTE_MS);
  await verifications.cancelVerification({ verificationId });
}

/** Buys until the cheaper upstream is not bought from any more. Gives how often it failed. */
async function failUntilBenched(gateway: Gateway): Promise<number> {
  for (let failures = 1; failures <= 10; failures += 1) {
    const bought = await buy(gateway);
    expect(bought.upstream).toBe(CHEAP);
    await giveUp(gateway, bought);
    if ((await upstreamOf(gateway, CHEAP)).state === State.BENCHED) return failures;
  }
  throw new Error("ten orders failed, and it is not benched");
}

describe("an upstream that goes dark", () => {
  it("is benched within ten failed orders, and back with the one order that finds it recovered", async () => {
    const gateway = await startGateway(SILENT);
    const { clock } = gateway;
    await deliver(gateway, await buy(gateway));
    expect(await failUntilBenched(gateway)).toBeLessThanOrEqual(10);

    const { benchedUntil } = await upstreamOf(gateway, CHEAP);
    if (!benchedUntil) throw new Error("it does not say until when it is benched");
    const [first, , last] = await ranked(gateway);
    expect(first?.offer?.upstream).toBe(DEAR);
    expect(last).toMatchObject({ setBackReason: "BENCHED", setBackUntil: benchedUntil, excludedReason: "" });
    expect(last?.explanation).toContain("benched for failures in a row until 2026-05-01T");

    const soldBefore = gateway.sandbox.control.books()[CHEAP].orders.length;
    while (clock.now() < timestampMs(benchedUntil) - MINUTE_MS) {
      const bought = await buy(gateway);
      expect(bought.upstream).toBe(DEAR);
      await deliver(gateway, bought);
      await clock.advance(3 * MINUTE_MS);
    }
    expect(gateway.sandbox.control.books()[CHEAP].orders.length).toBe(soldBefore);

    await clock.advance(timestampMs(benchedUntil) - clock.now());
    const probe = await buy(gateway);
    expect(probe.upstream).toBe(CHEAP);
    expect(probe.attempts[0]?.explanation).toContain("this tells whether its outage is over");
    expect((await buy(gateway)).upstream).toBe(DEAR);
    await deliver(gateway, probe);
    expect((await upstreamOf(gateway, CHEAP)).state).toBe(State.READY);
    expect((await buy(gateway)).upstream).toBe(CHEAP);
    expect((await buy(gateway)).upstream).toBe(CHEAP);
  });

  it("that is still dark when it is tried is benched for longer, after that one order", async () => {
    const gateway = await startGateway(SILENT);
    const { clock } = gateway;
    await failUntilBenched(gateway);
    await clock.advance(30 * MINUTE_MS);
    const probe = await buy(gateway);
    expect(probe.upstream).toBe(CHEAP);
    await giveUp(gateway, probe);
    const { benchedUntil } = await upstreamOf(gateway, CHEAP);
    expect(benchedUntil && timestampMs(benchedUntil) - clock.now()).toBe(60 * MINUTE_MS);
    expect((await buy(gateway)).upstream).toBe(DEAR);
  });

  it("is bought from all the same when nothing else can serve", async () => {
    const gateway = await startGateway(SILENT);
    await failUntilBenched(gateway);
    gateway.sandbox.control.setStock({ upstream: DEAR, service: "WhatsApp", count: 0 });
    expect((await buy(gateway)).upstream).toBe(CHEAP);
  });

  it("stays benched over a restart", async () => {
    const gateway = await startGateway(SILENT);
    await failUntilBenched(gateway);
    const before = await upstreamOf(gateway, CHEAP);
    const after = await gateway.restart();
    expect(await upstreamOf(after, CHEAP)).toMatchObject({ state: State.BENCHED, benchedUntil: before.benchedUntil });
    expect((await buy(after)).upstream).toBe(DEAR);
  });

  it("is another matter than a client that gives up at once", async () => {
    const gateway = await startGateway(SILENT);
    for (let order = 0; order < 8; order += 1) {
      const { verificationId } = await buy(gateway);
      await gateway.clock.advance(3_000);
      const cancelled = gateway.verifications.cancelVerification({ verificationId });
      // The balance that tells what came back waits for its turn.
      await gateway.clock.advance(3_000);
      await cancelled;
    }
    expect((await upstreamOf(gateway, CHEAP)).state).toBe(State.READY);
    expect(await estimateOf(gateway, CHEAP)).toMatchObject({ sampleCount: 0 });
  });
});

describe("what is learned", () => {
  it("from codes and failures shows in the estimates and in the offers, and is known after a restart", async () => {
    const gateway = await startGateway(SILENT);
    const fresh = await estimateOf(gateway, CHEAP);
    for (let order = 0; order < 3; order += 1) await deliver(gateway, await buy(gateway));
    const better = await estimateOf(gateway, CHEAP);
    expect(better.successRate).toBeGreaterThan(fresh.successRate);
    expect(better.successRateLow).toBeGreaterThan(fresh.successRateLow);
    await giveUp(gateway, await buy(gateway));
    const learned = await estimateOf(gateway, CHEAP);
    expect(learned.successRate).toBeLessThan(better.successRate);
    expect(learned.sampleCount).toBe(4);

    const after = await gateway.restart();
    const restored = await estimateOf(after, CHEAP);
    expect(restored.successRate).toBeCloseTo(learned.successRate, 4);
    expect(restored.sampleCount).toBe(4);
    const { offers } = await after.catalog.listOffers({ ...WHATSAPP, product: Product.VERIFICATION });
    const seen = offers.find(({ upstream }) => upstream === CHEAP);
    expect(seen?.observedSampleCount).toBe(4);
    expect(seen?.observedSuccessRate).toBeCloseTo(0.75, 2);
    const unseen = offers.find(({ upstream }) => upstream === DEAR);
    expect([unseen?.observedSampleCount, unseen?.observedSuccessRate]).toEqual([0, undefined]);
  });

  it("counts a code once, however many states follow it, also over a restart", async () => {
    const gateway = await startGateway(SILENT);
    const bought = await buy(gateway);
    await deliver(gateway, bought);
    const after = await gateway.restart();
    await after.verifications.completeVerification({ verificationId: bought.verificationId });
    expect((await estimateOf(after, CHEAP)).sampleCount).toBe(1);
  });

  it("of an empty stock puts the offer after the others for a minute", async () => {
    const gateway = await startGateway(SILENT);
    gateway.sandbox.control.setStock({ upstream: CHEAP, service: "WhatsApp", count: 0 });
    expect((await buy(gateway)).attempts).toHaveLength(3);
    gateway.sandbox.control.setStock({ upstream: CHEAP, service: "WhatsApp", count: 100 });
    expect((await buy(gateway)).attempts).toHaveLength(1);
    expect((await ranked(gateway)).at(-1)?.setBackReason).toBe("SOLD_OUT");
    await gateway.clock.advance(MINUTE_MS);
    expect((await buy(gateway)).upstream).toBe(CHEAP);
  });
});

describe("a report", () => {
  const PROBLEMS = [
    Problem.NUMBER_REJECTED,
    Problem.NUMBER_ALREADY_USED,
    Problem.CODE_MISSING,
    Problem.CODE_WRONG,
    Problem.CODE_LATE,
  ];

  it.each(PROBLEMS)("of problem %i lowers the estimate once, and changes nothing else", async (problem) => {
    const gateway = await startGateway(SILENT);
    const { verificationId } = await buy(gateway);
    await deliver(gateway, await gatewayState(gateway, verificationId));
    const received = await gatewayState(gateway, verificationId);
    const before = await estimateOf(gateway, CHEAP);
    const report = async (at: Gateway) =>
      (await at.verifications.reportVerification({ verificationId, problem })).verification;
    expect(await report(gateway)).toEqual(received);
    const once = await estimateOf(gateway, CHEAP);
    expect(once.successRate).toBeLessThan(before.successRate);
    await report(gateway);
    expect((await estimateOf(gateway, CHEAP)).successRate).toBeCloseTo(once.successRate, 6);
    const after = await gateway.restart();
    await report(after);
    const restored = await estimateOf(after, CHEAP);
    expect(restored.successRate).toBeCloseTo(once.successRate, 4);
    expect(restored.sampleCount).toBe(1);
  });

  it.each(["received", "given up", "expired", "waited for"])(
    "of all problems of one number that was %s is one purchase that failed, and no outage",
    async (how) => {
      const gateway = await startGateway(SILENT);
      for (let order = 0; order < 5; order += 1) await deliver(gateway, await buy(gateway));
      const bought = await buy(gateway);
      const { verificationId } = bought;
      if (how === "received") await deliver(gateway, bought);
      if (how === "given up") await giveUp(gateway, bought);
      if (how === "expired") await turnUntil(gateway, verificationId, Status.EXPIRED, 30_000);
      let { successRate } = await estimateOf(gateway, CHEAP);
      for (const problem of PROBLEMS) {
        await gateway.verifications.reportVerification({ verificationId, problem });
        const estimate = await estimateOf(gateway, CHEAP);
        expect(estimate.sampleCount).toBe(6);
        expect(estimate.successRate).toBeLessThanOrEqual(successRate);
        successRate = estimate.successRate;
      }
      const { state, benchedPlaces } = await upstreamOf(gateway, CHEAP);
      expect({ state, benchedPlaces }).toEqual({ state: State.READY, benchedPlaces: [] });
    },
  );

  it("before the end counts, and the end does not count again", async () => {
    const gateway = await startGateway(SILENT);
    const bought = await buy(gateway);
    const { verificationId } = bought;
    await gateway.verifications.reportVerification({ verificationId, problem: Problem.NUMBER_REJECTED });
    const reported = await estimateOf(gateway, CHEAP);
    await giveUp(gateway, bought);
    const { successRate, sampleCount } = await estimateOf(gateway, CHEAP);
    expect(sampleCount).toBe(1);
    expect(successRate).toBeCloseTo(reported.successRate, 3);
  });

  it("that no code came says nothing new of a number that expired without one", async () => {
    const gateway = await startGateway(SILENT);
    const { verificationId } = await buy(gateway);
    await turnUntil(gateway, verificationId, Status.EXPIRED, 30_000);
    const before = await estimateOf(gateway, CHEAP);
    await gateway.verifications.reportVerification({ verificationId, problem: Problem.CODE_MISSING });
    expect((await estimateOf(gateway, CHEAP)).successRate).toBeCloseTo(before.successRate, 6);
    await gateway.verifications.reportVerification({ verificationId, problem: Problem.NUMBER_REJECTED });
    expect((await estimateOf(gateway, CHEAP)).successRate).toBeLessThan(before.successRate);
  });

  it("is taken of a purchase that failed, and counts for nobody", async () => {
    const gateway = await startGateway(SILENT);
    for (const upstream of [CHEAP, DEAR] as const) {
      gateway.sandbox.control.setStock({ upstream, service: "WhatsApp", count: 0 });
    }
    await reasonOf(buy(gateway));
    const [failed] = (await gateway.verifications.listVerifications({})).verifications;
    const { verificationId = "" } = failed ?? {};
    const answer = await gateway.verifications.reportVerification({ verificationId, problem: Problem.CODE_LATE });
    expect(answer.verification?.status).toBe(Status.FAILED);
    expect((await estimateOf(gateway, CHEAP)).sampleCount).toBe(0);
  });

  it("is NOT_FOUND for another caller's, and for none", async () => {
    const gateway = await startGateway({
      ...SILENT,
      config: "callers: [{ name: a, token: aaaaaaaaaaaaaaaaaaaa }, { name: b, token: bbbbbbbbbbbbbbbbbbbb }]",
    });
    const [a, b] = [gateway.as("aaaaaaaaaaaaaaaaaaaa"), gateway.as("bbbbbbbbbbbbbbbbbbbb")];
    const { verificationId } = await buy({ verifications: a });
    const problem = Problem.CODE_WRONG;
    for (const id of [verificationId, "ver_nothing"]) {
      expect(await reasonOf(b.reportVerification({ verificationId: id, problem }))).toMatchObject({
        reason: "NOT_FOUND",
      });
    }
  });

  async function gatewayState({ verifications }: Gateway, verificationId: string): Promise<Verification> {
    const { verification } = await verifications.getVerification({ verificationId });
    if (!verification) throw new Error("there is none");
    return verification;
  }
});

describe("an upstream out of reach", () => {
  it("is not bought from until a free call succeeds, which is made when its breaker's time is over", async () => {
    const gateway = await startGateway(SILENT);
    const { clock, sandbox } = gateway;
    await buy(gateway);
    sandbox.control.failNext({ upstream: CHEAP, endpoint: "*", kind: "status_500", times: 1_000 });
    await until(async () => {
      await clock.advance(1_000);
      return (await upstreamOf(gateway, CHEAP)).state === State.UNREACHABLE;
    });
    const { breakerUntil } = await upstreamOf(gateway, CHEAP);
    expect(breakerUntil && timestampMs(breakerUntil)).toBeGreaterThan(clock.now());
    const excluded = (await ranked(gateway)).filter(({ excludedReason }) => excludedReason !== "");
    expect(excluded.map(({ excludedReason }) => excludedReason)).toEqual([
      "UPSTREAM_UNREACHABLE",
      "UPSTREAM_UNREACHABLE",
    ]);
    expect((await buy(gateway)).upstream).toBe(DEAR);
    const alone = await reasonOf(buy(gateway, { upstreams: [CHEAP] }));
    expect(alone).toMatchObject({ reason: "UPSTREAMS_UNAVAILABLE", code: "Unavailable" });
    expect(alone.error.details.map((detail) => ("type" in detail ? detail.type : ""))).toContain(
      "google.rpc.RetryInfo",
    );

    const restarted = await gateway.restart();
    expect((await upstreamOf(restarted, CHEAP)).state).toBe(State.UNREACHABLE);
    sandbox.control.reset();
    await until(async () => {
      await clock.advance(5_000);
      return (await upstreamOf(restarted, CHEAP)).state === State.READY;
    });
    expect((await buy(restarted)).upstream).toBe(CHEAP);
  });

  it("for want of money is bought from again once its balance covers the price", async () => {
    const gateway = await startGateway(SILENT);
    const { clock, sandbox } = gateway;
    sandbox.control.setBalance({ upstream: CHEAP, balance: "0.01" });
    const { attempts } = await buy(gateway);
    expect(attempts.map(({ reason }) => reason)).toEqual(["UPSTREAM_FUNDS", ""]);
    expect((await upstreamOf(gateway, CHEAP)).state).toBe(State.OUT_OF_FUNDS);
    expect((await buy(gateway)).attempts).toHaveLength(1);
    expect((await ranked(gateway)).at(-1)?.excludedReason).toBe("UPSTREAM_FUNDS");
    await clock.advance(10 * MINUTE_MS);
    expect((await buy(gateway)).upstream).toBe(DEAR);
    sandbox.control.setBalance({ upstream: CHEAP, balance: "50.00" });
    await until(async () => {
      await clock.advance(10_000);
      return (await upstreamOf(gateway, CHEAP)).state === State.READY;
    });
    expect((await buy(gateway)).upstream).toBe(CHEAP);
  });
});

/** A host with two offers of it, that says this to who would buy, and a dearer one elsewhere. */
async function startRefusing(said: unknown) {
  const host = await startHandlerApi();
  host.on(/getServicesList/, {
    status: "success",
    services: [
      { code: "wa", name: "WhatsApp" },
      { code: "ot", name: "WhatsApp" },
    ],
  });
  host.on(/getPrices/, { 187: { wa: { cost: "0.10", count: 5 }, ot: { cost: "0.11", count: 5 } } });
  host.on(/getNumber/, said);
  const ping = await startPing();
  const upstreams = `${handlerOnly(host)()}\n${entry("ping", "ping", ping.url)}`;
  return { host, gateway: await startGateway({ upstreams: () => upstreams }) };
}

describe("an account that cannot pay", () => {
  const SOLD = "ACCESS_NUMBER:77:14155550100";

  it("is out for the whole purchase, which says so", async () => {
    const { host, gateway } = await startRefusing("NO_BALANCE");
    const { upstream, attempts } = await buy(gateway);
    expect([upstream, attempts.map(({ reason }) => reason)]).toEqual(["ping", ["UPSTREAM_FUNDS", ""]]);
    expect(attempts[1]?.explanation).toContain("1 of host passed over: its account cannot pay");
    expect(host.count(/getNumber/)).toBe(1);
  });

  it.each([
    ["0.10", ["UPSTREAM_FUNDS", ""]],
    ["0.09", ["UPSTREAM_FUNDS"]],
    ["5.00", ["UPSTREAM_FUNDS", ""]],
  ])("and holds %s after it was refused is asked for what costs less, if that covers it", async (balance, reasons) => {
    const { host, gateway } = await startRefusing(SOLD);
    const ofService: Record<string, string> = { wa: "NO_NUMBERS", ot: SOLD };
    host.on(/getNumber/, ({ url = "" }: { url?: string }) => ofService[/service=(\w+)/.exec(url)?.[1] ?? ""]);
    const wish = { upstreams: ["host"] };
    expect((await buy(gateway, wish)).attempts.map(({ reason }) => reason)).toEqual(["NO_NUMBERS", ""]);
    // What was sold out is now tried last, and costs less.
    Object.assign(ofService, { wa: SOLD.replace("77", "78"), ot: "NO_BALANCE" });
    host.on(/getBalance/, `ACCESS_BALANCE:${balance}`);
    await buy(gateway, wish).catch(() => undefined);
    const [verification] = (await gateway.verifications.listVerifications({})).verifications;
    expect(verification?.attempts.map(({ reason }) => reason)).toEqual(reasons);
  });
});

describe("an account that is banned", () => {
  it("is out for the whole purchase, and is not bought from because its balance answers", async () => {
    const { host, gateway } = await startRefusing("BANNED");
    const { upstream, attempts } = await buy(gateway);
    expect([upstream, attempts.map(({ reason }) => reason)]).toEqual(["ping", ["UPSTREAM_CREDENTIALS", ""]]);
    await until(async () => {
      await turn(gateway, MINUTE_MS, MINUTE_MS);
      return (await upstreamOf(gateway, "host")).balance;
    });
    await turn(gateway, 8 * MINUTE_MS, MINUTE_MS);
    expect((await upstreamOf(gateway, "host")).state).toBe(State.CREDENTIALS_REJECTED);
    expect((await buy(gateway)).attempts).toHaveLength(1);
    expect(await reasonOf(buy(gateway, { upstreams: ["host"] }))).toMatchObject({ reason: "UPSTREAM_CREDENTIALS" });
    expect(host.count(/getNumber/)).toBe(1);
  });

  it("is tried by one purchase in ten minutes", async () => {
    const { host, gateway } = await startRefusing("BANNED");
    await buy(gateway);
    await turn(gateway, 11 * MINUTE_MS, MINUTE_MS);
    for (let i = 0; i < 3; i += 1) expect((await buy(gateway)).upstream).toBe("ping");
    expect(host.count(/getNumber/)).toBe(2);
  });

  it("for a time that it names is bought from again after that", async () => {
    const { host, gateway } = await startRefusing("BANNED:600");
    await buy(gateway);
    await turn(gateway, 9 * MINUTE_MS, MINUTE_MS);
    expect((await buy(gateway)).upstream).toBe("ping");
    host.on(/getNumber/, { activationId: "1", phoneNumber: "14155550100", activationCost: "0.10", currency: 840 });
    await turn(gateway, 2 * MINUTE_MS, MINUTE_MS);
    expect((await upstreamOf(gateway, "host")).state).toBe(State.READY);
    expect((await buy(gateway)).upstream).toBe("host");
  });
});

describe("an upstream whose catalogue never came", () => {
  const at =
    (id: string, key: string, url: (urls: Record<string, string>) => string) => (sandbox: Gateway["sandbox"]) =>
      `upstreams: [{ id: ${id}, provider: ping, api_key: ${key}, base_url: "${url(sandbox.baseUrls)}" }]`;

  it.for([
    ["that is out of reach", at("away", "sandbox", () => "http://127.0.0.1:1"), "UPSTREAMS_UNAVAILABLE"],
    ["that rejects its account's key", at("away", "wrong", ({ ping = "" }) => ping), "UPSTREAM_CREDENTIALS"],
  ] as const)("is named as the reason why nothing can be bought: one %s", async ([, upstreams, reason]) => {
    const { verifications, rentals, esims } = await startGateway({ upstreams });
    const place = { service: "whatsapp", country: "US" };
    const calls = [
      [() => verifications.createVerification({ ...WHATSAPP, requestId: randomUUID() }), place],
      [
        () => verifications.createVerification({ requestId: randomUUID(), offerId: "away:svc_1" }),
        { offer_id: "away:svc_1" },
      ],
      [() => rentals.createRental({ ...WHATSAPP, requestId: randomUUID(), days: 3 }), place],
      [() => esims.createEsim({ requestId: randomUUID(), plan: "away:5" }), { plan: "away:5" }],
    ] as const;
    for (const [call, named] of calls) {
      const refused = await reasonOf(call());
      expect(refused.reason).toBe(reason);
      expect(refused.metadata).toEqual({ ...named, upstreams: "away" });
      expect(refused.error.findDetails(RetryInfoSchema)).toHaveLength(reason === "UPSTREAMS_UNAVAILABLE" ? 1 : 0);
    }
    const elsewhere = verifications.createVerification({ requestId: randomUUID(), offerId: "other:svc_1" });
    expect((await reasonOf(elsewhere)).reason).toBe("NO_OFFERS");
  });
});

describe("an upstream whose catalogue never came, beside one that sells it", () => {
  it("is the reason where it alone may be asked", async () => {
    const gateway = await startGateway({
      upstreams: ({ baseUrls: { ping = "" } }) =>
        `upstreams:\n${entry("ping", "ping", ping)}\n${entry("away", "ping", "http://127.0.0.1:1")}`,
    });
    expect((await buy(gateway)).upstream).toBe("ping");
    for (const request of [{ upstreams: ["away"] }, { excludeUpstreams: ["ping"] }]) {
      expect(await reasonOf(buy(gateway, request))).toMatchObject({
        reason: "UPSTREAMS_UNAVAILABLE",
        metadata: { upstreams: "away" },
      });
    }
    expect((await reasonOf(buy(gateway, { excludeUpstreams: ["ping", "away"] }))).reason).toBe("NO_OFFERS");
  });
});

describe("RankOffers", () => {
  it("is in the order of the attempts, explains each with its numbers, and buys nothing", async () => {
    const gateway = await startGateway();
    const candidates = await ranked(gateway);
    for (const upstream of [CHEAP, DEAR] as const) {
      gateway.sandbox.control.setStock({ upstream, service: "WhatsApp", count: 0 });
    }
    expect(sold(gateway.sandbox)).toBe(0);
    await reasonOf(buy(gateway));
    const [failed] = (await gateway.verifications.listVerifications({})).verifications;
    expect(failed?.attempts.map(({ offerId }) => offerId)).toEqual(candidates.map(({ offer }) => offer?.offerId));
    expect(failed?.attempts.map(({ explanation }) => explanation)).toEqual(
      candidates.map(({ explanation }) => explanation),
    );
    for (const { explanation, score, estimate } of candidates) {
      expect(explanation).toMatch(NUMBERS);
      expect(score).toBeGreaterThan(0);
      expect(estimate).toMatchObject({ successRate: expect.closeTo(0.75, 2), availability: expect.closeTo(0.95, 2) });
    }
  });

  it("gives the same twice", async () => {
    const gateway = await startGateway();
    expect(await ranked(gateway)).toEqual(await ranked(gateway));
  });

  it("shows what is left out, with why, and that nothing can be had is not an error", async () => {
    const gateway = await startGateway();
    const reasons = async (request: object) =>
      (await ranked(gateway, request)).map(({ excludedReason }) => excludedReason);
    expect(await reasons({ maxPrice: usd(0, 45) })).toEqual(["", "", "PRICE_ABOVE_MAX"]);
    expect(await reasons({ excludeUpstreams: [CHEAP] })).toEqual(["", "UPSTREAM_EXCLUDED", "UPSTREAM_EXCLUDED"]);
    expect(await reasons({ capability: Capability.VOICE })).toEqual(["", "CAPABILITY_MISSING", "CAPABILITY_MISSING"]);
    expect(await reasons({ minSuccessRate: 0.99 })).toEqual(Array(3).fill("SUCCESS_RATE_BELOW_MIN"));
    expect(await reasons({ countryCode: "AQ" })).toEqual([]);
    expect(await reasons({ offerId: "ping:nothing" })).toEqual([]);
    expect(await reasonOf(ranked(gateway, { service: "whatsap" }))).toMatchObject({ reason: "UNKNOWN_SERVICE" });
    expect(await reasonOf(ranked(gateway, { upstreams: ["acme"] }))).toMatchObject({ reason: "INVALID_REQUEST" });
    const { reason, error } = await reasonOf(buy(gateway, { capability: Capability.VOICE, excludeUpstreams: [DEAR] }));
    expect(reason).toBe("NO_OFFERS");
    expect(JSON.stringify(error.details)).toContain("CAPABILITY_MISSING");
  });

  it("ranks rentals by the price of exactly the length, and leaves out what is not sold for it", async () => {
    const gateway = await startGateway();
    const { offers } = await gateway.catalog.listOffers({ product: Product.RENTAL, pageSize: 1000 });
    const offer = offers.find(({ rentalTerms }) => rentalTerms.some(({ days }) => days > 0));
    if (!offer) throw new Error("the sandbox rents nothing for whole terms");
    const { countryCode, service, rentalTerms } = offer;
    const sold = rentalTerms.find(({ days }) => days > 0)?.days ?? 0;
    const rank = (days: number) => ranked(gateway, { product: Product.RENTAL, countryCode, service, days });
    const fitting = (await rank(sold)).filter(({ excludedReason }) => excludedReason === "");
    expect(fitting.map(({ offer }) => offer?.offerId)).toContain(offer.offerId);
    const scores = fitting.map(({ score = 0 }) => score);
    expect(scores).toEqual(scores.toSorted((a, b) => a - b));
    expect(fitting[0]?.explanation).toContain("USD");
    const odd = (await rank(361)).find((candidate) => candidate.offer?.offerId === offer.offerId);
    expect(odd).toMatchObject({
      excludedReason: "DAYS_NOT_SOLD",
      explanation: expect.stringContaining("so many days"),
    });
  });
});

describe("a strategy", () => {
  it.each([Strategy.CHEAPEST, Strategy.BALANCED, Strategy.FASTEST, Strategy.MOST_RELIABLE])(
    "%i is served, and its attempts carry the numbers",
    async (strategy) => {
      const gateway = await startGateway();
      const { attempts } = await buy(gateway, { strategy });
      expect(attempts).toMatchObject([{ outcome: Outcome.BOUGHT, explanation: expect.stringMatching(NUMBERS) }]);
    },
  );

  it("of the operator holds for requests that name none", async () => {
    const gateway = await startGateway({ ...SILENT, config: "routing: { default_strategy: MOST_RELIABLE }" });
    const dear = await buy(gateway, { upstreams: [DEAR] });
    await deliver(gateway, dear);
    const bought = await buy(gateway);
    expect(bought.upstream).toBe(DEAR);
    expect(bought.attempts[0]?.explanation).toContain("with 90 % confidence");
    expect((await buy(gateway, { strategy: Strategy.CHEAPEST })).upstream).toBe(CHEAP);
  });
});
