import { DatabaseSync } from "node:sqlite";
import { setImmediate } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { createCatalog } from "../../src/catalog/catalog.ts";
import type { CatalogStep } from "../../src/core/desks.ts";
import { UpstreamFault } from "../../src/core/error.ts";
import type { Upstream } from "../../src/core/upstream.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import { temporaryDatabase } from "../store/temporary.ts";
import { createHandClock, settle, until } from "../support/clock.ts";
import { listing, type Step, scriptedUpstream, silence } from "./fakes.ts";

/** The ids that a daemon of these upstreams shows on the database, once it shows so many. */
async function shown(path: string, upstreams: readonly Upstream[], count: number) {
  const store = openSqliteStore(path);
  const logged: string[] = [];
  const log = {
    warn: (_: unknown, message: string) => void logged.push(message),
    error: (_: unknown, message: string) => void logged.push(message),
  };
  const catalog = createCatalog({ upstreams, store, clock: createHandClock(), log, random: () => 0.5 });
  onTestFinished(async () => {
    await catalog.stop();
    await store.close();
  });
  await catalog.start();
  const ids = () => catalog.listOffers({}).offers.map(({ offerId }) => offerId);
  const explanations = () => catalog.listOffers({}).unreachable.map(({ explanation }) => explanation);
  await until(() => ids().length === count);
  await settle();
  const told = explanations();
  await catalog.stop();
  await store.close();
  return { ids: ids(), told, logged };
}

describe("a catalogue in the database", () => {
  const pair = (ofA: Step, ofB: Step) => [scriptedUpstream("a", [[ofA]]), scriptedUpstream("b", [[ofB]])];

  it("is shown at once by the next daemon, whatever its upstreams do", async () => {
    const path = temporaryDatabase();
    await shown(path, pair([listing("1")], [listing("2"), listing("3")]), 3);
    const kept = { ids: ["a:1", "b:2", "b:3"], told: [], logged: [] };
    expect(await shown(path, pair(silence, silence), 3)).toEqual(kept);
  });

  it("that lacks a part is said to lack it by the next daemon too", async () => {
    const path = temporaryDatabase();
    const unread: CatalogStep = { fault: new UpstreamFault("GET /part was answered 500"), again: async () => unread };
    const message = "1 of 2 parts of its catalogue could not be read: GET /part was answered 500";
    await shown(path, [scriptedUpstream("a", [[[listing("1")], unread]])], 1);
    expect(await shown(path, [scriptedUpstream("a", [[silence]])], 1)).toEqual({
      ids: ["a:1"],
      told: [message],
      logged: [],
    });
  });

  it.each([
    [
      "damaged",
      "update catalogs set payload = substr(payload, 1, 200) || 'AAAA' || substr(payload, 205) where upstream = 'a'",
    ],
    ["cut off", "update catalogs set payload = substr(payload, 1, 300) where upstream = 'a'"],
    ["of another format", "update catalogs set format = 1, payload = '[]' where upstream = 'a'"],
  ])("that is %s is fetched anew, and hides no other", async (_, damage) => {
    const path = temporaryDatabase();
    await shown(path, pair([listing("1")], [listing("2")]), 2);
    const database = new DatabaseSync(path);
    database.exec(damage);
    database.close();
    expect(await shown(path, pair(silence, silence), 1)).toMatchObject({ ids: ["b:2"], logged: [] });
    expect(await shown(path, pair([listing("4")], silence), 2)).toMatchObject({ ids: ["a:4", "b:2"], logged: [] });
    expect(await shown(path, pair(silence, silence), 2)).toMatchObject({ ids: ["a:4", "b:2"], logged: [] });
  });
});

describe("a catalogue of many thousand offers", () => {
  const many = Array.from({ length: 12_000 }, (_, n) => listing(`${n}`));

  it("lets others have the event loop while it is taken in", async () => {
    const store = openSqliteStore(temporaryDatabase());
    const catalog = createCatalog({ upstreams: [scriptedUpstream("a", [[many]])], store, clock: createHandClock() });
    await catalog.start();
    let turns = 0;
    for (; !catalog.status("a")?.complete; turns += 1) await setImmediate();
    expect(turns).toBeGreaterThan(5);
    expect(catalog.status("a")?.offerCount).toBe(12_000);
    await catalog.stop();
    await store.close();
  });

  it("is dropped when the daemon stops in the midst of it, and nothing is kept or logged", async () => {
    const path = temporaryDatabase();
    const store = openSqliteStore(path);
    const logged: string[] = [];
    const catalog = createCatalog({
      upstreams: [scriptedUpstream("a", [[many]])],
      store,
      clock: createHandClock(),
      log: { warn: (_, message) => void logged.push(message), error: (_, message) => void logged.push(message) },
    });
    await catalog.start();
    await setImmediate();
    expect(catalog.status("a")).toMatchObject({ loading: true, offerCount: 0 });
    await catalog.stop();
    expect(await store.loadCatalogs()).toEqual([]);
    expect(logged).toEqual([]);
    await store.close();
  });
});
