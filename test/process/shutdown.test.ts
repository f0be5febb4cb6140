import { describe, expect, it, onTestFinished } from "vitest";
import { Outcome } from "../../gen/numgate/v1/attempt_pb.ts";
import { VerificationStatus as Status } from "../../gen/numgate/v1/verification_pb.ts";
import { startSandbox } from "../../src/sandbox/sandbox.ts";
import { until } from "../support/clock.ts";
import { startHeldProxy } from "../support/held-proxy.ts";
import { clientAt, emptyFolder, run, urlOf } from "./process.ts";

const CALLS = 4;

/** A daemon that has sent purchases whose answers are held back. */
async function startBuying(httpVersion: "1.1" | "2") {
  const sandbox = await startSandbox({ codeDelayMs: Number.POSITIVE_INFINITY });
  onTestFinished(() => sandbox.close());
  const proxy = await startHeldProxy(sandbox.baseUrls.ping);
  const purchases = proxy.hold(/orders\/create$/);
  const folder = await emptyFolder();
  await folder.write(
    "numgate.yaml",
    `listen: 127.0.0.1:0\nupstreams: [{ id: ping, provider: ping, api_key: sandbox, base_url: "${proxy.url}" }]\n`,
  );
  const daemon = run(folder, []);
  const verifications = clientAt(await urlOf(daemon), undefined, httpVersion);
  const calls = Promise.allSettled(
    Array.from({ length: CALLS }, () => verifications.createVerification({ countryCode: "US", service: "whatsapp" })),
  );
  await until(() => purchases.held() === CALLS);
  const again = async () => {
    const { verifications: listed } = await clientAt(await urlOf(run(folder, []))).listVerifications({});
    return listed;
  };
  return { sandbox, purchases, daemon, calls, again };
}

describe("SIGTERM in the middle of purchases", () => {
  it("lets them finish, answers them and records them, and exits with 0", async () => {
    const { sandbox, purchases, daemon, calls, again } = await startBuying("2");
    daemon.child.kill("SIGTERM");
    await until(() => daemon.stderr().includes("draining"));
    purchases.release();
    const answers = (await calls).map((call) => (call.status === "fulfilled" ? call.value.verification : undefined));
    expect(await daemon.exit).toBe(0);
    expect(daemon.stderr()).not.toContain('"level":50');

    const sold = sandbox.control.books().ping.orders.map(({ phone }) => phone);
    expect(sold).toHaveLength(CALLS);
    expect(answers.map((verification) => verification?.phoneNumber).sort()).toEqual(sold.sort());
    const listed = await again();
    expect(listed.map(({ phoneNumber }) => phoneNumber).sort()).toEqual(sold);
    expect(listed.every(({ status }) => status === Status.WAITING)).toBe(true);
  });

  it("exits at once on a second signal, and keeps what it does not know", async () => {
    // connect-node's client waits for ever on a stream of HTTP/2 whose connection ends just after a GOAWAY.
    const { sandbox, purchases, daemon, calls, again } = await startBuying("1.1");
    daemon.child.kill("SIGTERM");
    await until(() => daemon.stderr().includes("draining"));
    daemon.child.kill("SIGTERM");
    expect(await daemon.exit).toBe(1);
    purchases.release();
    expect((await calls).map(({ status }) => status)).toEqual(Array(CALLS).fill("rejected"));

    const listed = await again();
    expect(listed.map(({ attempts }) => attempts.map(({ upstream }) => upstream))).toEqual(Array(CALLS).fill(["ping"]));
    expect(listed.every(({ attempts }) => attempts[0]?.outcome !== Outcome.REFUSED)).toBe(true);
    expect(sandbox.control.books().ping.calls.create).toBe(CALLS);
  });
});
