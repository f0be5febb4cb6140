import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import type { Store } from "../../src/core/store.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import { storeConformance } from "./conformance.ts";
import { aWish, created, minutesLater, NOON, received, usd, waiting } from "./samples.ts";
import { temporaryDatabase } from "./temporary.ts";

storeConformance("SQLite", async () => openSqliteStore(":memory:"));

describe("a SQLite file", () => {
  it("holds everything after it is closed and opened again", async () => {
    const path = temporaryDatabase();
    const first = openSqliteStore(path);
    await received(first);
    await first.recordEnd(await waiting(first), "CANCELLED", usd("0.45"), minutesLater(4));
    await first.saveCatalog({ upstream: "acme", offers: [], fetchTime: NOON, unresolved: ["Atlantis"] });
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

  it("takes no change and no deletion of an entry of money", async () => {
    const path = temporaryDatabase();
    const store = openSqliteStore(path);
    await waiting(store);
    await store.close();
    expect(() => alter(path, "update entries set micros = 0")).toThrow("entries are only ever added");
    expect(() => alter(path, "delete from entries")).toThrow("entries are only ever added");
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
