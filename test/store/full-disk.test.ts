import { DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";
import type { Store } from "../../src/core/store.ts";
import { createSqliteStore, openSqliteStore } from "../../src/store/sqlite.ts";
import { openDatabase } from "../../src/store/sqlite-database.ts";
import { aMessage, aPurchase, buying, created, minutesLater, NOON, waiting } from "./samples.ts";
import { temporaryDatabase } from "./temporary.ts";

it("refuses commands on a full disk, loses nothing, and goes on once there is room", async () => {
  const path = temporaryDatabase();
  const database = openDatabase(path);
  const store = createSqliteStore(database, new Map());
  const [bought, buys] = [await waiting(store), await buying(store)];
  const pages = Number(database.prepare("pragma page_count").get()?.page_count);
  database.exec(`pragma max_page_count = ${pages + 8}`);

  const acknowledged: string[] = [];
  const refused: unknown[] = [];
  for (let round = 0; round < 40; round += 1) {
    const answers = await Promise.allSettled(Array.from({ length: 8 }, () => created(store)));
    for (const answer of answers) {
      if (answer.status === "fulfilled") acknowledged.push(answer.value.verificationId);
      else refused.push(answer.reason);
    }
  }
  expect(acknowledged.length).toBeGreaterThan(8);
  expect(refused.length).toBeGreaterThan(8);
  for (const error of refused) expect(error).toMatchObject({ message: "database or disk is full" });
  await expectKept(store, [bought, buys, ...acknowledged]);
  const code = store.recordMessages(bought, [aMessage({ text: "x".repeat(100_000) })], NOON);
  await expect(code).rejects.toThrow("database or disk is full");
  expect(await store.getVerification("ci", bought)).toMatchObject({ status: "WAITING", messages: [] });

  database.exec("pragma max_page_count = 100000");
  expect(await store.recordMessages(bought, [aMessage()], minutesLater(3))).toMatchObject({ added: true });
  expect(await store.recordPurchase(buys, aPurchase())).toMatchObject({ status: "WAITING" });
  acknowledged.push((await created(store)).verificationId);
  await store.close();

  const again = openSqliteStore(path);
  await expectKept(again, [bought, buys, ...acknowledged]);
  expect(await again.checkLedger()).toEqual([]);
  await again.close();
  const db = new DatabaseSync(path);
  expect(db.prepare("pragma integrity_check").get()).toMatchObject({ integrity_check: "ok" });
  db.close();
});

/** These verifications and no others, each with an event for each of its versions. */
async function expectKept(store: Store, ids: readonly string[]): Promise<void> {
  const kept = await store.openVerifications();
  expect(kept.map((verification) => verification.verificationId)).toEqual(ids);
  const events = Map.groupBy(await store.history({ limit: 100_000 }), (event) => event.orderId);
  expect([...events.keys()].sort()).toEqual([...ids].sort());
  for (const { verificationId, version } of kept) expect(events.get(verificationId)).toHaveLength(version);
}
