import { DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";
import { GatewayError } from "../../src/core/error.ts";
import type { Money } from "../../src/core/money.ts";
import type { Store } from "../../src/core/store.ts";
import type { Verification } from "../../src/core/verification.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import { aMessage, anAttempt, aPurchase, aWish, callerNamed, minutesLater, usd } from "./samples.ts";
import { temporaryDatabase } from "./temporary.ts";

const CALLERS = [callerNamed("ci", { perDay: usd("8"), maxOpen: 12 }), callerNamed("qa")];
const BUGS = /not settled|no attempt|which forbids/;

it.for([1, 2, 3, 4, 5, 6, 7, 8])("keeps the books equal to the states after any commands (seed %i)", async (seed) => {
  const path = temporaryDatabase();
  const store = openSqliteStore(path);
  await scramble(store, randomFrom(seed));
  const verifications = await Promise.all(CALLERS.map(({ name }) => listAll(store, name)));
  await store.close();

  const db = new DatabaseSync(path, { readBigInts: true });
  for (const verification of verifications.flat()) {
    expect(booked(db, verification)).toEqual(expectedBooks(verification));
  }
  expect(db.prepare(SPENDING).all()).toEqual(db.prepare(SPENDING_BY_ENTRIES).all());
  const spread = new Set(verifications.flat().map((verification) => verification.status));
  expect(spread.size).toBeGreaterThanOrEqual(5);
  db.close();
});

const SPENDING = "select caller, day, currency, micros from spending order by 1, 2, 3";
const SPENDING_BY_ENTRIES = `
  select e.caller, a.start_time / 86400000 * 86400000 as day, e.currency,
    sum(case when kind in ('reserve', 'charge') then micros else -micros end) as micros
  from entries e join attempts a on a.order_seq = e.order_seq and a.number = e.attempt
  group by 1, 2, 3 order by 1, 2, 3`;

/** Sums by kind and currency: what is still reserved, what was charged, what came back. */
type Books = Record<"reserved" | "charged" | "refunded", Record<string, bigint>>;

function expectedBooks({ attempts, price, refund }: Verification): Books {
  const open = attempts.filter(({ outcome }) => outcome === undefined || outcome === "UNCERTAIN");
  return {
    reserved: sums(open.map((attempt) => attempt.quotedPrice)),
    charged: sums([price]),
    refunded: sums([refund]),
  };
}

function booked(db: DatabaseSync, { verificationId }: Verification): Books {
  const entries = db
    .prepare(`select kind, micros, currency from entries
      where order_seq = (select seq from orders where order_id = ?1)`)
    .all(verificationId) as unknown as (Money & { kind: string })[];
  const of = (kind: string) => entries.filter((entry) => entry.kind === kind);
  const released = of("release").map((entry) => ({ ...entry, micros: -entry.micros }));
  return { reserved: sums([...of("reserve"), ...released]), charged: sums(of("charge")), refunded: sums(of("refund")) };
}

/** By currency, without what comes to nothing. */
function sums(amounts: readonly (Money | undefined)[]): Record<string, bigint> {
  const totals = new Map<string, bigint>();
  for (const money of amounts) {
    if (money) totals.set(money.currency, (totals.get(money.currency) ?? 0n) + money.micros);
  }
  return Object.fromEntries([...totals].filter(([, micros]) => micros !== 0n));
}

async function listAll(store: Store, caller: string): Promise<readonly Verification[]> {
  return (await store.listVerifications(caller, { statuses: [], pageSize: 1000 })).verifications;
}

/** Sends commands in parallel, sensible or not, to a few verifications. Each is obeyed, or refused for a reason. */
async function scramble(store: Store, random: () => number): Promise<void> {
  const pick = <T>(choices: readonly T[]) => choices[Math.floor(random() * choices.length)] as T;
  const ids: { id: string; caller: (typeof CALLERS)[number] }[] = [];

  function command(): Promise<unknown> {
    const time = minutesLater(random() * 2880);
    if (ids.length < 3 || (ids.length < 60 && random() < 0.15)) {
      const wish = aWish({ caller: pick(CALLERS), time });
      ids.push({ id: wish.verificationId, caller: wish.caller });
      return store.createVerification(wish);
    }
    const { id, caller } = pick(ids);
    const price: Money = {
      currency: pick(["USD", "USD", "USD", "EUR"]),
      micros: BigInt(pick([0, 1, 333_333, 900_000])),
    };
    const refund = pick([undefined, price]);
    return pick([
      () => store.beginAttempt(id, caller, anAttempt({ quotedPrice: price, time })),
      () => store.recordPurchase(id, aPurchase({ price, time, ...pick([{}, {}, { orderRef: "sold again" }]) })),
      () => store.recordRefusal(id, "NO_NUMBERS", time),
      () => store.recordUncertain(id, time),
      () => (random() < 0.3 ? store.recordFailure(id, time) : store.beginAttempt(id, caller, anAttempt({ time }))),
      () => store.recordMessages(id, [aMessage({ messageId: pick(["a", "b"]) })], time),
      () => store.recordRefund(id, price, time),
      () => store.recordEnd(id, pick(["COMPLETED", "CANCELLED", "EXPIRED"] as const), refund, time),
    ])();
  }

  for (let round = 0; round < 60; round += 1) {
    const answers = await Promise.allSettled(Array.from({ length: 20 }, command));
    for (const answer of answers) {
      if (answer.status === "fulfilled" || answer.reason instanceof GatewayError) continue;
      expect(String(answer.reason)).toMatch(BUGS);
    }
  }
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
