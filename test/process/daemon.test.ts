import { rm } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { VerificationStatus as Status } from "../../gen/numgate/v1/verification_pb.ts";
import { startSandbox } from "../../src/sandbox/sandbox.ts";
import { until } from "../support/clock.ts";
import { clientAt, emptyFolder, type Folder, run, urlOf } from "./process.ts";

const ANYWHERE = { NUMGATE_LISTEN: "127.0.0.1:0" };

async function sandboxFor(folder: Folder, codeDelayMs: number) {
  const sandbox = await startSandbox({ codeDelayMs });
  onTestFinished(() => sandbox.close());
  await folder.write(
    "numgate.yaml",
    `listen: 127.0.0.1:0
upstreams:
  - { id: ping, provider: ping, api_key: sandbox, base_url: "${sandbox.baseUrls.ping}" }
  - { id: smsverificationservice, provider: smsverificationservice, api_key: sandbox, base_url: "${sandbox.baseUrls.smsverificationservice}" }
`,
  );
  return sandbox;
}

describe("the daemon", () => {
  it("killed between a purchase and its code delivers the code after a restart", async () => {
    const folder = await emptyFolder();
    const sandbox = await sandboxFor(folder, 2_000);
    const first = run(folder, []);
    const request = { countryCode: "US", service: "whatsapp", requestId: crypto.randomUUID() };
    const before = (await clientAt(await urlOf(first)).createVerification(request)).verification;
    first.child.kill("SIGKILL");
    await first.exit;

    const verifications = clientAt(await urlOf(run(folder, [])));
    const after = (await verifications.createVerification(request)).verification;
    expect(after).toMatchObject({
      verificationId: before?.verificationId,
      phoneNumber: before?.phoneNumber,
    });
    const received = await until(async () => {
      const { verification } = await verifications.getVerification({ verificationId: after?.verificationId ?? "" });
      return verification?.status === Status.RECEIVED && verification;
    });
    const { ping, smsverificationservice } = sandbox.control.books();
    const orders = [...ping.orders, ...smsverificationservice.orders];
    expect(orders).toMatchObject([{ code: received.code }]);
  });

  it("killed while a purchase is under way does not buy again, and keeps what it does not know", async () => {
    const folder = await emptyFolder();
    const sandbox = await sandboxFor(folder, 2_000);
    sandbox.control.failNext({ upstream: "ping", endpoint: "create", kind: "silence" });
    const first = run(folder, []);
    const request = { countryCode: "US", service: "whatsapp", upstreams: ["ping"], requestId: crypto.randomUUID() };
    const call = clientAt(await urlOf(first)).createVerification(request);
    await until(() => sandbox.control.books().ping.calls.create === 1);
    first.child.kill("SIGKILL");
    await expect(call).rejects.toThrow();

    const verifications = clientAt(await urlOf(run(folder, [])));
    await expect(verifications.createVerification(request)).rejects.toThrow("may have sold a number");
    const listed = (await verifications.listVerifications({})).verifications;
    expect(listed).toMatchObject([{ status: Status.PENDING, attempts: [{ outcome: 3 }] }]);
    expect(sandbox.control.books().ping.calls.create).toBe(1);
    expect(sandbox.control.books().smsverificationservice.calls.create).toBeUndefined();
  });

  it("killed after a purchase was sold, and before it was told, finds the number after a restart", async () => {
    const folder = await emptyFolder();
    const sandbox = await sandboxFor(folder, 60_000);
    sandbox.control.failNext({ upstream: "smsverificationservice", endpoint: "create", kind: "slow" });
    const first = run(folder, []);
    const request = { countryCode: "US", service: "whatsapp", requestId: crypto.randomUUID() };
    const call = clientAt(await urlOf(first)).createVerification(request);
    await until(() => sandbox.control.books().smsverificationservice.orders.length === 1);
    first.child.kill("SIGKILL");
    await expect(call).rejects.toThrow();

    const { verification } = await clientAt(await urlOf(run(folder, []))).createVerification(request);
    const { orders, calls } = sandbox.control.books().smsverificationservice;
    expect(verification).toMatchObject({ status: Status.WAITING, phoneNumber: orders[0]?.phone });
    expect(calls.create).toBe(1);
  });

  it("starts with nothing configured, in front of its sandbox, and says what to try", async () => {
    const folder = await emptyFolder();
    const daemon = run(folder, [], ANYWHERE);
    const url = await urlOf(daemon);
    const [, printed = ""] = await daemon.printed(/(http:\S+\/CreateVerification)/);
    expect(printed).toBe(`${url}/numgate.v1.VerificationService/CreateVerification`);
    const answer = await fetch(printed, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ country_code: "US", service: "whatsapp" }),
    });
    expect(await answer.json()).toMatchObject({ verification: { status: "VERIFICATION_STATUS_WAITING" } });
  });

  it("drains on SIGTERM: its streams end UNAVAILABLE, and it exits with 0", async () => {
    const daemon = run(await emptyFolder(), [], ANYWHERE);
    const verifications = clientAt(await urlOf(daemon));
    const { verification } = await verifications.createVerification({ countryCode: "US", service: "sandboxnever" });
    const watch = async () => {
      const request = { verificationId: verification?.verificationId ?? "" };
      for await (const _ of verifications.watchVerification(request)) daemon.child.kill("SIGTERM");
    };
    await expect(watch()).rejects.toThrow("[unavailable]");
    expect(await daemon.exit).toBe(0);
    expect(daemon.stderr()).not.toContain('"level":50');
  });

  it("refuses a database that another daemon has open, and leaves that one unharmed", async () => {
    const folder = await emptyFolder();
    const first = clientAt(await urlOf(run(folder, [], ANYWHERE)));
    const request = { countryCode: "US", service: "sandboxnever" };
    await first.createVerification(request);
    const second = run(folder, [], ANYWHERE);
    expect(await second.exit).toBe(1);
    expect(second.stderr()).toMatch(/numgate-sandbox\.db.*in use/);
    await first.createVerification(request);
    expect((await first.listVerifications({})).verifications).toHaveLength(2);
  });

  it("takes over callers on SIGHUP, and keeps the old ones when the file is wrong", async () => {
    const folder = await emptyFolder();
    const file = (token: string) => `listen: 127.0.0.1:0\ncallers: [{ name: ci, token: ${token} }]\n`;
    await folder.write("numgate.yaml", file("first-token-0123456"));
    const daemon = run(folder, []);
    const url = await urlOf(daemon);
    const answers = async (token: string) => {
      const call = clientAt(url, token).listVerifications({});
      return call.then(
        () => true,
        () => false,
      );
    };
    await folder.write("numgate.yaml", "callers: nonsense\n");
    daemon.child.kill("SIGHUP");
    await until(() => daemon.stderr().includes("configuration not read again"));
    expect(await answers("first-token-0123456")).toBe(true);
    await folder.write("numgate.yaml", file("second-token-012345"));
    daemon.child.kill("SIGHUP");
    await until(() => daemon.stderr().includes("configuration read again"));
    expect([await answers("first-token-0123456"), await answers("second-token-012345")]).toEqual([false, true]);
  });

  it("keeps its callers on SIGHUP when the file that named them is gone", async () => {
    const folder = await emptyFolder();
    const daemon = run(folder, [], ANYWHERE);
    const anonymous = clientAt(await urlOf(daemon));
    await folder.write("numgate.yaml", "callers: [{ name: ci, token: first-token-0123456 }]\n");
    daemon.child.kill("SIGHUP");
    await until(() => daemon.stderr().includes("configuration read again"));
    await rm(path.join(folder.path, "numgate.yaml"));
    daemon.child.kill("SIGHUP");
    await until(() => daemon.stderr().includes("configuration not read again"));
    expect(daemon.stderr()).toContain("numgate.yaml is gone");
    await expect(anonymous.listVerifications({})).rejects.toThrow("[unauthenticated]");
  });
});

describe("the commands", () => {
  it("health tells whether the daemon is alive", async () => {
    const folder = await emptyFolder();
    const url = new URL(await urlOf(run(folder, [], ANYWHERE)));
    expect(await run(folder, ["health"], { NUMGATE_LISTEN: url.host }).exit).toBe(0);
    const health = run(folder, ["health"], { NUMGATE_LISTEN: "127.0.0.1:1" });
    expect(await health.exit).toBe(1);
    expect(health.stderr()).toBe("numgate: no gateway answers at 127.0.0.1:1\n");
  });

  it("health tells it also of one that answers nobody without a certificate", async () => {
    const folder = await emptyFolder();
    const pem = (name: string) => path.resolve("test/rpc/tls", name);
    const tls = `tls: { cert: ${pem("server.pem")}, key: ${pem("server.key")}, client_ca: ${pem("ca.pem")} }`;
    await folder.write("numgate.yaml", `${tls}\nupstreams: []\n`);
    const [, host = ""] = await run(folder, [], ANYWHERE).printed(/https:\/\/(\S+)/);
    const health = run(folder, ["health"], { NUMGATE_LISTEN: host });
    expect(await health.exit, health.stderr()).toBe(0);
  });

  it("check names what is wrong, and starts nothing", async () => {
    const folder = await emptyFolder();
    await folder.write("numgate.yaml", "upstrems: []\n");
    const check = run(folder, ["check"]);
    expect(await check.exit).toBe(1);
    expect(check.stderr()).toContain("numgate.yaml:1:1");
    expect(check.stderr()).toContain("upstreams");
    await folder.write(
      "numgate.yaml",
      "upstreams: [{ id: a, provider: ping, api_key: k, limits: { polls: 1/min } }]\n",
    );
    const limits = run(folder, ["check"]);
    expect(await limits.exit).toBe(1);
    expect(limits.stderr()).toMatch(/^numgate\.yaml:1:\d+: upstreams\[0\]\.limits\.polls: ping has no such limit/);
  });

  it("config prints what is in force, without a secret", async () => {
    const folder = await emptyFolder();
    const config = run(folder, ["config"], { PING_API_KEY: "pk_live_very_secret" });
    expect(await config.exit).toBe(0);
    expect(config.stdout()).toContain("provider: ping");
    expect(config.stdout()).not.toContain("very_secret");
  });

  it.each([[["buy"]], [["serve", "now"]], [["--colour"]]])(
    "%o is not understood: exit code 2 and where to read more",
    async (args) => {
      const misused = run(await emptyFolder(), args);
      expect(await misused.exit).toBe(2);
      expect(misused.stderr()).toContain("numgate --help");
    },
  );

  it("sandbox runs the sandbox by itself", async () => {
    const sandbox = run(await emptyFolder(), ["sandbox", "--listen", "127.0.0.1:0"]);
    const [, url = ""] = await sandbox.printed(/ping at (http:\S+)/);
    expect((await fetch(`${url}/nonvoip/services`, { headers: { "x-ping-api-key": "sandbox" } })).status).toBe(200);
    sandbox.child.kill("SIGTERM");
    expect(await sandbox.exit).toBe(0);
  });
});
