import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";
import type { Store } from "../../src/core/store.ts";
import type { Verification } from "../../src/core/verification.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import { temporaryDatabase } from "./temporary.ts";

const WRITER = join(import.meta.dirname, "writer.ts");

/** How many entries of money each step of the writer's verifications has booked, by the version that it made. */
const ENTRIES_BY_VERSION = [0, 0, 1, 2, 3, 5];

it("has all that was acknowledged, and nothing by halves, after kill -9", async () => {
  const path = temporaryDatabase();
  const acknowledged = new Map<string, number>();
  for (const [generation, commands] of [150, 1000, 3000].entries()) {
    const lines = await writeUntilKilled(path, String(generation), commands);
    for (const [id = "", version] of lines) acknowledged.set(id, Number(version));

    const store = openSqliteStore(path);
    const found = await listAll(store);
    expect(await store.checkLedger()).toEqual([]);
    await store.close();
    for (const [id, version] of acknowledged) expect(found.get(id)?.version).toBeGreaterThanOrEqual(version);
    for (const verification of found.values()) expectWhole(verification);
    expectBooksWhole(path, found);
  }
  expect(acknowledged.size).toBeGreaterThan(400);
});

/** Answers with the lines that came before the kill, parted into id and version. */
async function writeUntilKilled(path: string, generation: string, commands: number): Promise<string[][]> {
  const writer = spawn(process.execPath, [WRITER, path, generation], { stdio: ["ignore", "pipe", "inherit"] });
  const exit = once(writer, "exit");
  let output = "";
  writer.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    if (output.split("\n").length > commands) writer.kill("SIGKILL");
  });
  expect(await exit).toEqual([null, "SIGKILL"]);
  // The last line may be cut short.
  return output
    .slice(0, output.lastIndexOf("\n"))
    .split("\n")
    .map((line) => line.split(" "));
}

async function listAll(store: Store): Promise<ReadonlyMap<string, Verification>> {
  const { items } = await store.listVerifications("ci", { statuses: [], pageSize: 1_000_000 });
  return new Map(items.map((verification) => [verification.verificationId, verification]));
}

function expectWhole({ version, status, attempts, phoneNumber, messages, code }: Verification): void {
  const outcomes = attempts.map((attempt) => attempt.outcome ?? "under way").join(", ");
  const stages = ["", "", "under way", "REFUSED", "REFUSED, under way"];
  expect(outcomes).toBe(stages[version] ?? "REFUSED, BOUGHT");
  expect(phoneNumber !== undefined).toBe(version >= 5);
  expect(code !== undefined).toBe(status === "RECEIVED" || status === "COMPLETED");
  expect(messages.length > 0).toBe(code !== undefined);
}

function expectBooksWhole(path: string, found: ReadonlyMap<string, Verification>): void {
  const db = new DatabaseSync(path);
  expect(db.prepare("pragma integrity_check").get()).toMatchObject({ integrity_check: "ok" });
  const rows = db
    .prepare(`select order_id as id,
      (select count(*) from entries where order_seq = o.seq) as entries,
      (select count(*) from history where order_seq = o.seq) as events
      from orders o`)
    .all();
  expect(rows.length).toBe(found.size);
  for (const { id, entries, events } of rows) {
    const { version = 0, status } = found.get(String(id)) ?? {};
    const refunds = status === "CANCELLED" ? 1 : 0;
    expect(events).toBe(version);
    expect(entries).toBe((ENTRIES_BY_VERSION[version] ?? 5) + refunds);
  }
  db.close();
}
