import { describe, expect, it } from "vitest";
import { createHandClock } from "../support/clock.ts";
import { startAccount } from "./account.ts";

const HOUR_MS = 60 * 60_000;
type Account = ReturnType<typeof startAccount>;

/** Rentals that have been quiet for some hours. */
async function withQuiet(account: Account, rentals: number): Promise<void> {
  const createTime = new Date(account.clock.now() - 6 * HOUR_MS);
  for (let nth = 0; nth < rentals; nth += 1) account.rent(`quiet-${nth}`, { createTime });
  await account.clock.advance(rentals * 2_000);
}

describe("an account with verifications and rentals", () => {
  it("asks for a code that a watcher awaits ahead of quiet rentals", async () => {
    const account = startAccount();
    await withQuiet(account, 60);
    account.watched.add("code");
    account.order("code");
    const before = account.asked.length;
    await account.clock.advance(40_000);
    const shares = account.asked.slice(before).filter(({ ref }) => ref === "code").length;
    expect(shares).toBeGreaterThan(25);
  });

  it("looks at a watched rental in its burst although many verifications wait that nobody watches", async () => {
    const account = startAccount();
    account.rent("busy");
    for (let nth = 0; nth < 40; nth += 1) account.order(`order-${nth}`);
    await account.clock.advance(30_000);
    account.watched.add("busy");
    account.rentals.watched("busy");
    const since = 30_000;
    for (let nth = 0; nth < 6; nth += 1) {
      await account.clock.advance(10_000);
      account.deliver("busy");
    }
    await account.clock.advance(10_000);
    const looks = account.of("busy").filter((at) => at > since);
    expect(looks.length).toBeGreaterThan(8);
    expect(Math.max(...looks.slice(1).map((at, nth) => at - (looks[nth] ?? 0)))).toBeLessThan(15_000);
    expect(account.asked.filter(({ ref, at }) => ref.startsWith("order") && at > since).length).toBeGreaterThan(20);
  });

  it("looks at rentals within their own limit, whatever polls there are, where the upstream has one", async () => {
    const account = startAccount({ hasInboxLimit: true });
    for (let nth = 0; nth < 30; nth += 1) {
      account.watched.add(`order-${nth}`);
      account.order(`order-${nth}`);
    }
    account.rent("rented");
    account.watched.add("rented");
    account.rentals.watched("rented");
    await account.clock.advance(60_000);
    expect(account.asked.filter(({ ref }) => ref.startsWith("order")).length).toBeGreaterThan(55);
    expect(account.of("rented").length).toBeGreaterThan(10);
  });

  it("looks at all rentals now and then while codes are awaited all the time", async () => {
    const account = startAccount();
    await withQuiet(account, 5);
    for (let minute = 0; minute < 60; minute += 1) {
      for (let nth = 0; nth < 4; nth += 1) {
        account.watched.add(`${minute}-${nth}`);
        account.order(`${minute}-${nth}`);
      }
      await account.clock.advance(60_000);
    }
    for (let nth = 0; nth < 5; nth += 1) expect(account.of(`quiet-${nth}`).length).toBeGreaterThan(2);
  });
});

describe("a rented number", () => {
  it("that gets messages often is looked at more often than a quiet one, also hours after the last", async () => {
    const account = startAccount();
    for (const id of ["often", "seldom"]) account.rent(id);
    for (let hours = 0; hours < 48; hours += 2) {
      await account.clock.advance(2 * HOUR_MS);
      account.deliver("often");
    }
    const since = account.asked.length;
    await account.clock.advance(2 * HOUR_MS);
    const looks = (id: string) => account.asked.slice(since).filter(({ ref }) => ref === id).length;
    expect(looks("often")).toBeGreaterThan(1.5 * looks("seldom"));
    expect(looks("seldom")).toBeGreaterThanOrEqual(7);
  });

  it("is looked at just before its end, and then only for whoever asks", async () => {
    const account = startAccount();
    account.rent("a", { expireTime: new Date(account.clock.now() + HOUR_MS) });
    await account.clock.advance(HOUR_MS + 60_000);
    expect(account.of("a").filter((at) => at >= HOUR_MS - 2_000).length).toBe(1);
    const looked = account.rentals.nextPoll("a");
    await account.clock.advance(1_000);
    await looked;
    expect(account.of("a").filter((at) => at >= HOUR_MS - 2_000).length).toBe(2);
  });

  it("of which a look failed rests for 2, 4, 8 ... 120 s", async () => {
    const account = startAccount();
    account.failing = true;
    account.watched.add("a");
    account.rent("a");
    await account.clock.advance(HOUR_MS / 4);
    const times = account.of("a");
    const rests = times.slice(1).map((at, nth) => Math.round((at - (times[nth] ?? 0)) / 1_000));
    expect(rests.slice(0, 6)).toEqual([2, 4, 8, 16, 32, 64]);
    expect(rests.slice(6).every((rest) => rest >= 119 && rest < 125)).toBe(true);
  });

  it("is looked at within 1 s of a callback, once a second at most", async () => {
    const account = startAccount({ perSecond: 100 });
    await withQuiet(account, 20);
    const before = account.of("quiet-7").length;
    for (let nth = 0; nth < 50; nth += 1) {
      account.rentals.wake("quiet-7");
      await account.clock.advance(100);
    }
    const looks = account.of("quiet-7").length - before;
    expect(looks).toBeGreaterThanOrEqual(4);
    expect(looks).toBeLessThanOrEqual(7);
  });

  it("is looked at as often when whoever watches it connects anew all the time", async () => {
    const looks: number[] = [];
    for (const connectsAnew of [false, true]) {
      const account = startAccount();
      account.rent("a");
      account.watched.add("a");
      account.rentals.watched("a");
      for (let second = 0; second < 60; second += 1) {
        await account.clock.advance(1_000);
        if (connectsAnew) account.rentals.watched("a");
      }
      looks.push(account.of("a").length);
    }
    const [steady = 0, anew = 0] = looks;
    expect(steady).toBeGreaterThan(10);
    expect(anew).toBeGreaterThanOrEqual(steady);
  });

  it.each([
    ["failed", true],
    ["showed nothing yet", false],
  ])("is looked at again soon after a callback where that look %s, and a few times at most", async (_, isFailing) => {
    const account = startAccount({ perSecond: 100 });
    await withQuiet(account, 1);
    const before = account.of("quiet-0").length;
    account.failing = isFailing;
    account.rentals.wake("quiet-0");
    await account.clock.advance(1_000);
    expect(account.of("quiet-0")).toHaveLength(before + 1);
    account.failing = false;
    await account.clock.advance(3_000);
    expect(account.of("quiet-0")).toHaveLength(before + 2);
    await account.clock.advance(HOUR_MS / 12);
    expect(account.of("quiet-0").length).toBeLessThan(before + 10);
  });

  it("is looked at no later for a clock that is set back", async () => {
    const hand = createHandClock();
    let by = 0;
    const account = startAccount({ clock: { ...hand, now: () => hand.now() + by } });
    account.rent("a");
    account.watched.add("a");
    await hand.advance(120_000);
    by = -HOUR_MS;
    const before = account.asked.length;
    await hand.advance(600_000);
    expect(account.asked.length - before).toBeGreaterThanOrEqual(4);
  });
});

it("thousands of rentals cost one decision no more than some hundreds do", async () => {
  const account = startAccount();
  for (let nth = 0; nth < 5_000; nth += 1) account.rent(`rental-${nth}`);
  await account.clock.advance(60_000);
  account.decisions = 0;
  const before = account.asked.length;
  await account.clock.advance(60_000);
  expect(account.asked.length - before).toBeGreaterThanOrEqual(59);
  // Each slot is decided about twice, and for each rental that begins to rest it is reckoned until when.
  expect(account.decisions / 60).toBeLessThan(15_000);
});
