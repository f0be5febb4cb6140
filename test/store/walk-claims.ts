import { expect, it } from "vitest";
import type { HistoryEvent } from "../../src/core/books.ts";
import type { Caller } from "../../src/core/caller.ts";
import { GatewayError } from "../../src/core/error.ts";
import type { Money } from "../../src/core/money.ts";
import type { Store } from "../../src/core/store.ts";
import { isTerminal, TRANSITIONS, type Verification, type VerificationStatus } from "../../src/core/verification.ts";
import { aMessage, anAttempt, aPurchase, aWish, callerNamed, minutesLater, refusal, usd } from "./samples.ts";

const CALLERS = [
  callerNamed("ci", { perDay: usd("8"), maxOpen: 12 }),
  callerNamed("qa", { maxWithoutCode: 2 }),
  callerNamed("ops"),
];
/** What commands that make no sense are told. */
const BUGS = /not settled|no attempt|which forbids/;

export function walkClaims(store: () => Store): void {
  it.for([1, 2, 3, 4, 5, 6])("keep books, history and states consistent (seed %i)", async (seed) => {
    const walk = createWalk(store(), randomFrom(seed));
    const seen = new Set<string>();
    for (let batch = 0; batch < 12; batch += 1) {
      await walk(100);
      const verifications = await listAll(store());
      expect(await store().checkLedger()).toEqual([]);
      await expectHistory(store(), verifications);
      await expectOpen(store(), verifications);
      for (const verification of verifications) {
        const { caller, verificationId } = verification;
        expect(await store().getVerification(caller, verificationId)).toStrictEqual(verification);
      }
      for (const { status } of verifications) seen.add(status);
    }
    expect(seen.size).toBeGreaterThanOrEqual(5);
  });
}

async function listAll(store: Store): Promise<readonly Verification[]> {
  const pages = await Promise.all(
    CALLERS.map(({ name }) => store.listVerifications(name, { statuses: [], pageSize: 10_000 })),
  );
  return pages.flatMap((page) => page.items);
}

async function expectHistory(store: Store, verifications: readonly Verification[]): Promise<void> {
  const events = await store.history({ limit: 100_000 });
  const byOrder = Map.groupBy(events, (event) => event.orderId);
  expect(byOrder.size).toBe(verifications.length);
  for (const verification of verifications) {
    const own = byOrder.get(verification.verificationId) ?? [];
    expect(own.map((event) => event.version)).toEqual(Array.from({ length: verification.version }, (_, i) => i + 1));
    expect(own.at(-1)).toMatchObject({ caller: verification.caller, status: verification.status });
    for (const [i, event] of own.entries()) expectStep(own[i - 1]?.status as VerificationStatus | undefined, event);
    expectMoneyConserved(verification, own);
  }
}

function expectStep(before: VerificationStatus | undefined, { status, change }: HistoryEvent): void {
  if (before === undefined) expect([status, change]).toEqual(["PENDING", "created"]);
  else if (status !== before) expect(TRANSITIONS[before]).toContain(status);
}

/** What was reserved is held while nobody knows, else it was released, and charged if it bought. */
function expectMoneyConserved({ attempts, price, refund }: Verification, events: readonly HistoryEvent[]): void {
  const moved = events.flatMap(({ attempt, entries }) =>
    entries.map((entry) => ({ ...entry, number: attempt?.number })),
  );
  const of = (kind: string, number?: number) =>
    sums(
      moved.flatMap((entry) => (entry.kind === kind && (number ?? entry.number) === entry.number ? [entry.money] : [])),
    );
  for (const [i, { outcome, quotedPrice }] of attempts.entries()) {
    const held = outcome === undefined || outcome === "UNCERTAIN";
    expect(of("reserve", i + 1)).toEqual(sums([quotedPrice]));
    expect(of("release", i + 1)).toEqual(sums([held ? undefined : quotedPrice]));
    if (outcome !== "BOUGHT") expect([of("charge", i + 1), of("refund", i + 1)]).toEqual([{}, {}]);
  }
  expect(of("charge")).toEqual(sums([price]));
  expect(of("refund")).toEqual(sums([refund]));
}

/** By currency, without what comes to nothing. */
function sums(amounts: readonly (Money | undefined)[]): Record<string, bigint> {
  const totals = new Map<string, bigint>();
  for (const money of amounts) {
    if (money) totals.set(money.currency, (totals.get(money.currency) ?? 0n) + money.micros);
  }
  return Object.fromEntries([...totals].filter(([, micros]) => micros !== 0n));
}

/** What is open is counted as open: by the lists, and by the bound. */
async function expectOpen(store: Store, verifications: readonly Verification[]): Promise<void> {
  const open = verifications.filter(({ status }) => !isTerminal(status));
  const listed = await store.openVerifications();
  expect(new Set(listed)).toEqual(new Set(open));
  const held = open.filter(({ upstream }) => upstream !== undefined);
  expect((await store.countOpen()).get("acme") ?? 0).toBe(held.length);
  for (const { name } of CALLERS) {
    const own = open.filter(({ caller }) => caller === name).length;
    const wish = aWish({ caller: callerNamed(name, { maxOpen: own }) });
    const metadata = { open: String(own), max_open: String(own) };
    await expect(store.createVerification(wish)).rejects.toMatchObject({ ...refusal("TOO_MANY_OPEN"), metadata });
  }
}

/** Sends commands in parallel, sensible or not, to a few verifications. Each is obeyed, or refused for a reason. */
function createWalk(store: Store, random: () => number): (steps: number) => Promise<void> {
  const pick = <T>(choices: readonly T[]) => choices[Math.floor(random() * choices.length)] as T;
  const ids: { id: string; caller: Caller }[] = [];

  function command(): Promise<unknown> {
    const time = minutesLater(random() * 2880);
    if (ids.length < 3 || random() < 0.06) {
      const wish = aWish({ caller: pick(CALLERS), time });
      ids.push({ id: wish.verificationId, caller: wish.caller });
      return store.createVerification(wish);
    }
    const { id, caller } = pick(ids.slice(-15));
    const micros = BigInt(pick([0, 1, 333_333, 900_000]));
    const price: Money = { currency: pick(["USD", "USD", "USD", "EUR"]), micros };
    const refund = pick([undefined, price]);
    const message = aMessage({ messageId: pick(["a", "b", "c"]) });
    return pick([
      () => store.beginAttempt(id, caller, anAttempt({ quotedPrice: price, time })),
      () => store.recordPurchase(id, aPurchase({ price, time, ...pick([{}, {}, { orderRef: "sold again" }]) })),
      () => store.recordRefusal(id, "NO_NUMBERS", time),
      () => store.recordUncertain(id, time),
      () => (random() < 0.3 ? store.recordFailure(id, time) : store.beginAttempt(id, caller, anAttempt({ time }))),
      () => (random() < 0.5 ? store.recordLoss(id, price, time) : store.recordAnother(id, time)),
      () => store.recordMessages(id, [message], time),
      () => store.recordRefund(id, price, time),
      () => store.recordEnd(id, pick(["COMPLETED", "CANCELLED", "EXPIRED"] as const), refund, time),
      () =>
        random() < 0.1 ? store.forget({ messages: time, orders: minutesLater(random() * 300) }, 5) : store.countOpen(),
    ])();
  }

  return async (steps) => {
    for (let step = 0; step < steps; step += 20) {
      const answers = await Promise.allSettled(Array.from({ length: 20 }, command));
      for (const answer of answers) {
        if (answer.status === "fulfilled" || answer.reason instanceof GatewayError) continue;
        expect(String(answer.reason)).toMatch(BUGS);
      }
    }
  };
}

/** The same numbers for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
