import { describe, expect, it } from "vitest";
import { RentalStatus } from "../../gen/numgate/v1/rental_pb.ts";
import { VerificationStatus as Status, type Verification } from "../../gen/numgate/v1/verification_pb.ts";
import { buy, type Gateway, reasonOf, turnUntil, watchUntil } from "../support/gateway.ts";
import { deliver, get, rent, startRenting, turn, turnUntilRental } from "./support.ts";

/** The number is looked at first, a second after the last look at the earliest. */
async function waitOn(gateway: Gateway, rentalId: string): Promise<Verification> {
  const begun = buy(gateway, { countryCode: "", service: "", rentalId, labels: { run: "a" } });
  begun.catch(() => undefined);
  await turn(gateway, 1_500);
  return begun;
}

describe("a verification on a rental", () => {
  it("gets the next code and no old one, buys nothing, and waits again when asked", async () => {
    const gateway = await startRenting({ at: ["ping"] });
    const { rentalId, phoneNumber } = await rent(gateway);
    deliver(gateway, "ping", "Your code is 111111");
    const wait = await waitOn(gateway, rentalId);
    expect(wait).toMatchObject({ status: Status.WAITING, phoneNumber, rentalId, attempts: [], labels: { run: "a" } });
    expect(wait.price).toBeUndefined();
    expect((await get(gateway, rentalId)).messageCount).toBe(1);

    const { verificationId } = wait;
    const watched = watchUntil(gateway, verificationId, Status.RECEIVED);
    deliver(gateway, "ping", "Welcome, and no code");
    deliver(gateway, "ping", "Your code is 222222");
    await turnUntil(gateway, verificationId, Status.RECEIVED);
    expect((await watched).at(-1)?.code).toBe("222222");

    await gateway.verifications.requestAnotherCode({ verificationId });
    deliver(gateway, "ping", "Your code is 333333");
    expect((await turnUntil(gateway, verificationId, Status.RECEIVED)).code).toBe("333333");
    const { verification } = await gateway.verifications.completeVerification({ verificationId });
    expect(verification?.status).toBe(Status.COMPLETED);
    expect(gateway.sandbox.control.books().ping.orders).toHaveLength(1);
    expect((await get(gateway, rentalId)).status).toBe(RentalStatus.ACTIVE);
  });

  it("is cancelled alone, expires by itself, and ends with its rental", async () => {
    const gateway = await startRenting({ at: ["ping"] });
    const { rentalId } = await rent(gateway);
    const [cancelled, expired] = [await waitOn(gateway, rentalId), await waitOn(gateway, rentalId)];
    await gateway.verifications.cancelVerification({ verificationId: cancelled.verificationId });
    await turnUntil(gateway, expired.verificationId, Status.EXPIRED, 10_000);
    expect((await get(gateway, rentalId)).status).toBe(RentalStatus.ACTIVE);

    const last = await waitOn(gateway, rentalId);
    await gateway.rentals.cancelRental({ rentalId });
    await turnUntil(gateway, last.verificationId, Status.EXPIRED);
    expect(await reasonOf(waitOn(gateway, rentalId))).toMatchObject({ reason: "ALREADY_ENDED" });
    const wrong = gateway.verifications.createVerification({ rentalId, countryCode: "US", service: "whatsapp" });
    expect(await reasonOf(wrong)).toMatchObject({ reason: "INVALID_REQUEST" });
  });

  it("survives a restart", async () => {
    const before = await startRenting({ at: ["ping"] });
    const { rentalId } = await rent(before);
    const { verificationId } = await waitOn(before, rentalId);
    const after = await before.restart();
    deliver(after, "ping", "Your code is 482910");
    await turnUntilRental(after, rentalId, ({ messageCount }) => messageCount === 1);
    expect((await turnUntil(after, verificationId, Status.RECEIVED)).code).toBe("482910");
  });
});
