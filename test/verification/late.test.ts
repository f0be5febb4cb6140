import { describe, expect, it } from "vitest";
import { VerificationStatus as Status } from "../../gen/numgate/v1/verification_pb.ts";
import { pingOnly, pingOrder, startPing, turn } from "../faults/liar.ts";
import { until } from "../support/clock.ts";
import { buy, reasonOf, startGateway, turnUntil } from "../support/gateway.ts";

const CODE = { result: "success", verification: { status: "received", code: "482910" } };

async function startExpiring() {
  const liar = await startPing(() => pingOrder({ expires_at: "2026-05-01T12:02:00Z" }));
  const gateway = await startGateway({ upstreams: pingOnly(liar) });
  const { verificationId } = await buy(gateway);
  const present = async () => (await gateway.verifications.getVerification({ verificationId })).verification;
  return { liar, gateway, verificationId, present };
}

describe("a code that comes", () => {
  it("at the last second is delivered in time", async () => {
    const { liar, gateway, present } = await startExpiring();
    await turn(gateway, 117_000);
    liar.on(/poll/, CODE);
    await turn(gateway, 8_000, 500);
    expect(await present()).toMatchObject({ code: "482910", messages: [{ late: false }] });
    expect([Status.RECEIVED, Status.COMPLETED]).toContain((await present())?.status);
  });

  it("soon after the number's time is delivered late, and changes no status", async () => {
    const { liar, gateway, verificationId, present } = await startExpiring();
    const expired = await turnUntil(gateway, verificationId, Status.EXPIRED);
    expect(expired.messages).toEqual([]);
    liar.on(/poll/, CODE);
    await until(async () => {
      await gateway.clock.advance(500);
      return (await present())?.code !== undefined;
    });
    expect(await present()).toMatchObject({
      status: Status.EXPIRED,
      code: "482910",
      messages: [{ code: "482910", late: true }],
      endTime: expired.endTime,
    });
  });

  it("much later is not looked for: a number that has run out is polled a few times more at most", async () => {
    const { liar, gateway, verificationId } = await startExpiring();
    await turnUntil(gateway, verificationId, Status.EXPIRED);
    const polls = liar.count(/poll/);
    await turn(gateway, 120_000);
    expect(liar.count(/poll/) - polls).toBe(2);
  });
});

it("a number that has run out is given up although its upstream fails every poll", async () => {
  const { liar, gateway, verificationId } = await startExpiring();
  await turnUntil(gateway, verificationId, Status.EXPIRED);
  liar.on(/poll/, "<html>");
  await turn(gateway, 60_000);
  const polls = liar.count(/poll/);
  await turn(gateway, 120_000);
  expect(liar.count(/poll/)).toBe(polls);
});

it("a cancelled number is polled no more, and nothing is added to it", async () => {
  const { liar, gateway, verificationId, present } = await startExpiring();
  await gateway.verifications.cancelVerification({ verificationId });
  liar.on(/poll/, CODE);
  const polls = liar.count(/poll/);
  await turn(gateway, 180_000);
  expect(liar.count(/poll/)).toBe(polls);
  expect(await present()).toMatchObject({ status: Status.CANCELLED, messages: [] });
  expect(await reasonOf(gateway.verifications.completeVerification({ verificationId }))).toMatchObject({
    reason: "ALREADY_ENDED",
  });
});
