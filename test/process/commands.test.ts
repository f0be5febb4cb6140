import { execFileSync, spawn } from "node:child_process";
import { get, type IncomingMessage, type ServerResponse } from "node:http";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Answer, entry, startLiar } from "../faults/liar.ts";
import { until } from "../support/clock.ts";
import { emptyFolder, type Folder, run } from "./process.ts";

const PEM = path.resolve("test/rpc/tls");

async function numgate(args: readonly string[], folder?: Folder) {
  const running = run(folder ?? (await emptyFolder()), args);
  const exit = await running.exit;
  return { exit, stdout: running.stdout(), stderr: running.stderr() };
}

describe("a command", () => {
  it.each([
    [["--listen", "127.0.0.1:0"], "--listen is for sandbox, not for serve"],
    [["config", "--live"], "--live is for check, not for config"],
    [["health", "--address", "http://127.0.0.1:1"], "--address is for esim, not for health"],
    [["uncertain", "--caller", "ci"], "--caller is for export, not for uncertain"],
    [["export", "--price", "0.50"], "--price is for settle, not for export"],
    [["esim", "esim_1", "--config", "numgate.yaml"], "--config is not for esim, which reads no configuration"],
    [["check", "--config", ""], "--config is empty"],
    [["esim", "esim_1", "--token="], "--token is empty"],
    [["sandbox", "--config", "numgate.yaml"], "--config is not for sandbox, which reads no configuration"],
  ])("refuses a flag that it would not heed: %j", async (args, complaint) => {
    const { exit, stdout, stderr } = await numgate(args);
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: "" });
    expect(stderr.split("\n")[0]).toBe(`numgate: ${complaint}`);
  });

  it.each(["127.0.0.1:7070", "localhost:7070", "nonsense"])(
    "asks for the scheme of an address: %s",
    async (address) => {
      const { exit, stderr } = await numgate(["esim", "esim_1", "--address", address]);
      expect(exit).toBe(2);
      expect(stderr.split("\n")[0]).toBe(
        `numgate: --address: expected a URL such as http://127.0.0.1:7070, not "${address}"`,
      );
    },
  );
});

describe("check --live", () => {
  const services = { ok: true, services: ["WhatsApp", "Telegram"].map((name, id) => ({ id: `s${id}`, name })) };
  const countries = { ok: true, countries: [{ country_id: 1, name: "Ukraine", price_usd: 0.2, available: 8 }] };
  const balance = { ok: true, balance_usd: 10 };
  const refused = (_: IncomingMessage, response: ServerResponse) =>
    void response.writeHead(401).end('{"ok":false,"error":{"code":"unauthorized","message":"No"}}');
  const broken = (_: IncomingMessage, response: ServerResponse) => void response.writeHead(500).end();

  it.each<[string, [RegExp, Answer][], number, string]>([
    ["works", [], 0, "sms: the key works, balance 10.00 USD; 2 offers, none left out\n"],
    [
      "works, and tells all but a part of its catalogue",
      [[/service_id=s1/, broken]],
      0,
      "sms: the key works, balance 10.00 USD; 1 offer; 1 of 3 parts of its catalogue could not be read: GET /countries was answered 500\n",
    ],
    [
      "breaks off in the midst of its catalogue",
      [
        [/service_id=s[^0]/, broken],
        [/services$/, { ok: true, services: ["s0", "s1", "s2", "s3"].map((id) => ({ id, name: id })) }],
      ],
      1,
      "sms: the key works, balance 10.00 USD; 1 offer, then its catalogue broke off: GET /countries was answered 500\n",
    ],
    [
      "rejects the key",
      [[/./, refused]],
      1,
      "sms: the key is not accepted; no offers: sms refused: the account's key is not accepted\n",
    ],
  ])("tells of an upstream that %s", async (_, routes, code, line) => {
    const liar = await startLiar([...routes, [/services$/, services], [/countries/, countries], [/balance/, balance]]);
    const folder = await emptyFolder();
    await folder.write("numgate.yaml", `upstreams:\n${entry("sms", "smsverifyo", liar.url)}`);
    const { exit, stdout } = await numgate(["check", "--live"], folder);
    expect(stdout).toContain(line);
    expect(exit).toBe(code);
  });
});

describe("a command whose output nobody reads", () => {
  const ON_SOCKET = "listen: unix:numgate.sock\nupstreams: [{ id: a, provider: ping, api_key: k, enabled: false }]\n";

  it("goes on when it is the gateway", async () => {
    const folder = await emptyFolder();
    await folder.write("numgate.yaml", ON_SOCKET);
    const running = run(folder, ["serve"]);
    running.child.stdout?.destroy();
    const socketPath = path.join(folder.path, "numgate.sock");
    const healthz = () =>
      new Promise<number | undefined>((resolve) => {
        get({ socketPath, path: "/healthz" }, (answer) => resolve(answer.resume().statusCode)).on("error", () =>
          resolve(undefined),
        );
      });
    await until(async () => (await healthz()) === 200);
    running.child.kill("SIGTERM");
    expect(await running.exit).toBe(0);
    expect(running.stderr()).not.toContain("EPIPE");
  });

  it("ends without a word when it is another", async () => {
    const folder = await emptyFolder();
    await folder.write("numgate.yaml", `upstreams:\n${entry("a", "ping", "http://127.0.0.1:1")}`);
    const running = run(folder, ["check", "--live"]);
    running.child.stdout?.destroy();
    expect(await running.exit).toBe(1);
    expect(running.stderr()).toBe("");
  });
});

it("does not ask of a database in memory whether a gateway runs", async () => {
  const folder = await emptyFolder();
  await folder.write("numgate.yaml", 'database: "sqlite::memory:"\n');
  expect(await numgate(["ledger"], folder)).toEqual({
    exit: 1,
    stdout: "",
    stderr: "numgate: the database is in memory, where its own gateway alone sees it\n",
  });
});

describe.each([["check"], ["serve"]])("%s", (command) => {
  it("reads each file of TLS once: what it looked at is what it takes", async () => {
    const folder = await emptyFolder();
    const pipe = path.join(folder.path, "key");
    execFileSync("sh", ["-c", `mkfifo ${pipe}`]);
    const writer = spawn("sh", ["-c", `cat ${PEM}/server.key > ${pipe}`]);
    onTestFinished(() => void writer.kill("SIGKILL"));
    await folder.write("numgate.yaml", `listen: 127.0.0.1:0\ntls: { cert: ${PEM}/server.pem, key: ${pipe} }\n`);
    await run(folder, [command]).printed(/the configuration is valid|https:/);
  });

  it("says what is wrong with the files of TLS", async () => {
    const folder = await emptyFolder();
    await folder.write("text.pem", "no certificate");
    await folder.write("numgate.yaml", `tls: { cert: text.pem, key: ${PEM}/server.key, client_ca: none.pem }\n`);
    expect(await numgate([command], folder)).toEqual({
      exit: 1,
      stdout: "",
      stderr:
        "tls.cert: text.pem holds no certificate in PEM\n" +
        "tls.client_ca: none.pem cannot be read: there is no such file\n",
    });
  });
});
