import { readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Code } from "@connectrpc/connect";
import { describe, expect, it, onTestFinished } from "vitest";
import { Outcome } from "../../gen/numgate/v1/attempt_pb.ts";
import type { Verification } from "../../gen/numgate/v1/verification_pb.ts";
import { startSandbox } from "../../src/sandbox/sandbox.ts";
import { until } from "../support/clock.ts";
import { clientAt, emptyFolder, type Folder, type Running, run, urlOf } from "./process.ts";

/** A folder configured for one upstream whose document sets no limit, so that a test can buy as fast as it likes. */
async function place() {
  const sandbox = await startSandbox({ codeDelayMs: Number.POSITIVE_INFINITY });
  onTestFinished(() => sandbox.close());
  const folder = await emptyFolder();
  await folder.write(
    "numgate.yaml",
    `listen: 127.0.0.1:0
database: sqlite:./numgate.db
upstreams: [{ id: host, provider: handler_api, api_key: sandbox, base_url: "${sandbox.baseUrls.handler_api}" }]
`,
  );
  const sold = () => sandbox.control.books().handler_api.orders.map(({ phone }) => phone);
  return { folder, sold, database: path.join(folder.path, "numgate.db") };
}

async function buy(daemon: Running): Promise<Verification> {
  const verifications = clientAt(await urlOf(daemon));
  const request = { countryCode: "US", service: "whatsapp" };
  const { verification } = await verifications.createVerification(request, { timeoutMs: 3_000 });
  if (!verification) throw new Error("the answer has no verification");
  return verification;
}

async function listed(daemon: Running): Promise<readonly Verification[]> {
  return (await clientAt(await urlOf(daemon)).listVerifications({ pageSize: 1_000 })).verifications;
}

async function kill(daemon: Running): Promise<void> {
  daemon.child.kill("SIGKILL");
  await daemon.exit;
}

/** What stands in the file after a daemon has used it and ended in good order. */
async function usedDatabase(folder: Folder): Promise<void> {
  const daemon = run(folder, []);
  await buy(daemon);
  daemon.child.kill("SIGTERM");
  expect(await daemon.exit).toBe(0);
}

describe("a database that cannot be used", () => {
  it.each<[string, (file: string) => void, RegExp]>([
    ["damaged", (file) => writeFileSync(file, readFileSync(file).fill(0xff, 100, 8192)), /is damaged/],
    ["cut short", (file) => truncateSync(file, 5_000), /is damaged/],
    [
      "another file",
      (file) => writeFileSync(file, "listen: 127.0.0.1:7070\n".repeat(100)),
      /is not a numgate database/,
    ],
    ["of a newer numgate", (file) => alter(file, "update schema_version set version = 99"), /by a newer numgate/],
  ])("because it is %s ends the start with 1, is named, and is left alone", async (_, spoil, message) => {
    const { folder, database } = await place();
    await usedDatabase(folder);
    spoil(database);
    const before = readFileSync(database);
    const daemon = run(folder, []);
    expect(await daemon.exit).toBe(1);
    expect(daemon.stderr()).toMatch(message);
    expect(daemon.stderr()).toContain("numgate.db");
    expect(daemon.stderr()).not.toContain("    at ");
    expect(readFileSync(database).equals(before)).toBe(true);
  });
});

describe("a write-ahead log", () => {
  it("that was cut short is read up to the cut, and the daemon goes on from there", async () => {
    const { folder, database } = await place();
    const first = run(folder, []);
    const bought: Verification[] = [];
    for (let count = 0; count < 6; count += 1) bought.push(await buy(first));
    await kill(first);
    truncateSync(`${database}-wal`, Math.floor(statSync(`${database}-wal`).size * 0.8));

    const second = run(folder, []);
    const kept = (await listed(second)).toReversed();
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.map(({ verificationId }) => verificationId)).toEqual(
      bought.slice(0, kept.length).map(({ verificationId }) => verificationId),
    );
    const whole = kept.slice(0, -1).map(({ phoneNumber }) => phoneNumber);
    expect(whole).toEqual(bought.slice(0, whole.length).map(({ phoneNumber }) => phoneNumber));
    expect((await buy(second)).phoneNumber).toMatch(/^\+1/);
  });
});

describe("a full disk", () => {
  it("fails what cannot be recorded, loses nothing that was, and buys again once there is room", async () => {
    const { folder, sold } = await place();
    const cramped = run(folder, [], {}, { largestFileBytes: 1_500_000 });
    const bought: Verification[] = [];
    await until(async () => {
      try {
        bought.push(await buy(cramped));
        return false;
      } catch {
        return true;
      }
    });
    expect(bought.length).toBeGreaterThan(2);
    const before = sold().length;
    // At once, and not as uncertain: it was not sent.
    await expect(buy(cramped)).rejects.toMatchObject({ code: Code.Internal });
    expect(sold()).toHaveLength(before);
    expect(cramped.stderr()).toContain("disk I/O error");
    expect(cramped.child.exitCode).toBeNull();
    const shown = await listed(cramped);
    expect(shown.map(({ verificationId }) => verificationId)).toEqual(
      expect.arrayContaining(bought.map(({ verificationId }) => verificationId)),
    );
    await kill(cramped);

    const roomy = run(folder, []);
    const after = await listed(roomy);
    for (const { verificationId, phoneNumber } of bought) {
      expect(after).toContainEqual(expect.objectContaining({ verificationId, phoneNumber }));
    }
    const numbers = new Set(after.map(({ phoneNumber }) => phoneNumber));
    const unclaimed = sold().filter((phone) => !numbers.has(phone));
    const uncertain = after.filter(({ attempts }) => attempts.at(-1)?.outcome === Outcome.UNCERTAIN);
    expect(uncertain.length).toBeGreaterThanOrEqual(unclaimed.length);
    expect((await buy(roomy)).phoneNumber).toMatch(/^\+1/);
  });
});

function alter(file: string, sql: string): void {
  const db = new DatabaseSync(file);
  db.exec(sql);
  db.close();
}
