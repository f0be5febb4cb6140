import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import type { Store } from "../../src/core/store.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import { snapshotOf } from "../catalog/fakes.ts";
import { storeConformance } from "./conformance.ts";
import { anAttempt, aWish, callerNamed, created, eur, minutesLater, NOON, received, usd, waiting } from "./samples.ts";
import { temporaryDatabase } from "./temporary.ts";

const NEXT_DAY = new Date("2026-05-16T00:00:00Z");

storeConformance("SQLite", async (rates) => openSqliteStore(":memory:", rates));

describe("a SQLite file", () => {
  it("holds everything after it is closed and opened again", async () => {
    const path = temporaryDatabase();
    const first = openSqliteStore(path);
    await received(first);
    await first.recordEnd(await waiting(first), "CANCELLED", usd("0.45"), minutesLater(4));
    await first.saveCatalog(await snapshotOf({ id: "acme", provider: "acmesms" }, [], NOON));
    await first.recordCall({ upstream: "acme", verb: "buy", time: NOON }, NOON);
    const before = await everything(first);
    await first.close();

    const second = openSqliteStore(path);
    expect(await everything(second)).toStrictEqual(before);
    await second.close();
  });

  it("is read by nobody else on the machine", async () => {
    const path = temporaryDatabase();
    const store = openSqliteStore(path);
    await created(store);
    for (const file of [path, `${path}-wal`]) expect(statSync(file).mode & 0o077).toBe(0);
    await store.close();
  });

  it("serves one daemon, and the next one once that has closed it", async () => {
    const path = temporaryDatabase();
    const store = openSqliteStore(path);
    const refused = `${path} is in use by another numgate; each database serves one daemon`;
    expect(() => openSqliteStore(path)).toThrow(refused);
    await created(store);
    expect(existsSync(`${path}-shm`)).toBe(false);
    expect(() => openSqliteStore(path)).toThrow(refused);
    await store.close();
    await openSqliteStore(path).close();
  });

  it("keeps another process out", async () => {
    const path = temporaryDatabase();
    const store = openSqliteStore(path);
    const other = spawnSync(process.execPath, [join(import.meta.dirname, "writer.ts"), path], { encoding: "utf8" });
    expect(other).toMatchObject({
      status: 1,
      stdout: "",
      stderr: expect.stringContaining("is in use by another numgate"),
    });
    await store.close();
  });

  it("is refused when a newer numgate wrote it", async () => {
    const path = temporaryDatabase();
    await openSqliteStore(path).close();
    alter(path, "update schema_version set version = 99");
    expect(() => openSqliteStore(path)).toThrow(`${path} was written by a newer numgate: its schema is version 99`);
  });

  it("is refused, and left alone, when it is another program's", () => {
    const path = temporaryDatabase();
    alter(path, "create table cookies (name text)");
    const before = readFileSync(path);
    expect(() => openSqliteStore(path)).toThrow(`${path} holds another program's tables`);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it("is refused when it is no database", () => {
    const path = temporaryDatabase();
    writeFileSync(path, "listen: 127.0.0.1:7070\n".repeat(100));
    expect(() => openSqliteStore(path)).toThrow(`${path} is not a numgate database`);
    expect(readFileSync(path, "utf8")).toContain("listen");
  });

  it("is refused when it is damaged", async () => {
    const path = temporaryDatabase();
    await openSqliteStore(path).close();
    writeFileSync(path, readFileSync(path).fill(0xff, 100, 8192));
    expect(() => openSqliteStore(path)).toThrow(`${path} is damaged`);
  });

  it.for<[string, (path: string) => string, RegExp]>([
    ["its folder does not exist", (path) => join(dirname(path), "nowhere", "numgate.db"), /folder does not exist/],
    ["it is a folder", (path) => dirname(path), /it is a folder/],
    ["its folder is a file", (path) => join(path, "numgate.db"), /folder does not exist/],
  ])("is refused by name when %s", ([, place, message]) => {
    const path = temporaryDatabase();
    writeFileSync(path, "");
    expect(() => openSqliteStore(place(path))).toThrow(message);
    expect(() => openSqliteStore(place(path))).toThrow(place(path));
  });

  it.for(["entries", "history"])("takes no change and no deletion of its %s", async (table) => {
    const path = temporaryDatabase();
    const store = openSqliteStore(path);
    await store.recordEnd(await waiting(store), "EXPIRED", undefined, NOON);
    await store.forget({ messages: NOON, orders: NOON }, 10);
    await store.close();
    expect(() => alter(path, `update ${table} set time = 0`)).toThrow("only ever added");
    expect(() => alter(path, `delete from ${table}`)).toThrow("only ever added");
  });

  it("finds the counters that are not the sums of their entries, and sets them right", async () => {
    const path = temporaryDatabase();
    const first = openSqliteStore(path);
    await waiting(first);
    await waiting(first, { caller: callerNamed("qa"), time: NEXT_DAY });
    await first.recordEnd(await waiting(first), "EXPIRED", undefined, NOON);
    await first.forget({ messages: NEXT_DAY, orders: NEXT_DAY }, 10);
    await first.close();
    const midnight = new Date("2026-05-15T00:00:00Z");
    alter(
      path,
      `update spending set micros = micros + 5 where caller = 'ci'; delete from spending where caller = 'qa';
      insert into spending values ('ops', ${NEXT_DAY.getTime()}, 'EUR', 7)`,
    );

    const second = openSqliteStore(path);
    const ci = { caller: "ci", day: midnight, counted: usd("0.900005"), entered: usd("0.90") };
    const ops = { caller: "ops", day: NEXT_DAY, counted: eur("0.000007"), entered: eur("0") };
    const qa = { caller: "qa", day: NEXT_DAY, counted: usd("0"), entered: usd("0.45") };
    expect(await second.checkLedger()).toStrictEqual([ci, ops, qa]);
    expect(await second.checkLedger({ since: minutesLater(12 * 60 + 1) })).toStrictEqual([ops, qa]);
    expect(await second.checkLedger({ since: NOON })).toStrictEqual([ci, ops, qa]);
    expect(await second.checkLedger({ repair: true })).toStrictEqual([ci, ops, qa]);
    expect(await second.checkLedger()).toEqual([]);
    const reserve = async (perDay: string) => {
      const caller = callerNamed("ci", { perDay: usd(perDay) });
      const { verificationId } = await created(second, { caller });
      return second.beginAttempt(verificationId, caller, anAttempt());
    };
    await expect(reserve("1.399999")).rejects.toMatchObject({ metadata: { spent: "0.90 USD" } });
    await reserve("1.40");
    await second.close();
  });

  it("names no phone number, text or token in an error", async () => {
    const store = openSqliteStore(":memory:");
    const wish = aWish();
    await store.createVerification(wish);
    const duplicate = store.createVerification(aWish({ ...wish, requestId: "other" }));
    await expect(duplicate).rejects.toThrow(/^UNIQUE constraint failed: orders.order_id$/);
    await store.close();
  });
});

async function everything(store: Store): Promise<unknown> {
  return {
    listed: await store.listVerifications("ci", { statuses: [], pageSize: 10 }),
    open: await store.openVerifications(),
    catalogs: await store.loadCatalogs(),
    calls: await store.callsSince(NOON),
  };
}

function alter(path: string, sql: string): void {
  const db = new DatabaseSync(path);
  try {
    db.exec(sql);
  } finally {
    db.close();
  }
}
