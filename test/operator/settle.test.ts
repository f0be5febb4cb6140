import { readFile, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { Outcome } from "../../gen/numgate/v1/attempt_pb.ts";
import { VerificationStatus as Status } from "../../gen/numgate/v1/verification_pb.ts";
import { startGateway, turnUntil } from "../support/gateway.ts";
import { doubtful, numgate, stop } from "./support.ts";

describe.each([true, false])("an operator, with a running gateway: %s", (runs) => {
  async function startWithDoubt(sold: boolean) {
    const gateway = await startGateway({ sandbox: { codeDelayMs: Number.POSITIVE_INFINITY } });
    const verificationId = await doubtful(gateway, sold);
    if (!runs) await stop(gateway);
    const present = async () => {
      const after = runs ? gateway : await gateway.restart();
      const { verification } = await after.verifications.getVerification({ verificationId });
      return { after, verification };
    };
    return { gateway, verificationId, present };
  }

  it("is shown what is uncertain, without a number or a key", async () => {
    const { gateway, verificationId } = await startWithDoubt(true);
    const { exit, stdout } = await numgate(gateway, "uncertain");
    expect(exit).toBe(0);
    expect(stdout).toContain(
      `${verificationId}  local  ping  ping:svc_abc123def456  0.50 USD  since 2026-05-01T12:00:0`,
    );
    const [order] = gateway.sandbox.control.books().ping.orders;
    expect(stdout).not.toContain(order?.phone);
  });

  it("settles it as not sold", async () => {
    const { gateway, verificationId, present } = await startWithDoubt(false);
    expect(await numgate(gateway, "settle", verificationId, "--not-sold")).toMatchObject({
      exit: 0,
      stdout: `${verificationId} is FAILED\n`,
    });
    expect((await numgate(gateway, "ledger")).stdout).toContain("USD  reserved 0.00  charged 0.00  refunded 0.00");
    expect((await numgate(gateway, "uncertain")).stdout).toBe("");
    expect((await present()).verification).toMatchObject({
      status: Status.FAILED,
      attempts: [{ outcome: Outcome.REFUSED, reason: "UPSTREAMS_UNAVAILABLE" }],
    });
  });

  it("settles it as sold with its order: its caller gets the number, and the code", async () => {
    const { gateway, verificationId, present } = await startWithDoubt(true);
    const { control } = gateway.sandbox;
    const [order] = control.books().ping.orders;
    const { ref = "", phone = "" } = order ?? {};
    const words = ["--sold", "--order-ref", ref, "--number", phone];
    expect((await numgate(gateway, "settle", verificationId, ...words)).stdout).toBe(`${verificationId} is WAITING\n`);
    const { after, verification } = await present();
    expect(verification).toMatchObject({ status: Status.WAITING, phoneNumber: phone });
    control.deliver({ orderId: ref, code: "482910" });
    expect(await turnUntil(after, verificationId, Status.RECEIVED)).toMatchObject({ code: "482910" });
  });

  it("settles it as sold without its order: it is paid and lost", async () => {
    const { gateway, verificationId, present } = await startWithDoubt(true);
    const { exit } = await numgate(gateway, "settle", verificationId, "--sold", "--price", "0.45");
    expect(exit).toBe(0);
    expect((await numgate(gateway, "ledger")).stdout).toContain("USD  reserved 0.00  charged 0.45  refunded 0.00");
    expect((await present()).verification).toMatchObject({
      status: Status.FAILED,
      attempts: [{ outcome: Outcome.BOUGHT }],
    });
  });
});

it.each([
  ["is gone", "id: renamed, provider: ping"],
  ["is at another provider", "id: ping, provider: pvapins"],
])("is told when the upstream of what is uncertain %s", async (_, entry) => {
  const gateway = await startGateway();
  const verificationId = await doubtful(gateway, true);
  const file = gateway.daemon.config.file ?? "";
  await writeFile(file, (await readFile(file, "utf8")).replace("id: ping, provider: ping", entry));
  const { stdout } = await numgate(await gateway.restart(), "uncertain");
  expect(stdout).toContain(verificationId);
  expect(stdout).toContain("the upstream that it was bought at is not configured any more");
});

it("is told what is wrong with what was asked", async () => {
  const gateway = await startGateway();
  for (const [words, exit, complaint] of [
    ["settle", 2, "needs the id of what was bought"],
    ["settle ver_1", 2, "needs --sold or --not-sold"],
    ["settle ver_1 --sold --not-sold", 2, "needs --sold or --not-sold"],
    ["settle ver_1 --not-sold", 1, "there is no uncertain purchase ver_1"],
    ["settle ver_1 --not-sold --price 1.00", 1, "has no price"],
    ["settle ver_1 --sold --price much", 1, "much is no price"],
    ["settle ver_1 --sold --price 1e30", 1, "1e30 is no price"],
    ["settle ver_1 --sold --price 0.0000001", 1, "0.0000001 is no price"],
    ["settle ver_1 --sold --number +14155550100", 1, "needs both its ref and its number"],
    ["settle ver_1 --sold --order-ref 1 --number CALL", 1, "not digits alone"],
    ["export --since yesterday", 1, "yesterday is no time"],
    ["export --since 2026-02-31", 1, "2026-02-31 is no time"],
    ["uncertain all", 2, `uncertain does not take "all"`],
    ["uncertan", 2, `there is no command "uncertan"`],
  ] as const) {
    const answer = await numgate(gateway, ...words.split(" "));
    expect(answer, words).toMatchObject({ exit, stderr: expect.stringContaining(complaint) });
  }
});

it("an order that is another verification's cannot be given to a second", async () => {
  const gateway = await startGateway({ sandbox: { codeDelayMs: Number.POSITIVE_INFINITY } });
  const request = { countryCode: "US", service: "whatsapp", upstreams: ["ping"] };
  await gateway.verifications.createVerification(request);
  const [order] = gateway.sandbox.control.books().ping.orders;
  const verificationId = await doubtful(gateway, false);
  const words = ["--sold", "--order-ref", order?.ref ?? "", "--number", order?.phone ?? ""];
  expect(await numgate(gateway, "settle", verificationId, ...words)).toMatchObject({
    exit: 1,
    stderr: expect.stringContaining("already another one's"),
  });
  expect((await numgate(gateway, "uncertain")).stdout).toContain(verificationId);
});
