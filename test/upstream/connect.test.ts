import { describe, expect, it } from "vitest";
import { ZodError } from "zod";
import { GatewayError } from "../../src/core/error.ts";
import type { SentCall } from "../../src/core/store.ts";
import { connectUpstream } from "../../src/upstream/connect.ts";
import type { Limit } from "../../src/upstream/limits.ts";
import { settle, until } from "../support/clock.ts";
import { type AcmeVisit, acme, visitAcme } from "./acme.ts";
import { type Answer, failureOf, json, reset, silence } from "./scripted-server.ts";

const never = new AbortController().signal;
const bought = { orderRef: "1", offerRef: "whatsapp", numberAsSold: "+12025550123" };
const ok = json({ order: 1 });

const desk = ({ upstream }: AcmeVisit) => {
  if (!upstream.desks.verification) throw new Error("acme sells verifications");
  return upstream.desks.verification;
};
const buy = (at: AcmeVisit) =>
  at.upstream.run("buy", () => desk(at).buy({ offerRef: "whatsapp", capability: "SMS" }, never));
const check = (at: AcmeVisit) => at.upstream.run("check", () => desk(at).check(bought, never));

/** Makes a call that is answered so, and is done when it is over. */
async function answered(
  at: AcmeVisit,
  answer: Answer,
  call: (at: AcmeVisit) => Promise<unknown> = check,
): Promise<void> {
  at.server.script(answer);
  await call(at).catch(() => undefined);
}

describe("an upstream", () => {
  it("is what its entry and its provider say together", async () => {
    const { upstream } = await visitAcme();
    expect(upstream).toMatchObject({ id: "acme-1", provider: "acme", pollGapMs: 3_000, lifetimeMs: 1_200_000 });
  });

  it("lists what it can do, and leaves out what it cannot", async () => {
    const { upstream } = await visitAcme();
    expect(upstream.features).toEqual([
      "catalog",
      "balance",
      "verification.buy",
      "verification.check",
      "verification.cancel",
    ]);
  });

  it("is refused without the options that its provider needs", () => {
    const parts = {
      clock: { now: () => 0, after: () => () => {} },
      earlier: [],
      record: async () => {},
      heard: () => {},
    };
    const open = () =>
      connectUpstream({ id: "acme-1", provider: acme, options: { apiKey: "" } }, { ...parts, log: undefined as never });
    expect(open).toThrow(ZodError);
  });

  it("remembers a call before it sends it", async () => {
    const at = await visitAcme({}, {});
    const recorded = Promise.withResolvers<void>();
    const held = await visitAcme({}, { record: () => recorded.promise });
    held.server.script(ok);
    const call = buy(held);
    await settle();
    expect(held.server.requests).toEqual([]);
    recorded.resolve();
    await call;
    expect(held.server.requests).toHaveLength(1);

    await answered(at, ok, buy);
    expect(at.recorded).toEqual([{ upstream: "acme-1", verb: "buy", time: new Date(at.clock.now()) }]);
  });

  it("does not send a call that could not be remembered, and its place in the limits comes back", async () => {
    const limits = { account: { calls: 1, windowMs: 60_000 } };
    let full = true;
    const record = async () => {
      if (full) throw new Error("disk full");
    };
    const at = await visitAcme({ limits }, { record });
    expect((await failureOf(buy(at))).message).toBe("disk full");
    expect(at.server.requests).toEqual([]);
    full = false;
    const next = buy(at);
    at.server.script(ok);
    await at.clock.advance(60_500);
    await next;
  });

  it("counts what an earlier run of the daemon sent on this account, and nobody else's calls", async () => {
    const time = new Date("2026-05-01T11:59:50Z");
    const earlier: SentCall[] = [
      { upstream: "acme-1", verb: "buy", time },
      { upstream: "acme-1", verb: "check", time },
      { upstream: "acme-2", verb: "buy", time },
    ];
    const { upstream } = await visitAcme({}, { earlier });
    expect(upstream.limits()).toMatchObject([
      { name: "account", remaining: 58 },
      { name: "create", remaining: 29 },
    ]);
  });

  it("stops for as long as a 429 says, and tells the log without a word of the answer", async () => {
    const at = await visitAcme();
    await answered(at, { status: 429, headers: { "retry-after": "20" }, body: "sk_live_hush" });
    const next = check(at);
    at.server.script(ok);
    await at.clock.advance(19_000);
    expect(at.server.requests).toHaveLength(1);
    await at.clock.advance(1_000);
    await next;
    expect(at.log).toMatchObject([{ upstream: "acme-1", verb: "check", level: 40 }]);
    expect(JSON.stringify(at.log)).not.toContain("hush");
  });

  describe("without a limit that counts its calls", () => {
    const visitOpen = () => visitAcme({ provider: { ...acme, limits: {} } });

    it("stops for as long as a 429 says, whatever the call was", async () => {
      const at = await visitOpen();
      await answered(at, { status: 429, headers: { "retry-after": "20" } });
      const next = [check(at), buy(at)];
      at.server.script(ok, ok);
      await at.clock.advance(19_999);
      expect(at.server.requests).toHaveLength(1);
      await at.clock.advance(1);
      await Promise.all(next);
      expect(at.server.requests).toHaveLength(3);
    });

    it("does not send what was given up during the pause, and lets others pass after it", async () => {
      const at = await visitOpen();
      await answered(at, { status: 429, headers: { "retry-after": "20" } });
      const leaving = new AbortController();
      const given = Array.from({ length: 20 }, () =>
        failureOf(at.upstream.run("check", () => desk(at).check(bought, never), leaving.signal)),
      );
      await settle();
      leaving.abort();
      for (const failure of await Promise.all(given))
        expect(failure).toMatchObject({ reason: "UPSTREAMS_UNAVAILABLE" });
      const next = check(at);
      at.server.script(ok);
      await at.clock.advance(20_000);
      await next;
      expect(at.server.requests).toHaveLength(2);
    });
  });

  it("tells the log of a fault by its request, and of a refusal nothing", async () => {
    const at = await visitAcme();
    await answered(at, json({ error: "no numbers" }, 400), buy);
    expect(at.log).toEqual([]);
    await answered(at, { status: 502, body: "<html>" });
    expect(at.log).toMatchObject([{ verb: "check", fault: "GET /orders/1 was answered 502" }]);
  });

  it("fails its calls under way when it is closed, and may be closed twice", async () => {
    const at = await visitAcme();
    at.server.script(silence);
    const failure = failureOf(buy(at));
    await until(() => at.server.requests.length === 1);
    await at.upstream.close();
    await at.upstream.close();
    expect(await failure).toMatchObject({ name: "UpstreamFault", sent: true });
  });

  it.each([
    ["its limit", acme],
    ["no limit", { ...acme, limits: {} }],
  ])("refuses the calls that wait under %s when it is closed, and those that come later", async (_, provider) => {
    const at = await visitAcme({ provider });
    await answered(at, { status: 429, headers: { "retry-after": "3600" } }, buy);
    const waiting = failureOf(buy(at));
    await settle();
    await at.upstream.close();
    expect(await waiting).toMatchObject({ reason: "UPSTREAMS_UNAVAILABLE" });
    expect(await failureOf(check(at))).toMatchObject({ reason: "UPSTREAMS_UNAVAILABLE" });
    expect(at.server.requests).toHaveLength(1);
  });
});

describe("how a call ended", () => {
  const fault: Answer = { status: 502 };
  const last = ({ upstream }: AcmeVisit) => upstream.lastError();

  it("is told, with what was thrown", async () => {
    const at = await visitAcme();
    await answered(at, ok);
    await answered(at, fault, buy);
    expect(at.ends).toEqual([
      { upstream: "acme-1", verb: "check" },
      { upstream: "acme-1", verb: "buy", error: expect.objectContaining({ name: "UpstreamFault", sent: true }) },
    ]);
  });

  it("is the upstream's last error when it was a fault, and stays that after an answer", async () => {
    const at = await visitAcme();
    expect(last(at)).toBeUndefined();
    await answered(at, fault);
    const failure = { message: "GET /orders/1 was answered 502", time: new Date(at.clock.now()) };
    expect(last(at)).toEqual(failure);
    await at.clock.advance(5_000);
    await answered(at, ok);
    expect(last(at)).toEqual(failure);
  });

  it("is no error of the upstream's when it refused for lack of numbers, or the gateway did", async () => {
    const at = await visitAcme();
    await answered(at, json({ error: "no numbers" }, 400), buy);
    const over = () => Promise.reject(new GatewayError("BUDGET_EXCEEDED", "the budget is used up"));
    await failureOf(at.upstream.run("buy", over));
    expect(last(at)).toBeUndefined();
  });

  it("is an error that an operator wants to know of when nobody but the gateway asked, as for the balance", async () => {
    const at = await visitAcme();
    const refused = () => Promise.reject(new GatewayError("NOT_SUPPORTED", "acme-1 tells no balance"));
    await failureOf(at.upstream.run("balance", refused));
    expect(last(at)?.message).toBe("acme-1 tells no balance");
  });

  it.each([401, 402, 403, 429])("is an error that an operator wants to know of after a %i", async (status) => {
    const at = await visitAcme();
    await answered(at, { status }, buy);
    expect(last(at)?.message).toContain("acme-1");
  });

  it("is not told of a caller that stopped waiting for its turn", async () => {
    const at = await visitAcme();
    await failureOf(at.upstream.run("check", () => desk(at).check(bought, never), AbortSignal.abort()));
    expect(at.ends).toEqual([]);
    expect(at.upstream.limits()[0]).toMatchObject({ remaining: 60 });
  });

  it("is a fault after a reset as after anything that cannot be believed", async () => {
    const at = await visitAcme();
    at.server.script(reset);
    await failureOf(buy(at));
    expect(at.ends).toMatchObject([{ error: { name: "UpstreamFault" } }]);
  });
});

describe("the operator's limits", () => {
  const minute = (calls: number): Limit => ({ calls, windowMs: 60_000 });

  it.each<[string, Record<string, Limit>, Record<string, Limit>]>([
    ["lower the document's", { account: minute(20), create: minute(5) }, { account: minute(20), create: minute(5) }],
    ["never raise it", { account: minute(600), create: minute(31) }, { account: minute(60), create: minute(30) }],
    ["never raise it in other words", { account: { calls: 10, windowMs: 1_000 } }, { account: minute(60) }],
    [
      "may be said of another time",
      { account: { calls: 1, windowMs: 2_000 } },
      { account: { calls: 1, windowMs: 2_000 } },
    ],
    [
      "do not save up for a minute what an hour allows",
      { account: { calls: 100, windowMs: 3_600_000 } },
      { account: { calls: 60, windowMs: 3_600_000 } },
    ],
    [
      "spread what an hour allows over windows of which each keeps to both",
      { account: { calls: 1000, windowMs: 3_600_000 } },
      { account: { calls: 60, windowMs: 225_000 } },
    ],
    [
      "may say the document's in a shorter time, which is less at once",
      { account: { calls: 1, windowMs: 1_000 } },
      { account: { calls: 1, windowMs: 1_000 } },
    ],
  ])("%s", async (_name, limits, expected) => {
    const { upstream } = await visitAcme({ limits });
    for (const [name, limit] of Object.entries(expected)) {
      expect(upstream.limits().find((state) => state.name === name)).toMatchObject(limit);
    }
  });

  it("count where the document is silent", async () => {
    const silent = { ...acme, limits: { endpoints: acme.limits.endpoints ?? {} } };
    const { upstream } = await visitAcme({ provider: silent, limits: { account: minute(7) } });
    expect(upstream.limits()[0]).toEqual({ name: "account", ...minute(7), remaining: 7 });
  });
});
