import { expect, it } from "vitest";
import { createFeed } from "../../src/orders/feed.ts";
import { stateOf } from "./support.ts";

const MANY = 1_700;

it("tells each of many the newest, never an older one after it, and answers others in between", async () => {
  const feed = createFeed();
  const { signal } = new AbortController();
  const watchers = Array.from({ length: MANY }, () => feed.subscribe("v1", signal));
  const first = watchers.map((watcher) => watcher.next());
  feed.publish(stateOf(1));
  feed.publish(stateOf(2));
  const between = new Promise<number>((resolve) => setImmediate(() => resolve(0)));
  expect(await Promise.race([Promise.all(first).then(() => 1), between])).toBe(0);

  const versions = (await Promise.all(first)).map((state) => state?.version ?? -1);
  for (const [index, watcher] of watchers.entries()) {
    if (versions[index] === 1) expect((await watcher.next())?.version).toBe(2);
    else expect(versions[index]).toBe(2);
  }
});

it("keeps no more than the newest for whoever does not read", async () => {
  const feed = createFeed();
  const watcher = feed.subscribe("v1", new AbortController().signal);
  for (let version = 1; version <= 5; version += 1) feed.publish(stateOf(version));
  expect((await watcher.next())?.version).toBe(5);
  const next = watcher.next();
  watcher.end();
  expect(await next).toBeUndefined();
});

it("forgets who has left, by signal or by itself", async () => {
  const feed = createFeed();
  const leave = new AbortController();
  const [one, two] = [feed.subscribe("v1", leave.signal), feed.subscribe("v1", new AbortController().signal)];
  expect([feed.watcherCount, feed.isWatched("v1"), feed.isWatched("v2")]).toEqual([2, true, false]);
  leave.abort();
  two.end();
  two.end();
  expect([feed.watcherCount, feed.isWatched("v1")]).toEqual([0, false]);
  feed.publish(stateOf(1));
  expect(await Promise.all([one.next(), two.next()])).toEqual([undefined, undefined]);
  expect(await feed.subscribe("v1", leave.signal).next()).toBeUndefined();
  expect(feed.watcherCount).toBe(0);
});
