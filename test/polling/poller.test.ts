import { describe, expect, it, onTestFinished } from "vitest";
import type { Progress } from "../../src/core/desks.ts";
import { UpstreamFault } from "../../src/core/error.ts";
import { createHandClock } from "../support/clock.ts";
import { sample, startBench } from "./support.ts";

const CODE: Progress = { state: "received", messages: [{ text: "", code: "482910" }] };
const gapsOf = (times: readonly number[]) => times.slice(1).map((time, nth) => time - (times[nth] ?? 0));

describe("an order", () => {
  it("is polled often while its code is likely, and seldom once it is not, but never given up", async () => {
    const bench = startBench();
    bench.watched.add("a");
    bench.add("a");
    await bench.clock.advance(1_150_000);
    const early = bench.of("a").filter((at) => at > 5_000 && at < 30_000).length;
    const late = bench.of("a").filter((at) => at > 900_000);
    expect(early).toBeGreaterThanOrEqual(20);
    expect(late.length).toBeLessThan(12);
    expect(Math.max(...gapsOf(bench.of("a")))).toBeLessThan(100_000);
  });

  it("is not polled again within the upstream's gap", async () => {
    const bench = startBench();
    bench.watched.add("a");
    bench.add("a");
    await bench.clock.advance(300_000);
    expect(Math.min(...gapsOf(bench.of("a")))).toBeGreaterThanOrEqual(1_000);
  });

  it("is polled in its last two seconds, and not just before", async () => {
    const bench = startBench();
    bench.add("a");
    await bench.clock.advance(1_199_500);
    const times = bench.of("a").filter((at) => at > 1_190_000);
    expect(times).toEqual([expect.closeTo(1_198_000, -2)]);
    await bench.poller.lastPoll("a");
  });

  it("whose last poll failed is polled once more before it is ended", async () => {
    const bench = startBench();
    bench.add("a");
    await bench.clock.advance(1_197_000);
    bench.answer = () => Promise.reject(new UpstreamFault("reset", true));
    await bench.clock.advance(1_500);
    bench.answer = () => CODE;
    const polled = bench.poller.lastPoll("a");
    await bench.clock.advance(5_000);
    await polled;
    expect(bench.of("a").filter((at) => at >= 1_198_000).length).toBe(2);
  });

  it("that lingers is asked about a few times for half a minute, and then no more", async () => {
    const bench = startBench();
    bench.add("a");
    await bench.clock.advance(1_203_000);
    bench.poller.linger("a");
    await bench.clock.advance(120_000);
    const late = bench.of("a").filter((at) => at > 1_203_000);
    expect(late.length).toBeGreaterThanOrEqual(1);
    expect(late.length).toBeLessThanOrEqual(3);
    expect(Math.max(...late)).toBeLessThanOrEqual(1_230_000);
  });

  it("that ended while the daemon was down, and whose last poll failed, is asked about for half a minute all the same", async () => {
    const bench = startBench();
    bench.answer = () => Promise.reject(new UpstreamFault("502", true));
    const ended = bench.clock.now() - 120_000;
    bench.poller.add(sample("a", ended - 60_000, { expireTime: new Date(ended) }), ended - 50_000);
    const last = bench.poller.lastPoll("a");
    await bench.clock.advance(500);
    await last;
    bench.poller.linger("a");
    const failed = bench.polls.length;
    bench.answer = () => CODE;
    await bench.clock.advance(30_000);
    expect(bench.polls.length).toBe(failed + 1);
  });

  it("that is to be cancelled is polled just before, and not else, until it is to be kept", async () => {
    const bench = startBench();
    bench.add("a");
    bench.add("b");
    bench.poller.cancelsAt("a", bench.clock.now() + 120_000);
    await bench.clock.advance(119_500);
    expect(bench.of("a")).toEqual([expect.closeTo(118_000, -2)]);
    expect(bench.of("b").length).toBeGreaterThan(3);
    await bench.poller.lastPoll("a");
    bench.poller.cancelsAt("a", bench.clock.now() + 30_000);
    await bench.clock.advance(29_500);
    expect(bench.of("a").slice(1)).toEqual([expect.closeTo(147_500, -2)]);
    bench.poller.cancelsAt("a", undefined);
    await bench.clock.advance(60_000);
    expect(bench.of("a").length).toBeGreaterThan(3);
  });

  it("that is to be cancelled is polled as any other while somebody watches it, and its end is the cancel", async () => {
    const bench = startBench();
    bench.watched.add("a").add("b");
    bench.add("a");
    bench.add("b");
    bench.poller.cancelsAt("a", bench.clock.now() + 120_000);
    await bench.clock.advance(110_000);
    expect(Math.abs(bench.of("a").length - bench.of("b").length)).toBeLessThan(3);
    await bench.clock.advance(9_500);
    expect(bench.of("a").filter((at) => at > 116_500)).toEqual([expect.closeTo(118_000, -2)]);
  });

  it("that is removed is polled no more, and whoever waits for its last poll goes on", async () => {
    const bench = startBench();
    bench.add("a");
    await bench.clock.advance(10_000);
    const polled = bench.poller.lastPoll("a");
    bench.poller.remove("a");
    await polled;
    const before = bench.polls.length;
    await bench.clock.advance(60_000);
    expect(bench.polls.length).toBe(before);
  });

  it("that failed rests for 1, 2, 4 ... 30 s, while others are polled", async () => {
    const bench = startBench();
    bench.watched.add("bad").add("good");
    bench.answer = ({ orderRef }) => {
      if (orderRef === "bad") throw new UpstreamFault("reset", true);
      return { state: "waiting" };
    };
    bench.add("bad");
    bench.add("good");
    await bench.clock.advance(120_000);
    const rests = gapsOf(bench.of("bad"));
    expect(rests.slice(0, 5).map((gap) => Math.round(gap / 1_000))).toEqual([1, 2, 4, 8, 16]);
    expect(rests.slice(5).every((gap) => gap >= 29_000 && gap < 33_000)).toBe(true);
    expect(bench.of("good").length).toBeGreaterThan(40);
  });

  it("does not wait for the answer to a poll that hangs", async () => {
    const bench = startBench();
    bench.watched.add("a");
    const late = Promise.withResolvers<Progress>();
    onTestFinished(() => late.resolve(CODE));
    bench.answer = () => late.promise;
    bench.add("a");
    await bench.clock.advance(8_000);
    expect(bench.polls).toHaveLength(1);
    bench.answer = () => CODE;
    await bench.clock.advance(8_000);
    expect(bench.polls).toHaveLength(2);
    await bench.clock.advance(60_000);
    expect(bench.polls).toHaveLength(2);
  });

  it("does not rest for an outage that is over", async () => {
    const bench = startBench();
    bench.perSecond = 2;
    for (const id of ["a", "b", "c", "d", "e", "f"]) {
      bench.watched.add(id);
      bench.add(id);
    }
    bench.answer = () => Promise.reject(new UpstreamFault("down", true));
    await bench.clock.advance(60_000);
    const backAt = 60_000;
    bench.answer = () => ({ state: "waiting" });
    await bench.clock.advance(60_000);
    const first = bench.polls.find(({ at }) => at > backAt)?.at ?? 0;
    for (const id of ["a", "b", "c", "d", "e", "f"]) {
      expect(bench.of(id).find((at) => at >= first)).toBeLessThanOrEqual(first + 4_000);
    }
  });
});

describe("many orders", () => {
  it("the watched are polled before the unwatched, which are polled too", async () => {
    const bench = startBench();
    bench.perSecond = 1;
    for (let nth = 0; nth < 40; nth += 1) {
      bench.add(`watched-${nth}`);
      bench.watched.add(`watched-${nth}`);
      bench.add(`other-${nth}`);
    }
    await bench.clock.advance(120_000);
    const polls = (kind: string) => bench.polls.filter(({ ref }) => ref.startsWith(kind)).length;
    expect(polls("watched")).toBeGreaterThan(2 * polls("other"));
    expect(polls("other")).toBeGreaterThan(0);
  });

  it("one that somebody begins to watch is polled next", async () => {
    const bench = startBench();
    bench.perSecond = 1;
    for (let nth = 0; nth < 60; nth += 1) bench.add(`order-${nth}`);
    await bench.clock.advance(90_000);
    const [least = ""] = [...Array(60).keys()]
      .map((nth) => `order-${nth}`)
      .sort((a, b) => (bench.of(a).at(-1) ?? 0) - (bench.of(b).at(-1) ?? 0));
    const latest = bench.polls.at(-1)?.ref ?? "";
    expect(latest).not.toBe(least);
    bench.watched.add(least);
    bench.poller.watched(least);
    await bench.clock.advance(3_000);
    expect(bench.of(least).at(-1)).toBeGreaterThan(90_000);
  });

  it("none starves, however old, while new ones keep coming", async () => {
    const bench = startBench();
    bench.perSecond = 1;
    bench.add("old", { expireTime: new Date(bench.clock.now() + 7_200_000) });
    for (let minute = 0; minute < 60; minute += 1) {
      for (let nth = 0; nth < 8; nth += 1) {
        bench.add(`${minute}-${nth}`);
        bench.watched.add(`${minute}-${nth}`);
      }
      await bench.clock.advance(60_000);
    }
    expect(Math.max(...gapsOf(bench.of("old")))).toBeLessThan(1_800_000);
    expect(Math.max(...bench.of("old"))).toBeGreaterThan(1_800_000);
  });

  it("ten thousand cost one decision no more looks than some hundreds do", async () => {
    const bench = startBench();
    bench.perSecond = 1;
    for (let nth = 0; nth < 10_000; nth += 1) bench.add(`order-${nth}`);
    for (let second = 0; second < 60; second += 1) {
      bench.looks = 0;
      const before = bench.polls.length;
      await bench.clock.advance(1_000);
      // Each slot is decided about twice, and for each order that begins to rest it is reckoned until when.
      expect(bench.looks, `second ${second}`).toBeLessThan(30_000);
      expect(bench.polls.length - before).toBeLessThanOrEqual(2);
    }
    bench.looks = 0;
    await bench.clock.advance(60_000);
    expect(bench.looks / 60).toBeLessThan(10_000);
    expect(bench.polls.length).toBeGreaterThan(100);
  });

  it("a young one among ten thousand old ones is polled within seconds", async () => {
    const bench = startBench();
    bench.perSecond = 1;
    const old = bench.clock.now() - 600_000;
    for (let nth = 0; nth < 10_000; nth += 1) {
      bench.poller.add(sample(`old-${nth}`, old), bench.clock.now());
    }
    await bench.clock.advance(60_000);
    bench.add("young");
    bench.watched.add("young");
    await bench.clock.advance(30_000);
    expect(bench.of("young").length).toBeGreaterThan(3);
  });
});

describe("a callback", () => {
  it("has its order polled at once, ahead of the others", async () => {
    const bench = startBench();
    bench.perSecond = 1;
    for (let nth = 0; nth < 50; nth += 1) bench.add(`order-${nth}`);
    await bench.clock.advance(30_000);
    bench.poller.wake("order-7");
    await bench.clock.advance(1_100);
    expect(bench.polls.at(-1)?.ref).toBe("order-7");
  });

  it("that comes before the order itself shows its code has it polled again soon, and a few times at most", async () => {
    const bench = startBench();
    bench.perSecond = 1;
    for (let nth = 0; nth < 50; nth += 1) {
      bench.watched.add(`order-${nth}`);
      bench.add(`order-${nth}`);
    }
    await bench.clock.advance(30_000);
    bench.poller.wake("order-7");
    await bench.clock.advance(4_500);
    expect(bench.of("order-7").filter((at) => at > 30_000).length).toBeGreaterThanOrEqual(2);
    await bench.clock.advance(90_000);
    expect(bench.of("order-7").filter((at) => at > 30_000).length).toBeLessThan(14);
  });

  it("that is repeated all the time has it polled once a second at most", async () => {
    const bench = startBench();
    bench.add("a");
    await bench.clock.advance(100_000);
    const before = bench.polls.length;
    for (let nth = 0; nth < 100; nth += 1) {
      bench.poller.wake("a");
      await bench.clock.advance(100);
    }
    expect(bench.polls.length - before).toBeLessThanOrEqual(12);
  });

  /** Polls of an order that nobody tells of, in its first minute, after so many codes were told of. */
  async function pollsAfter(tell: (bench: ReturnType<typeof startBench>, nth: number) => Promise<void>, silent = 0) {
    const bench = startBench();
    for (let nth = 0; nth < 80; nth += 1) await tell(bench, nth);
    for (let nth = 0; nth < silent; nth += 1) {
      bench.answer = () => CODE;
      bench.add(`silent-${nth}`);
      await bench.clock.advance(20_000);
    }
    bench.answer = () => ({ state: "waiting" });
    bench.watched.add("next");
    bench.add("next");
    await bench.clock.advance(120_000);
    return bench.of("next").length;
  }
  const told = async (bench: ReturnType<typeof startBench>, nth: number) => {
    bench.add(`told-${nth}`);
    bench.answer = () => CODE;
    bench.poller.wake(`told-${nth}`);
    await bench.clock.advance(100);
    bench.answer = () => ({ state: "waiting" });
  };

  it("that can be relied upon lets its upstream be polled less, and as before once it falls silent", async () => {
    const [usual, relied, silent] = [
      await pollsAfter(async () => {}),
      await pollsAfter(told),
      await pollsAfter(told, 2),
    ];
    expect(relied).toBeLessThan(usual);
    expect(silent).toBeGreaterThan(relied);
  });
});

describe("the clock", () => {
  it("that is set back delays no poll", async () => {
    const hand = createHandClock();
    let by = 0;
    const clock = { ...hand, now: () => hand.now() + by };
    const bench = startBench({ clock });
    bench.watched.add("a");
    bench.add("a");
    await clock.advance(10_000);
    const before = bench.polls.length;
    by = -3_600_000;
    await clock.advance(10_000);
    expect(bench.polls.length - before).toBeGreaterThanOrEqual(8);
  });
});
