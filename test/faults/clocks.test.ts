// Clocks that are set forward or back while orders wait.
import { describe, expect, it } from "vitest";
import { VerificationStatus as Status } from "../../gen/numgate/v1/verification_pb.ts";
import { until } from "../support/clock.ts";
import { buy, type Gateway, startGateway, turnUntil } from "../support/gateway.ts";
import { pingOnly, pingOrder, startPing, turn } from "./liar.ts";

const HOUR_MS = 3_600_000;
const JUMPS = [
  ["a day forward", 24 * HOUR_MS],
  ["an hour back", -HOUR_MS],
  ["a minute back", -60_000],
] as const;

/** A number that Ping keeps for 15 minutes. */
async function startWaiting() {
  const liar = await startPing(() => pingOrder({ expires_at: "2026-05-01T12:15:00Z" }));
  const gateway = await startGateway({ upstreams: pingOnly(liar) });
  const { verificationId } = await buy(gateway);
  await turn(gateway, 30_000);
  return { liar, gateway, verificationId };
}

async function statusOf({ verifications }: Gateway, verificationId: string): Promise<Status | undefined> {
  return (await verifications.getVerification({ verificationId })).verification?.status;
}

describe.each(JUMPS)("a clock that is set %s", (_, jump) => {
  it("loses no code, and ends nothing before its time", async () => {
    const { liar, gateway, verificationId } = await startWaiting();
    gateway.clock.jump(jump);
    await turn(gateway, 10 * 60_000, 2_000);
    expect(await statusOf(gateway, verificationId)).toBe(Status.WAITING);
    liar.on(/poll/, { result: "success", verification: { status: "received", code: "482910" } });
    expect((await turnUntil(gateway, verificationId, Status.RECEIVED)).code).toBe("482910");
  });

  it("ends a number without a code once its time has passed", async () => {
    const { gateway, verificationId } = await startWaiting();
    gateway.clock.jump(jump);
    await turn(gateway, 15 * 60_000, 2_000);
    expect(await statusOf(gateway, verificationId)).toBe(Status.EXPIRED);
  });

  it("sets off no storm of polls", async () => {
    const { liar, gateway } = await startWaiting();
    const before = liar.count(/poll/);
    gateway.clock.jump(jump);
    await turn(gateway, 60_000, 500);
    const polls = liar.count(/poll/) - before;
    expect(polls).toBeGreaterThan(3);
    // Once in 3 s, as documented, and once for the jump.
    expect(polls).toBeLessThanOrEqual(22);
  });

  it("is survived by a purchase right after it, and by a restart", async () => {
    const { gateway, verificationId } = await startWaiting();
    gateway.clock.jump(jump);
    // A catalogue that is a day old is not bought from: it is fetched again first.
    await until(async () => {
      await gateway.clock.advance(30_000);
      return (await gateway.catalog.listOffers({})).totalSize > 0;
    });
    const { verificationId: later, expireTime } = await buy(gateway);
    const life = Number(expireTime?.seconds ?? 0n) * 1_000 - gateway.clock.now();
    expect(life).toBeGreaterThan(30_000);
    const after = await gateway.restart();
    await turn(after, 10_000);
    expect(await statusOf(after, later)).toBe(Status.WAITING);
    // What was sold before the jump is over by the new time of day, or not yet.
    expect([Status.WAITING, Status.EXPIRED]).toContain(await statusOf(after, verificationId));
  });
});
