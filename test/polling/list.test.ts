import { describe, expect, it } from "vitest";
import type { Progress } from "../../src/core/desks.ts";
import { UpstreamFault } from "../../src/core/error.ts";
import { type Bench, sample, startBench } from "./support.ts";

const CODE: Progress = { state: "received", messages: [{ text: "", code: "482910" }] };
const WAITING: Progress = { state: "waiting" };

function startMany(orders: number): Bench & { readonly ids: readonly string[] } {
  const bench = startBench({ hasList: true });
  bench.perSecond = 1;
  const ids = Array.from({ length: orders }, (_, nth) => `order-${nth}`);
  bench.list = () => ids.map((orderRef) => ({ orderRef }));
  for (const id of ids) {
    bench.watched.add(id);
    bench.add(id);
  }
  return Object.assign(bench, { ids });
}

/** Lets the list tell of some codes, so that it is believed. */
async function prove(bench: Bench): Promise<void> {
  const { list, answer } = bench;
  for (let nth = 0; nth < 3; nth += 1) {
    bench.add(`proof-${nth}`);
    bench.list = () => [...list(), { orderRef: `proof-${nth}`, news: "completed" }];
    bench.answer = ({ orderRef }) => (orderRef.startsWith("proof") ? CODE : WAITING);
    await bench.clock.advance(5_000);
  }
  Object.assign(bench, { list, answer });
}

/** Has a code come for one order after the other, of which the list tells so much later. */
function codeEvery10s(bench: ReturnType<typeof startMany>, behindMs: number): void {
  const start = bench.clock.now();
  const hasCome = (orderRef: string, byMs: number) => {
    return bench.clock.now() - start >= 20_000 + Number(orderRef.split("-")[1]) * 10_000 + byMs;
  };
  bench.answer = ({ orderRef }) => (hasCome(orderRef, 0) ? CODE : WAITING);
  bench.list = () =>
    bench.ids.map((orderRef) => ({ orderRef, ...(hasCome(orderRef, behindMs) && { news: "completed" }) }));
}

describe("a list of orders", () => {
  it("takes the place of polls where many wait", async () => {
    const bench = startMany(20);
    await bench.clock.advance(40_000);
    expect(bench.lists.length).toBeGreaterThan(25);
    expect(bench.polls.length).toBeLessThan(5);
  });

  it("is not asked for where one order waits", async () => {
    const bench = startMany(1);
    await bench.clock.advance(40_000);
    expect(bench.lists).toEqual([]);
    expect(bench.polls.length).toBeGreaterThan(20);
  });

  it("that has news of an order has it asked about at once, once for each news", async () => {
    const bench = startMany(20);
    await bench.clock.advance(20_000);
    const calm = bench.list;
    bench.list = () => calm().map((row) => (row.orderRef === "order-3" ? { ...row, news: "1" } : row));
    await bench.clock.advance(10_000);
    const asked = bench.of("order-3").length;
    expect(asked).toBeGreaterThanOrEqual(1);
    expect(asked).toBeLessThan(6);
    bench.answer = ({ orderRef }) => (orderRef === "order-3" ? CODE : WAITING);
    bench.list = () => calm().map((row) => (row.orderRef === "order-3" ? { ...row, news: "2" } : row));
    await bench.clock.advance(2_100);
    expect(bench.of("order-3").length).toBe(asked + 1);
    await bench.clock.advance(20_000);
    expect(bench.of("order-3").length).toBe(asked + 1);
  });

  it("that has news of all at once has each asked about, soon", async () => {
    const bench = startMany(20);
    await bench.clock.advance(10_000);
    const before = bench.polls.length;
    bench.answer = () => CODE;
    bench.list = () => bench.ids.map((orderRef) => ({ orderRef, news: "completed" }));
    await bench.clock.advance(25_000);
    expect(new Set(bench.polls.slice(before).map(({ ref }) => ref)).size).toBe(20);
  });

  it("that has news of an order has it asked about again where that failed", async () => {
    const bench = startMany(20);
    await bench.clock.advance(10_000);
    const calm = bench.list;
    bench.list = () => calm().map((row) => (row.orderRef === "order-3" ? { ...row, news: "1" } : row));
    bench.answer = () => Promise.reject(new UpstreamFault("reset", true));
    await bench.clock.advance(2_000);
    bench.answer = () => CODE;
    const failed = bench.of("order-3").length;
    expect(failed).toBeGreaterThan(0);
    await bench.clock.advance(6_000);
    expect(bench.of("order-3").length).toBe(failed + 1);
  });

  it("that had news before the order's own answer has them leaves none unasked about until its end", async () => {
    const bench = startMany(20);
    await prove(bench);
    const calm = bench.list;
    bench.list = () => calm().map((row) => (row.orderRef === "order-3" ? { ...row, news: "completed" } : row));
    await bench.clock.advance(5_000);
    const asked = bench.of("order-3").length;
    expect(asked).toBeGreaterThan(0);
    bench.answer = ({ orderRef }) => (orderRef === "order-3" ? CODE : WAITING);
    await bench.clock.advance(60_000);
    expect(bench.of("order-3").length).toBe(asked + 1);
  });

  it("that has news a few seconds before the order's own answer has them brings its code a few seconds later", async () => {
    const bench = startMany(50);
    await prove(bench);
    const calm = bench.list;
    bench.list = () => calm().map((row) => (row.orderRef === "order-3" ? { ...row, news: "completed" } : row));
    await bench.clock.advance(4_000);
    expect(bench.of("order-3").length).toBeGreaterThan(0);
    bench.answer = ({ orderRef }) => (orderRef === "order-3" ? CODE : WAITING);
    const asked = bench.of("order-3").length;
    await bench.clock.advance(5_000);
    expect(bench.of("order-3").length).toBe(asked + 1);
  });

  it("leaves those that it does not show to be polled", async () => {
    const bench = startMany(20);
    await prove(bench);
    bench.add("unlisted");
    bench.watched.add("unlisted");
    await bench.clock.advance(60_000);
    expect(bench.of("unlisted").length).toBeGreaterThan(5);
  });

  it("comes ahead of old orders that it does not show, which are polled too", async () => {
    const bench = startMany(20);
    await prove(bench);
    const born = bench.clock.now() - 400_000;
    for (let nth = 0; nth < 60; nth += 1) {
      bench.watched.add(`old-${nth}`);
      bench.poller.add(sample(`old-${nth}`, born), bench.clock.now());
    }
    await bench.clock.advance(30_000);
    const [lists, polls] = [bench.lists.length, bench.polls.length];
    await bench.clock.advance(60_000);
    expect(bench.lists.length - lists).toBeGreaterThan(48);
    await bench.clock.advance(60_000);
    expect(bench.polls.length - polls).toBeGreaterThan(2);
  });

  it("that cannot be had lets every order be polled as without it", async () => {
    const bench = startMany(10);
    bench.list = () => {
      throw new UpstreamFault("html", true);
    };
    await bench.clock.advance(60_000);
    expect(bench.lists.length).toBeLessThan(8);
    expect(bench.polls.length).toBeGreaterThan(40);
  });

  it("that is far behind the orders' own answers is given up, also where it is right at last", async () => {
    const bench = startMany(30);
    await prove(bench);
    codeEvery10s(bench, 15_000);
    await bench.clock.advance(400_000);
    const { length } = bench.lists;
    await bench.clock.advance(30_000);
    expect(bench.lists).toHaveLength(length);
  });

  it("that keeps up is asked for all the time", async () => {
    const bench = startMany(30);
    await prove(bench);
    codeEvery10s(bench, 1_000);
    await bench.clock.advance(240_000);
    const { length } = bench.lists;
    await bench.clock.advance(30_000);
    expect(bench.lists.length - length).toBeGreaterThan(20);
  });

  it("does not rest for an outage that is over", async () => {
    const bench = startMany(20);
    const { list, answer } = bench;
    await bench.clock.advance(10_000);
    const down = () => {
      throw new UpstreamFault("down", true);
    };
    Object.assign(bench, { list: down, answer: down });
    await bench.clock.advance(150_000);
    Object.assign(bench, { list, answer });
    const tried = bench.lists.length;
    await bench.clock.advance(40_000);
    expect(bench.lists.length - tried).toBeGreaterThan(5);
  });

  it("that shows every order as waiting although its code is there hides none for long", async () => {
    const bench = startMany(20);
    bench.answer = () => CODE;
    await bench.clock.advance(240_000);
    expect(new Set(bench.polls.map(({ ref }) => ref)).size).toBe(20);
  });
});
