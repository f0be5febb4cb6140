import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Store } from "../../src/core/store.ts";
import { migrate } from "../../src/store/migrations.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import { SQLITE_MIGRATIONS } from "../../src/store/sqlite-schema.ts";
import {
  aMessage,
  anAttempt,
  aPurchase,
  aWish,
  callerNamed,
  eur,
  minutesLater,
  NOON,
  refusal,
  usd,
} from "./samples.ts";
import { temporaryDatabase } from "./temporary.ts";

const WRITTEN = readFileSync(join(import.meta.dirname, "fixtures", "version-1.sql"), "utf8");
const YEAR_LATER = new Date("2027-05-15T12:00:00Z");

/** A file as the first numgate wrote it. */
function firstFile(): string {
  const path = temporaryDatabase();
  const db = new DatabaseSync(path);
  migrate(db, SQLITE_MIGRATIONS.slice(0, 1));
  db.exec(WRITTEN);
  db.close();
  return path;
}

function opened(path: string): Store {
  const store = openSqliteStore(path);
  onTestFinished(() => store.close());
  return store;
}

/** All that a database holds, as text. */
function dump(path: string): string {
  const db = new DatabaseSync(path, { readBigInts: true });
  const tables = db.prepare("select name, sql from sqlite_schema order by name").all();
  const rows = tables
    .filter(({ sql }) => String(sql).startsWith("create table") || String(sql).startsWith("CREATE TABLE"))
    .map(({ name }) => db.prepare(`select * from "${name}" order by 1`).all());
  db.close();
  return JSON.stringify([tables, rows], (_, value) => (typeof value === "bigint" ? String(value) : value));
}

describe("a file of the first schema", () => {
  it("has every verification as it was", async () => {
    const store = opened(firstFile());
    const { items: ci } = await store.listVerifications("ci", { statuses: [], pageSize: 10 });
    expect(ci.map(({ verificationId, version, status }) => [verificationId, version, status])).toEqual([
      ["received", 4, "RECEIVED"],
      ["waiting", 5, "WAITING"],
      ["uncertain", 3, "PENDING"],
      ["pending", 1, "PENDING"],
    ]);
    const { items: qa } = await store.listVerifications("qa", {
      statuses: ["CANCELLED", "EXPIRED"],
      pageSize: 10,
    });
    expect(qa).toMatchObject([
      { verificationId: "expired", price: eur("0.40"), endTime: minutesLater(20) },
      { verificationId: "cancelled", price: usd("0.45"), refund: usd("0.45") },
    ]);
    const completed = await store.getVerification("qa", "completed");
    expect(completed).toMatchObject({ code: "654321", request: { labels: { env: "ci", run: "7" } } });
    expect(completed.messages).toStrictEqual([aMessage(), aMessage({ messageId: "m2", code: "654321" })]);
    expect(await store.getVerification("ci", "waiting")).toMatchObject({
      phoneNumber: "+447700900123",
      orderRef: "order-waiting",
      cancellableTime: minutesLater(5),
      attempts: [
        { upstream: "zeta", outcome: "REFUSED", reason: "NO_NUMBERS" },
        { upstream: "acme", outcome: "BOUGHT" },
      ],
    });
    const label = { key: "run", value: "7" };
    expect(await store.listVerifications("qa", { statuses: [], label, pageSize: 10 })).toMatchObject({
      items: [{ verificationId: "completed" }],
    });
    expect((await store.openVerifications()).length).toBe(4);
    expect(await store.countOpen()).toEqual(new Map([["acme", 3]]));
    expect(await store.callsSince(NOON)).toHaveLength(1);
  });

  it("has one event for each order, with all its money so far", async () => {
    const store = opened(firstFile());
    const events = await store.history({ limit: 100 });
    expect(events.map(({ orderId, change, version, status }) => [orderId, change, version, status])).toEqual([
      ["pending", "carried_over", 1, "PENDING"],
      ["uncertain", "carried_over", 3, "PENDING"],
      ["waiting", "carried_over", 5, "WAITING"],
      ["received", "carried_over", 4, "RECEIVED"],
      ["completed", "carried_over", 5, "COMPLETED"],
      ["cancelled", "carried_over", 4, "CANCELLED"],
      ["expired", "carried_over", 4, "EXPIRED"],
      ["failed", "carried_over", 4, "FAILED"],
    ]);
    const money = events.map(({ entries }) => entries.map(({ kind, money: { micros } }) => `${kind} ${micros}`));
    const bought = ["reserve 500000", "release 500000", "charge 450000"];
    expect(money).toEqual([
      [],
      ["reserve 500000"],
      ["reserve 500000", "release 500000", ...bought],
      bought,
      bought,
      [...bought, "refund 450000"],
      ["reserve 400000", "release 400000", "charge 400000"],
      ["reserve 500000", "release 500000"],
    ]);
    expect(events.map(({ time }) => time)).toEqual([0, 1, 2, 4, 5, 6, 20, 2].map((minute) => minutesLater(minute)));
    expect(await store.checkLedger()).toEqual([]);
  });

  it("lives on", async () => {
    const store = opened(firstFile());
    const ci = callerNamed("ci", { perDay: usd("1.90"), maxOpen: 5 });
    await store.recordPurchase("uncertain", aPurchase({ price: usd("0.45") }));
    await store.recordEnd("received", "COMPLETED", undefined, minutesLater(5));
    await store.recordMessages("completed", [aMessage({ messageId: "m3" })], minutesLater(9));
    expect((await store.recordMessages("waiting", [aMessage()], minutesLater(9))).verification.version).toBe(6);
    await store.recordRefund("expired", eur("0.40"), minutesLater(21));
    await store.beginAttempt("pending", ci, anAttempt({ quotedPrice: usd("0.55") }));
    await expect(store.createVerification(aWish({ caller: callerNamed("ci", { maxOpen: 3 }) }))).rejects.toMatchObject({
      metadata: { open: "3" },
    });
    const { verification } = await store.createVerification(aWish({ caller: ci }));
    const beyond = store.beginAttempt(verification.verificationId, ci, anAttempt({ quotedPrice: usd("0.000001") }));
    await expect(beyond).rejects.toMatchObject({ ...refusal("BUDGET_EXCEEDED"), metadata: { spent: "1.90 USD" } });

    expect(await store.checkLedger()).toEqual([]);
    const changes = (await store.history({ limit: 100, orderId: "uncertain" })).map((event) => event.change);
    expect(changes).toEqual(["carried_over", "bought"]);
  });

  it("forgets as any other", async () => {
    const store = opened(firstFile());
    expect(await store.forget({ messages: YEAR_LATER, orders: NOON }, 100)).toBe(1);
    expect(await store.getVerification("qa", "completed")).toMatchObject({ messages: [] });
    expect(await store.forget({ messages: YEAR_LATER, orders: YEAR_LATER }, 100)).toBe(4);
    expect(await store.checkLedger()).toEqual([]);
    expect((await store.history({ limit: 100 })).map((event) => event.orderId)).not.toContain("failed");
  });

  it("does not count purchases without a code from before", async () => {
    const store = opened(firstFile());
    const caller = callerNamed("qa", { maxWithoutCode: 1 });
    expect(await store.createVerification(aWish({ caller }))).toMatchObject({ created: true });
  });
});

describe("migrations", () => {
  it.for([0, 1, 2, 3])("lead from version %i to one and the same schema", (version) => {
    const schema = (migrations: readonly string[]) => {
      const path = temporaryDatabase();
      const db = new DatabaseSync(path);
      migrate(db, migrations);
      if (migrations.length < SQLITE_MIGRATIONS.length) migrate(db, SQLITE_MIGRATIONS);
      db.close();
      return dump(path);
    };
    expect(schema(SQLITE_MIGRATIONS.slice(0, version))).toBe(schema(SQLITE_MIGRATIONS));
  });

  it.each(SQLITE_MIGRATIONS.map((_, version) => version))("leave version %i as it was when one fails", (version) => {
    const path = temporaryDatabase();
    const db = new DatabaseSync(path);
    migrate(db, SQLITE_MIGRATIONS.slice(0, version));
    if (version === 1) db.exec(WRITTEN);
    const before = dump(path);
    const [next = "", ...rest] = SQLITE_MIGRATIONS.slice(version);
    const failing = [...SQLITE_MIGRATIONS.slice(0, version), `${next}; insert into nowhere values (1);`, ...rest];
    expect(() => migrate(db, failing)).toThrow("no such table: nowhere");
    expect(dump(path)).toBe(before);
    migrate(db, SQLITE_MIGRATIONS);
    db.close();
    expect(dump(path)).not.toBe(before);
  });

  it("leave a file as it was when something in it stands in the way, and name it", async () => {
    const path = firstFile();
    const db = new DatabaseSync(path);
    db.exec("create table history (mine text)");
    const before = dump(path);
    expect(() => openSqliteStore(path)).toThrow(path);
    expect(dump(path)).toBe(before);
    db.exec("drop table history");
    db.close();
    expect(await opened(path).openVerifications()).toHaveLength(4);
  });
});
