import { spawnSync } from "node:child_process";
import { stat, writeFile } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { VerificationStatus as Status } from "../../gen/numgate/v1/verification_pb.ts";
import { emptyFolder, run } from "../process/process.ts";
import { until } from "../support/clock.ts";
import { buy, startGateway, turnUntil } from "../support/gateway.ts";
import { databaseOf, doubtful, numgate, stop } from "./support.ts";

describe("the socket beside the database", () => {
  it("is its user's alone, and goes with the daemon", async () => {
    const gateway = await startGateway();
    const path = `${databaseOf(gateway)}.sock`;
    const { mode } = await stat(path);
    expect(mode & 0o777).toBe(0o600);
    await stop(gateway);
    await expect(stat(path)).rejects.toThrow("ENOENT");
  });

  it("that a killed daemon left is replaced", async () => {
    const gateway = await startGateway();
    await stop(gateway);
    const path = `${databaseOf(gateway)}.sock`;
    // A process that dies with its socket open leaves the file.
    const script = `require("node:net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 9))`;
    spawnSync(process.execPath, ["-e", script]);
    expect((await stat(path)).isSocket()).toBe(true);
    expect((await numgate(gateway, "uncertain")).exit).toBe(0);
    const after = await gateway.restart();
    const verificationId = await doubtful(after, true);
    expect((await numgate(after, "uncertain")).stdout).toContain(verificationId);
  });

  it("takes nothing away that is no socket, and the gateway serves all the same", async () => {
    const gateway = await startGateway();
    await stop(gateway);
    const path = `${databaseOf(gateway)}.sock`;
    await writeFile(path, "precious");
    const after = await gateway.restart();
    expect((await stat(path)).isFile()).toBe(true);
    expect((await buy(after)).status).toBe(Status.WAITING);
    expect((await numgate(after, "uncertain")).exit).toBe(1);
  });
});

describe("the export", () => {
  it("is the history, oldest first, with exact amounts and no number", async () => {
    const gateway = await startGateway();
    const { verificationId, phoneNumber } = await buy(gateway, { upstreams: ["ping"] });
    await turnUntil(gateway, verificationId, Status.RECEIVED);
    const other = await buy(gateway, { upstreams: ["ping"] });
    await gateway.verifications.cancelVerification({ verificationId: other.verificationId });
    const { exit, stdout } = await numgate(gateway, "export");
    expect(exit).toBe(0);
    const lines = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.filter(({ order_id }) => order_id === verificationId).map(({ change }) => change)).toEqual([
      "created",
      "attempt_began",
      "bought",
      "received",
    ]);
    expect(lines.map(({ seq }) => seq)).toEqual(lines.map(({ seq }) => seq).toSorted((a, b) => a - b));
    expect(lines.find(({ change }) => change === "bought")).toMatchObject({
      time: expect.stringMatching(/^2026-05-01T12:00:0\d\.\d{3}Z$/),
      caller: "local",
      status: "WAITING",
      attempt: { number: 1, upstream: "ping", quoted_price: { amount: "0.50", currency: "USD" }, outcome: "BOUGHT" },
      entries: [
        { kind: "release", amount: "0.50", currency: "USD" },
        { kind: "charge", amount: "0.50", currency: "USD" },
      ],
    });
    expect(stdout).not.toContain(phoneNumber.slice(1));
    const mine = await numgate(gateway, "export", "--order", other.verificationId, "--since", "2026-05-01");
    expect(mine.stdout.trimEnd().split("\n")).toHaveLength(4);
    expect((await numgate(gateway, "export", "--since", "2026-05-02T00:00:00Z")).stdout).toBe("");
    expect((await numgate(gateway, "export", "--caller", "nobody")).stdout).toBe("");
    await stop(gateway);
    expect((await numgate(gateway, "export")).stdout.split("\n").length).toBe(stdout.split("\n").length);
  });

  it("ends in peace when its reader has had enough", async () => {
    const gateway = await startGateway();
    for (let i = 0; i < 20; i += 1) await buy(gateway, { upstreams: ["smsverificationservice"] });
    await stop(gateway);
    const running = run(await emptyFolder(), ["export", "--config", gateway.daemon.config.file ?? ""]);
    running.child.stdout?.destroy();
    expect(await running.exit).toBe(0);
    expect(running.stderr()).toBe("");
  });
});

describe("counters that are not the sums of their entries", () => {
  async function tamperedWith() {
    const gateway = await startGateway();
    await buy(gateway, { upstreams: ["ping"] });
    await stop(gateway);
    const database = new DatabaseSync(databaseOf(gateway));
    database.exec("update spending set micros = micros + 1000000");
    database.close();
    return gateway;
  }

  it("are found, and set right when that is asked for", async () => {
    const gateway = await tamperedWith();
    expect(await numgate(gateway, "ledger")).toMatchObject({
      exit: 1,
      stdout: expect.stringContaining("2026-05-01  local: counted 1.50 USD, entered 0.50 USD\n"),
    });
    expect(await numgate(gateway, "ledger", "--repair")).toMatchObject({ exit: 0 });
    expect(await numgate(gateway, "ledger")).toMatchObject({
      exit: 0,
      stdout: expect.stringContaining("every counter is the sum of its entries"),
    });
  });

  it("are set right when a daemon starts, and the log says so", async () => {
    const gateway = await tamperedWith();
    const after = await gateway.restart();
    expect(after.log.join("")).toContain("was not the sum of its entries");
    expect((await numgate(after, "ledger")).exit).toBe(0);
  });
});

describe("retention", () => {
  it("forgets texts and codes first, then whole orders, and the counters stay", async () => {
    const gateway = await startGateway({ config: "retention: { messages: 1d, orders: 3d }" });
    const { verificationId } = await buy(gateway, { upstreams: ["ping"] });
    await turnUntil(gateway, verificationId, Status.RECEIVED);
    await gateway.verifications.completeVerification({ verificationId });
    const present = async () => {
      const { verifications } = await gateway.verifications.listVerifications({});
      return verifications.map(({ code, messages }) => [code !== undefined, messages.length]);
    };
    expect(await present()).toEqual([[true, 1]]);
    const turnDays = async (days: number) => {
      for (let hour = 0; hour < days * 24; hour += 1) await gateway.clock.advance(3_600_000);
    };
    await turnDays(1.1);
    await until(async () => JSON.stringify(await present()) === "[[false,0]]");
    await turnDays(2.1);
    await until(async () => (await present()).length === 0);
    await stop(gateway);
    const database = new DatabaseSync(databaseOf(gateway), { readOnly: true });
    expect(database.prepare("select micros from spending").get()).toEqual({ micros: 500_000 });
    database.close();
  });

  it("keeps what is open, however old", async () => {
    const gateway = await startGateway({ config: "retention: { messages: 1h, orders: 1h }" });
    const verificationId = await doubtful(gateway, true);
    for (let hour = 0; hour < 50; hour += 1) await gateway.clock.advance(3_600_000);
    const { verification } = await gateway.verifications.getVerification({ verificationId });
    expect(verification?.status).toBe(Status.PENDING);
  });
});
