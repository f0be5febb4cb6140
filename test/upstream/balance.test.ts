import { describe, expect, it } from "vitest";
import type { Upstream } from "../../src/core/upstream.ts";
import { createBalances } from "../../src/upstream/balance.ts";
import { until } from "../support/clock.ts";
import { type AcmeVisit, visitAcme } from "./acme.ts";
import { drip, json, silence } from "./scripted-server.ts";

const dollars = (amount: number) => ({ currency: "USD", micros: BigInt(amount) * 1_000_000n });
const has = (amount: number) => json({ balance: amount });

async function visit(): Promise<AcmeVisit & { read(maxAgeMs: number): Promise<unknown> }> {
  const at = await visitAcme();
  const balances = createBalances(at.clock);
  return { ...at, read: (maxAgeMs) => balances.read(at.upstream, maxAgeMs) };
}

describe("a balance", () => {
  it("is asked for, with the time at which it was", async () => {
    const at = await visit();
    at.server.script(has(50));
    expect(await at.read(60_000)).toEqual({ money: dollars(50), time: new Date(at.clock.now()) });
  });

  it("is not asked for again while it is new enough", async () => {
    const at = await visit();
    at.server.script(has(50), has(49));
    await at.read(60_000);
    await at.clock.advance(60_000);
    expect(await at.read(60_000)).toMatchObject({ money: dollars(50) });
    await at.clock.advance(1);
    expect(await at.read(60_000)).toMatchObject({ money: dollars(49) });
    expect(at.server.requests).toHaveLength(2);
  });

  it("is asked for each time by who takes no age at all", async () => {
    const at = await visit();
    at.server.script(has(50), has(49));
    await at.read(-1);
    expect(await at.read(-1)).toMatchObject({ money: dollars(49) });
  });

  it("of an upstream that does not tell it is not known", async () => {
    const at = await visitAcme();
    const mute = { ...at.upstream, desks: { catalog: at.upstream.desks.catalog } };
    expect(await createBalances(at.clock).read(mute, -1)).toBeUndefined();
    expect(at.server.requests).toEqual([]);
  });

  it("is the one known before when the upstream fails, with the time of then", async () => {
    const at = await visit();
    const asked = new Date(at.clock.now());
    at.server.script(has(50), { status: 502 });
    await at.read(-1);
    await at.clock.advance(90_000);
    expect(await at.read(-1)).toEqual({ money: dollars(50), time: asked });
  });

  it("that was asked for in vain is not asked for again while an answer would be new enough", async () => {
    const at = await visit();
    at.server.script({ status: 502 }, has(50));
    expect(await at.read(30_000)).toBeUndefined();
    await at.clock.advance(30_000);
    expect(await at.read(30_000)).toBeUndefined();
    expect(at.server.requests).toHaveLength(1);
    await at.clock.advance(1);
    expect(await at.read(30_000)).toMatchObject({ money: dollars(50) });
  });

  it("is asked for once by those who ask at the same time, and told to all of them", async () => {
    const at = await visit();
    at.server.script(has(50));
    const answers = await Promise.all([at.read(30_000), at.read(30_000)]);
    expect(answers).toMatchObject([{ money: dollars(50) }, { money: dollars(50) }]);
    expect(at.server.requests).toHaveLength(1);
  });

  it("is asked for anew by who takes no age at all, also once the clock was set back", async () => {
    const at = await visit();
    at.server.script(has(50), has(49));
    await at.read(-1);
    at.clock.jump(-3_600_000);
    expect(await at.read(-1)).toMatchObject({ money: dollars(49) });
  });

  it("is not known when the first asking fails", async () => {
    const at = await visit();
    at.server.script({ status: 502 });
    expect(await at.read(-1)).toBeUndefined();
  });

  it("is waited for a second and no longer", async () => {
    const at = await visit();
    at.server.script(silence);
    const answer = at.read(-1);
    await until(() => at.server.requests.length === 1);
    await at.clock.advance(1_000);
    expect(await answer).toBeUndefined();
  });

  it("that comes late says nothing bad of the upstream, and is known the next time", async () => {
    const at = await visitAcme();
    let call: Promise<unknown> = Promise.resolve();
    const upstream: Upstream = {
      ...at.upstream,
      run(verb, task, signal) {
        const running = at.upstream.run(verb, task, signal);
        call = running;
        return running;
      },
    };
    const balances = createBalances(at.clock);
    const { behaviour, drop } = drip();
    at.server.script(behaviour);
    const asked = new Date(at.clock.now());
    const answer = balances.read(upstream, -1);
    await until(() => at.server.requests.length === 1);
    await at.clock.advance(1_500);
    expect(await answer).toBeUndefined();
    drop('{"balance": 50}', true);
    await call;
    expect(await balances.read(upstream, 60_000)).toEqual({ money: dollars(50), time: asked });
    expect(at.upstream.lastError()).toBeUndefined();
    expect(at.server.requests).toHaveLength(1);
  });

  it("that comes late does not pass for newer than one that was asked for after it", async () => {
    const at = await visit();
    const { behaviour, drop } = drip();
    at.server.script(behaviour, has(49));
    const late = at.read(-1);
    await until(() => at.server.requests.length === 1);
    await at.clock.advance(500);
    expect(await at.read(-1)).toMatchObject({ money: dollars(49) });
    drop('{"balance": 50}', true);
    expect(await late).toMatchObject({ money: dollars(49) });
    expect(await at.read(60_000)).toMatchObject({ money: dollars(49) });
  });

  it("that the limits leave no room for in time is done without, and nothing is sent later", async () => {
    const at = await visitAcme({ limits: { account: { calls: 1, windowMs: 60_000 } } });
    const balances = createBalances(at.clock);
    at.server.script(has(50), has(49));
    await balances.read(at.upstream, -1);
    const second = balances.read(at.upstream, -1);
    await at.clock.advance(1_000);
    expect(await second).toMatchObject({ money: dollars(50) });
    await at.clock.advance(120_000);
    expect(at.server.requests).toHaveLength(1);
  });
});
