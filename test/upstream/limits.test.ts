import { getEventListeners } from "node:events";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Verb } from "../../src/core/desks.ts";
import { createLimits, type Limits, type LimitTable, perMinute } from "../../src/upstream/limits.ts";
import { createHandClock, type HandClock, settle } from "../support/clock.ts";
import { failureOf } from "./scripted-server.ts";

const WINDOW_MS = 60_000;
const STEP_MS = 250;
const SIXTY: LimitTable = { account: perMinute(60) };
const PING_LIKE: LimitTable = {
  endpoints: {
    services: { ...perMinute(6), verbs: ["listings", "detail"] },
    create: { ...perMinute(3), verbs: ["buy"] },
    poll: { ...perMinute(12), verbs: ["check"] },
  },
};

// The limiter's library hands tokens over in timers of no delay: they are turned with the clock.
beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

/** Lets everything happen that is to happen now. */
async function rest(): Promise<void> {
  do {
    await vi.advanceTimersByTimeAsync(10);
    await settle();
  } while (vi.getTimerCount() > 0);
}

async function turn(clock: HandClock, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += STEP_MS) {
    await clock.advance(Math.min(STEP_MS, ms - passed));
    await rest();
  }
}

/** Numbers from 0 to 1, the same ones each time. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

interface Arrival {
  readonly verb: Verb;
  readonly time: number;
}

/** A server that notes when each call reaches it, and answers after a while that differs from call to call. */
function createFarServer(clock: HandClock, random: () => number) {
  const arrivals: Arrival[] = [];
  const after = (ms: number) => new Promise<void>((resolve) => void clock.after(ms, resolve));
  return {
    arrivals,
    async answer(verb: Verb): Promise<void> {
      await after(random() * 400);
      arrivals.push({ verb, time: clock.now() });
      // One in twenty is slow.
      await after(random() < 0.05 ? 4_000 + random() * 8_000 : random() * 600);
    },
  };
}

/** An account that may send sixty calls a minute, and its far server. */
function sixtyAMinute(seed: number) {
  const clock = createHandClock();
  return { clock, limits: createLimits(SIXTY, clock), server: createFarServer(clock, createRandom(seed)) };
}

/** The most calls that any window of a minute holds, wherever it begins. */
function mostInAWindow(arrivals: readonly Arrival[]): number {
  const times = arrivals.map(({ time }) => time).sort((a, b) => a - b);
  return Math.max(
    0,
    ...times.map((start, index) => times.slice(index).filter((time) => time < start + WINDOW_MS).length),
  );
}

/** Keeps this many calls of a verb waiting or under way, for ever. */
function keepAsking(limits: Limits, verb: Verb, width: number, task: () => Promise<void>): void {
  const ask = () => void limits.run(verb, task).then(ask, ask);
  for (let call = 0; call < width; call += 1) ask();
}

const done = () => Promise.resolve();
const hang = () => new Promise<never>(() => {});

/** Makes so many calls at once and says how many of them were sent. */
async function sentOf(limits: Limits, verb: Verb, calls: number, task: () => Promise<unknown> = done): Promise<number> {
  let sent = 0;
  for (let call = 0; call < calls; call += 1) {
    void limits
      .run(verb, () => {
        sent += 1;
        return task();
      })
      .catch(() => undefined);
  }
  await rest();
  return sent;
}

/** A call's state, to look at without waiting for it. */
function watch(call: Promise<unknown>): { over: boolean } {
  const seen = { over: false };
  const end = () => {
    seen.over = true;
  };
  call.then(end, end);
  return seen;
}

describe("a limit", () => {
  it.each([1, 2, 3])("is kept in every window under a six-fold load of everything (seed %i)", async (seed) => {
    const clock = createHandClock();
    const random = createRandom(seed);
    const limits = createLimits(SIXTY, clock);
    const server = createFarServer(clock, random);
    keepAsking(limits, "check", 40, () => server.answer("check"));
    keepAsking(limits, "listings", 3, () => server.answer("listings"));
    keepAsking(limits, "balance", 2, () => server.answer("balance"));
    for (let second = 0; second < 240; second += 1) {
      if (random() < 0.1) void limits.run("buy", () => server.answer("buy"));
      if (random() < 0.05) void limits.run("cancel", () => server.answer("cancel"));
      await turn(clock, 1_000);
    }
    expect(mostInAWindow(server.arrivals)).toBeLessThanOrEqual(60);
    // And not by sending next to nothing.
    expect(server.arrivals.length).toBeGreaterThan(4 * 50);
  });

  it("is kept when all that was saved up is used at once", async () => {
    const { clock, limits, server } = sixtyAMinute(4);
    await turn(clock, 45_000);
    keepAsking(limits, "buy", 200, () => server.answer("buy"));
    await turn(clock, 150_000);
    expect(mostInAWindow(server.arrivals)).toBe(60);
  });

  it("is used up, and each call's place is free again a window after its answer", async () => {
    const clock = createHandClock();
    const limits = createLimits({ account: perMinute(2) }, clock);
    const answers: (() => void)[] = [];
    const calls = Array.from({ length: 4 }, () =>
      limits.run("buy", () => new Promise<void>((resolve) => answers.push(resolve))),
    );
    await rest();
    expect(answers).toHaveLength(2);
    await turn(clock, 10_000);
    answers[0]?.();
    await calls[0];
    await turn(clock, 60_000);
    expect(answers).toHaveLength(2);
    await turn(clock, 500);
    expect(answers).toHaveLength(3);
    await turn(clock, 600_000);
    expect(answers, "the second call was never answered").toHaveLength(3);
  });

  it("counts a call that failed like any other", async () => {
    const clock = createHandClock();
    const limits = createLimits({ account: perMinute(1) }, clock);
    const failure = failureOf(limits.run("buy", () => Promise.reject(new Error("reset"))));
    await rest();
    expect((await failure).message).toBe("reset");
    expect(await sentOf(limits, "buy", 1)).toBe(0);
    await turn(clock, 60_500);
    expect(limits.states()[0]?.remaining).toBe(0);
    await turn(clock, 60_500);
    expect(limits.states()[0]?.remaining).toBe(1);
  });

  it("counts a call whose task threw before it could promise anything", async () => {
    const clock = createHandClock();
    const limits = createLimits({ account: perMinute(1) }, clock);
    const failure = failureOf(
      limits.run("buy", () => {
        throw new Error("a bug");
      }),
    );
    await rest();
    expect((await failure).message).toBe("a bug");
    await turn(clock, 60_500);
    expect(await sentOf(limits, "buy", 2)).toBe(1);
  });

  it("says what is left of it", async () => {
    const clock = createHandClock();
    const limits = createLimits({ account: perMinute(60), ...PING_LIKE }, clock);
    await sentOf(limits, "buy", 2);
    await sentOf(limits, "check", 5);
    expect(limits.states()).toEqual([
      { name: "account", calls: 60, windowMs: WINDOW_MS, remaining: 53 },
      { name: "services", calls: 6, windowMs: WINDOW_MS, remaining: 6 },
      { name: "create", calls: 3, windowMs: WINDOW_MS, remaining: 1 },
      { name: "poll", calls: 12, windowMs: WINDOW_MS, remaining: 7 },
    ]);
    await turn(clock, 60_500);
    expect(limits.states().map(({ remaining }) => remaining)).toEqual([60, 6, 3, 12]);
  });

  it("that is not documented holds nothing back", async () => {
    const limits = createLimits({}, createHandClock());
    expect(await sentOf(limits, "check", 500)).toBe(500);
    expect(limits.states()).toEqual([]);
  });

  it("of one call a minute is one call a minute for every verb", async () => {
    const clock = createHandClock();
    const limits = createLimits({ account: perMinute(1) }, clock);
    for (const verb of ["check", "listings", "buy"] as const) {
      expect(await sentOf(limits, verb, 1)).toBe(1);
      await turn(clock, 60_500);
    }
    expect(limits.states()[0]?.remaining).toBe(1);
  });
});

describe("who goes first", () => {
  it("a purchase starts at once under a six-fold load of polls and background calls", async () => {
    const clock = createHandClock();
    const random = createRandom(5);
    const limits = createLimits(SIXTY, clock);
    const server = createFarServer(clock, random);
    keepAsking(limits, "check", 40, () => server.answer("check"));
    keepAsking(limits, "listings", 4, () => server.answer("listings"));
    keepAsking(limits, "balance", 4, () => server.answer("balance"));
    await turn(clock, 90_000);
    // Four in a minute are reserved of sixty.
    for (let purchase = 0; purchase < 12; purchase += 1) {
      expect(await sentOf(limits, "buy", 1, () => server.answer("buy")), `purchase ${purchase}`).toBe(1);
      await turn(clock, 21_000);
    }
    expect(mostInAWindow(server.arrivals)).toBeLessThanOrEqual(60);
  });

  it("the next free place goes to a purchase, then a cancel, then a poll, then what nobody waits for", async () => {
    const clock = createHandClock();
    const limits = createLimits({ account: { calls: 1, windowMs: 1_000 } }, clock);
    await sentOf(limits, "buy", 1);
    const sent: Verb[] = [];
    for (const verb of ["listings", "check", "complete", "cancel", "buy"] as const) {
      void limits.run(verb, async () => void sent.push(verb));
      await rest();
    }
    await turn(clock, 12_000);
    expect(sent).toEqual(["buy", "cancel", "complete", "check", "listings"]);
  });

  it("polls leave a part of every window to purchases", async () => {
    const limits = createLimits(SIXTY, createHandClock());
    expect(await sentOf(limits, "check", 100)).toBe(56);
    expect(await sentOf(limits, "buy", 10)).toBe(4);
  });

  it("polls and background calls together leave the same part", async () => {
    const limits = createLimits(SIXTY, createHandClock());
    const background = await sentOf(limits, "listings", 100);
    const polls = await sentOf(limits, "check", 100);
    expect(background + polls).toBe(56);
    expect(await sentOf(limits, "buy", 10)).toBe(4);
  });

  it("background calls take half of a window at most, and nothing from polls that wait", async () => {
    const { clock, limits, server } = sixtyAMinute(6);
    expect(await sentOf(limits, "listings", 100)).toBe(30);
    keepAsking(limits, "check", 40, () => server.answer("check"));
    await turn(clock, 180_000);
    const before = server.arrivals.length;
    await turn(clock, 60_000);
    expect(server.arrivals.length - before).toBeGreaterThanOrEqual(52);
  });

  it("a catalogue is still fetched, slowly, while polls ask for six times the limit", async () => {
    const { clock, limits, server } = sixtyAMinute(7);
    keepAsking(limits, "check", 40, () => server.answer("check"));
    await turn(clock, 60_000);
    keepAsking(limits, "listings", 2, () => server.answer("listings"));
    await turn(clock, 240_000);
    const fetched = server.arrivals.filter(({ verb }) => verb === "listings").length;
    expect(fetched).toBeGreaterThanOrEqual(6);
    expect(fetched).toBeLessThanOrEqual(12);
  });

  it("polls and background calls that are never answered hold up no purchase where no limit is documented either", async () => {
    const limits = createLimits({}, createHandClock());
    await sentOf(limits, "listings", 50, hang);
    await sentOf(limits, "check", 50, hang);
    expect(await sentOf(limits, "buy", 1)).toBe(1);
  });

  it("polls and background calls that are never answered hold up no purchase", async () => {
    const clock = createHandClock();
    const limits = createLimits(SIXTY, clock);
    await sentOf(limits, "listings", 50, hang);
    await sentOf(limits, "check", 50, hang);
    await turn(clock, 120_000);
    expect(await sentOf(limits, "buy", 3, hang)).toBe(3);
    expect(await sentOf(limits, "cancel", 1)).toBe(1);
  });

  it("background calls that are never answered hold up no poll", async () => {
    const limits = createLimits(SIXTY, createHandClock());
    await sentOf(limits, "listings", 50, hang);
    expect(await sentOf(limits, "check", 3)).toBe(3);
  });
});

describe("polls", () => {
  /** Polls as fast as slots come, for ever. */
  function keepPolling(limits: Limits, task: () => Promise<void>): void {
    const ask = () => {
      const sent = Promise.withResolvers<void>();
      void limits.poll(() => {
        sent.resolve();
        return task;
      });
      void sent.promise.then(ask);
    };
    ask();
  }

  it("are spread over the window, so that no silence follows", async () => {
    const clock = createHandClock();
    const limits = createLimits(SIXTY, clock);
    const times: number[] = [];
    keepPolling(limits, async () => void times.push(clock.now()));
    await turn(clock, 240_000);
    const [start = 0] = times;
    for (let from = start + 5_000; from < start + 230_000; from += 5_000) {
      const within = times.filter((time) => time >= from && time < from + 5_000).length;
      expect(within, `${(from - start) / 1_000} s after the first`).toBeGreaterThanOrEqual(3);
      expect(within).toBeLessThanOrEqual(7);
    }
    expect(times.length).toBeGreaterThan(4 * 52);
  });

  it.each([
    { name: "purchases begin", purchaseEveryMs: 4_000, collects: false, perMinute: 38 },
    { name: "purchases and the calls for their codes begin", purchaseEveryMs: 4_000, collects: true, perMinute: 24 },
  ])("do not fall silent when $name: what is left lasts until tokens come home", async (scene) => {
    const { clock, limits, server } = sixtyAMinute(10);
    keepPolling(limits, () => server.answer("check"));
    for (let passed = 0; passed < 180_000; passed += scene.purchaseEveryMs) {
      expect(await sentOf(limits, "buy", 1, () => server.answer("buy")), `purchase after ${passed} ms`).toBe(1);
      if (scene.collects && passed > 15_000) void limits.run("collect", () => server.answer("collect"));
      await turn(clock, scene.purchaseEveryMs);
    }
    const polls = server.arrivals.filter(({ verb }) => verb === "check").map(({ time }) => time);
    const silences = polls.slice(1).map((time, index) => time - (polls[index] ?? 0));
    expect(Math.max(...silences)).toBeLessThan(6_000);
    expect(polls.length).toBeGreaterThan(3 * scene.perMinute);
    expect(mostInAWindow(server.arrivals)).toBeLessThanOrEqual(60);
  });

  it("for which nothing is left to ask when their slot comes cost nothing", async () => {
    const clock = createHandClock();
    const limits = createLimits({ account: perMinute(2) }, clock);
    for (let poll = 0; poll < 10; poll += 1) {
      const answer = limits.poll(() => undefined);
      await rest();
      expect(await answer).toBeUndefined();
    }
    expect(limits.states()[0]?.remaining).toBe(2);
    expect(await sentOf(limits, "buy", 2)).toBe(2);
  });

  it("give way to purchases: many in a row find their slot at once, and polls go on", async () => {
    const { clock, limits, server } = sixtyAMinute(8);
    keepPolling(limits, () => server.answer("check"));
    await turn(clock, 90_000);
    for (let purchase = 0; purchase < 30; purchase += 1) {
      expect(await sentOf(limits, "buy", 1, () => server.answer("buy")), `purchase ${purchase}`).toBe(1);
      await turn(clock, 4_000);
    }
    expect(mostInAWindow(server.arrivals)).toBeLessThanOrEqual(60);
    expect(server.arrivals.filter(({ verb }) => verb === "check").length).toBeGreaterThan(120);
  });

  it("get their part back within a window from a catalogue that takes a thousand calls, which goes on slowly", async () => {
    const { clock, limits, server } = sixtyAMinute(9);
    keepAsking(limits, "listings", 1, () => server.answer("listings"));
    await turn(clock, 120_000);
    keepPolling(limits, () => server.answer("check"));
    await turn(clock, 70_000);
    const start = clock.now();
    await turn(clock, 240_000);
    const sent = (verb: Verb) => server.arrivals.filter((call) => call.verb === verb && call.time >= start).length;
    expect(sent("check")).toBeGreaterThan(4 * 50);
    expect(sent("listings")).toBeGreaterThanOrEqual(6);
    expect(mostInAWindow(server.arrivals)).toBeLessThanOrEqual(60);
  });

  it("and a long catalogue leave a balance its place: what became of a purchase may rest on it", async () => {
    const { clock, limits, server } = sixtyAMinute(11);
    keepAsking(limits, "listings", 1, () => server.answer("listings"));
    keepPolling(limits, () => server.answer("check"));
    await turn(clock, 180_000);
    for (let look = 0; look < 5; look += 1) {
      expect(await sentOf(limits, "balance", 1, () => server.answer("balance")), `look ${look}`).toBe(1);
      await turn(clock, 40_000);
    }
    expect(mostInAWindow(server.arrivals)).toBeLessThanOrEqual(60);
  });

  it("that are known to find something do not wait for the others, and fall under their limit", async () => {
    const clock = createHandClock();
    const limits = createLimits(PING_LIKE, clock);
    expect(await sentOf(limits, "check", 20)).toBe(12);
    expect(await sentOf(limits, "collect", 1)).toBe(0);
    const account = createLimits(SIXTY, clock);
    await sentOf(account, "check", 100);
    expect(await sentOf(account, "collect", 2)).toBe(2);
  });

  it("come one by one after an outage, also where many have waited for its end", async () => {
    const clock = createHandClock();
    const limits = createLimits(SIXTY, clock);
    const times: number[] = [];
    await turn(clock, 30_000);
    limits.refused("check", 60_000);
    keepPolling(limits, async () => void times.push(clock.now()));
    await turn(clock, 90_000);
    const [first = 0] = times;
    expect(times.filter((time) => time < first + 1_000).length).toBeLessThanOrEqual(3);
    expect(times.length).toBeGreaterThan(15);
  });
});

describe("a caller that stops waiting", () => {
  it("is refused at once", async () => {
    const limits = createLimits({ account: perMinute(1) }, createHandClock());
    await sentOf(limits, "buy", 1);
    const leaving = new AbortController();
    const task = vi.fn(done);
    const call = limits.run("buy", task, leaving.signal);
    const seen = watch(call);
    await rest();
    expect(seen.over).toBe(false);
    leaving.abort();
    expect(await failureOf(call)).toMatchObject({ reason: "UPSTREAMS_UNAVAILABLE", retryAfterMs: 5_000 });
    expect(task).not.toHaveBeenCalled();
  });

  it("is refused when it had stopped before it came", async () => {
    const limits = createLimits(SIXTY, createHandClock());
    const call = limits.run("buy", done, AbortSignal.abort());
    expect(await failureOf(call)).toMatchObject({ reason: "UPSTREAMS_UNAVAILABLE" });
    await rest();
    expect(limits.states()[0]?.remaining).toBe(60);
  });

  it("leaves its place to the next one", async () => {
    const clock = createHandClock();
    const limits = createLimits({ account: perMinute(1) }, clock);
    await sentOf(limits, "buy", 1);
    const leaving = new AbortController();
    const left = Array.from({ length: 20 }, () => failureOf(limits.run("buy", done, leaving.signal)));
    const stayed = watch(limits.run("buy", done));
    await rest();
    leaving.abort();
    await Promise.all(left);
    await turn(clock, 60_500);
    expect(stayed.over).toBe(true);
    expect(limits.states()[0]?.remaining).toBe(0);
    await turn(clock, 60_500);
    expect(limits.states()[0]?.remaining).toBe(1);
  });

  it("leaves it also while it waits for the second of two limits", async () => {
    const clock = createHandClock();
    const limits = createLimits({ account: perMinute(10), ...PING_LIKE }, clock);
    await sentOf(limits, "cancel", 10);
    const leaving = new AbortController();
    const left = Array.from({ length: 3 }, () => failureOf(limits.run("buy", done, leaving.signal)));
    await rest();
    leaving.abort();
    await Promise.all(left);
    await rest();
    expect(limits.states().find(({ name }) => name === "create")?.remaining).toBe(3);
    await turn(clock, 60_500);
    expect(await sentOf(limits, "buy", 5)).toBe(3);
  });

  it("is heard out once its call was sent", async () => {
    const limits = createLimits(SIXTY, createHandClock());
    const leaving = new AbortController();
    const answer = Promise.withResolvers<string>();
    const call = limits.run("buy", () => answer.promise, leaving.signal);
    await rest();
    leaving.abort();
    answer.resolve("sold");
    expect(await call).toBe("sold");
  });

  it("leaves nothing behind on a signal that outlives it", async () => {
    const clock = createHandClock();
    const limits = createLimits(SIXTY, clock);
    const lasting = new AbortController();
    for (let call = 0; call < 30; call += 1) void limits.run("check", done, lasting.signal);
    const failure = failureOf(limits.run("check", () => Promise.reject(new Error("reset")), lasting.signal));
    await rest();
    await failure;
    expect(getEventListeners(lasting.signal, "abort")).toEqual([]);
  });
});

describe("a 429", () => {
  it("stops every call under its limit until it may be tried again", async () => {
    const clock = createHandClock();
    const limits = createLimits(SIXTY, clock);
    await sentOf(limits, "check", 3);
    limits.refused("check", 20_000);
    await rest();
    expect(limits.states()[0]?.remaining).toBe(0);
    const buy = watch(limits.run("buy", done));
    const check = watch(limits.run("check", done));
    await turn(clock, 19_750);
    expect([buy.over, check.over]).toEqual([false, false]);
    await turn(clock, 500);
    expect([buy.over, check.over]).toEqual([true, true]);
  });

  it("lowers the limit by a tenth, and trusts it again call by call", async () => {
    const clock = createHandClock();
    const limits = createLimits(SIXTY, clock);
    limits.refused("buy", 20_000);
    await turn(clock, 20_250);
    expect(limits.states()[0]?.remaining).toBe(54);
    await turn(clock, 60_000);
    expect(limits.states()[0]?.remaining).toBe(55);
    await turn(clock, 5 * 60_000);
    expect(limits.states()[0]?.remaining).toBe(60);
  });

  it("lowers the limit also when every call of it is on its way, as under load", async () => {
    const clock = createHandClock();
    const limits = createLimits(SIXTY, clock);
    const sent = await sentOf(limits, "buy", 60);
    expect(sent).toBe(60);
    limits.refused("buy", 20_000);
    await turn(clock, 61_000);
    expect(limits.states()[0]?.remaining).toBe(54);
  });

  it("lowers it once for all the calls that were on their way together", async () => {
    const clock = createHandClock();
    const limits = createLimits(SIXTY, clock);
    await sentOf(limits, "buy", 12);
    for (let call = 0; call < 12; call += 1) limits.refused("buy", 0);
    await turn(clock, 61_000);
    expect(limits.states()[0]?.remaining).toBeGreaterThanOrEqual(54);
  });

  it("again and again lowers it further", async () => {
    const clock = createHandClock();
    const limits = createLimits(SIXTY, clock);
    const left: (number | undefined)[] = [];
    for (let call = 0; call < 3; call += 1) {
      limits.refused("buy", 1_000);
      await turn(clock, 60_250);
      left.push(limits.states()[0]?.remaining);
    }
    expect(left).toEqual([54, 49, 44]);
  });

  it.each([1, 2, 5])("never lowers a limit of %i to nothing", async (calls) => {
    const clock = createHandClock();
    const limits = createLimits({ account: perMinute(calls) }, clock);
    for (let call = 0; call < 10; call += 1) {
      limits.refused("buy", 1_000);
      await turn(clock, 30_000);
      expect(limits.states()[0]?.remaining).toBeGreaterThanOrEqual(1);
      await turn(clock, 30_250);
    }
    await turn(clock, 300_000);
    expect(limits.states()[0]?.remaining).toBe(calls);
  });

  it("during the wait for another makes it longer, never shorter", async () => {
    const clock = createHandClock();
    const limits = createLimits(SIXTY, clock);
    limits.refused("buy", 30_000);
    await turn(clock, 5_000);
    limits.refused("buy", 40_000);
    limits.refused("buy", 1_000);
    const buy = watch(limits.run("buy", done));
    await turn(clock, 39_750);
    expect(buy.over).toBe(false);
    await turn(clock, 500);
    expect(buy.over).toBe(true);
  });

  it("stops nothing for longer because the machine's clock is set back meanwhile", async () => {
    const hand = createHandClock();
    let by = 0;
    const limits = createLimits(SIXTY, { ...hand, now: () => hand.now() + by });
    limits.refused("buy", 10_000);
    by = -3_600_000;
    await turn(hand, 21_000);
    expect(limits.states()[0]?.remaining).toBe(54);
  });

  it("at one endpoint stops that endpoint alone", async () => {
    const limits = createLimits(PING_LIKE, createHandClock());
    limits.refused("check", 20_000);
    await rest();
    expect(await sentOf(limits, "check", 1)).toBe(0);
    expect(await sentOf(limits, "buy", 1)).toBe(1);
  });
});

describe.each<[string, LimitTable]>([
  ["its account's limit", SIXTY],
  ["its endpoints' limits", PING_LIKE],
  ["no limit", {}],
])("the time of day, set back an hour, holds up no call under %s", (_, table) => {
  it.each([0, 1])("after %i calls before", async (before) => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
    const limits = createLimits(table, createHandClock());
    expect(await sentOf(limits, "buy", before)).toBe(before);
    vi.setSystemTime(Date.now() - 3_600_000);
    let sent = 0;
    for (const verb of ["buy", "check"] as const) void limits.run(verb, async () => (sent += 1));
    void limits.poll(() => async () => (sent += 1));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sent).toBe(3);
  });
});

describe("calls of an earlier run", () => {
  it("count until their window is over", async () => {
    const clock = createHandClock();
    const limits = createLimits({ account: perMinute(10) }, clock);
    const ago = (ms: number) => new Date(clock.now() - ms);
    for (let call = 0; call < 7; call += 1) limits.remember("buy", ago(50_000));
    for (let call = 0; call < 20; call += 1) limits.remember("buy", ago(70_000));
    expect(limits.states()[0]?.remaining).toBe(3);
    expect(await sentOf(limits, "buy", 10)).toBe(3);
    await turn(clock, 10_000);
    expect(limits.states()[0]?.remaining, "when they arrived is not known to the second").toBe(0);
    await turn(clock, 5_000);
    await turn(clock, 59_000);
    expect(limits.states()[0]?.remaining, "the seven that waited were sent then").toBe(3);
  });

  it("may be more than the limit allows now", async () => {
    const clock = createHandClock();
    const limits = createLimits({ account: perMinute(2) }, clock);
    for (let call = 0; call < 5; call += 1) limits.remember("check", new Date(clock.now()));
    expect(limits.states()[0]?.remaining).toBe(0);
    await turn(clock, 64_000);
    expect(await sentOf(limits, "buy", 1)).toBe(0);
    await turn(clock, 2_000);
    expect(limits.states()[0]?.remaining).toBe(1);
  });

  it("hold a place no longer than a window, also when the machine's clock was set back", async () => {
    const clock = createHandClock();
    const limits = createLimits({ account: perMinute(2) }, clock);
    for (let call = 0; call < 2; call += 1) limits.remember("buy", new Date(clock.now() + 86_400_000));
    expect(await sentOf(limits, "buy", 1)).toBe(0);
    await turn(clock, 66_000);
    expect(limits.states()[0]?.remaining).toBe(1);
  });
});

describe("the limit of an endpoint", () => {
  it("is shared by its own verbs and by nobody else", async () => {
    const limits = createLimits(PING_LIKE, createHandClock());
    expect(await sentOf(limits, "listings", 4)).toBe(4);
    expect(await sentOf(limits, "detail", 4)).toBe(2);
    expect(await sentOf(limits, "buy", 4)).toBe(3);
    expect(await sentOf(limits, "check", 20)).toBe(12);
    expect(await sentOf(limits, "cancel", 40)).toBe(40);
  });

  it("is kept beside the account's", async () => {
    const limits = createLimits({ account: perMinute(8), ...PING_LIKE }, createHandClock());
    expect(await sentOf(limits, "check", 20)).toBe(7);
    expect(await sentOf(limits, "buy", 20)).toBe(1);
    expect(limits.states()[0]).toMatchObject({ name: "account", remaining: 0 });
  });

  it("gives back to the account what its verbs took of it, each to its own share", async () => {
    const clock = createHandClock();
    const limits = createLimits({ account: perMinute(10), ...PING_LIKE }, clock);
    const all = limits.states().map(({ calls }) => calls);
    // As many rounds as would use up a share that does not get back what it gave.
    for (let round = 0; round < 8; round += 1) {
      await sentOf(limits, "listings", 3);
      await sentOf(limits, "detail", 2);
      await turn(clock, 61_000);
      expect(
        limits.states().map(({ remaining }) => remaining),
        `round ${round}`,
      ).toEqual(all);
    }
    expect(await sentOf(limits, "check", 8)).toBe(8);
    await turn(clock, 61_000);
    expect(await sentOf(limits, "listings", 20)).toBe(5);
  });

  it.each([1, 2])("is kept in every window, as is the account's (seed %i)", async (seed) => {
    const clock = createHandClock();
    const random = createRandom(seed);
    const limits = createLimits({ account: perMinute(14), ...PING_LIKE }, clock);
    const server = createFarServer(clock, random);
    for (const verb of ["listings", "detail", "buy", "check", "cancel"] as const) {
      keepAsking(limits, verb, 4, () => server.answer(verb));
    }
    await turn(clock, 240_000);
    const most = (...verbs: Verb[]) => mostInAWindow(server.arrivals.filter(({ verb }) => verbs.includes(verb)));
    expect(most("listings", "detail", "buy", "check", "cancel")).toBeLessThanOrEqual(14);
    expect(most("listings", "detail")).toBeLessThanOrEqual(6);
    expect(most("buy")).toBeLessThanOrEqual(3);
    expect(most("check")).toBeLessThanOrEqual(12);
    expect(server.arrivals.length).toBeGreaterThan(3 * 13);
  });
});
