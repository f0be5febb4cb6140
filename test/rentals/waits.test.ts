import type { IncomingMessage, ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import { RentalStatus } from "../../gen/numgate/v1/rental_pb.ts";
import { VerificationStatus as Status, type Verification } from "../../gen/numgate/v1/verification_pb.ts";
import { entry, startLiar } from "../faults/liar.ts";
import { buy, type Gateway, reasonOf, startGateway, turnUntil, watchUntil } from "../support/gateway.ts";
import { deliver, get, messagesOf, rent, startRenting, turn, turnUntilRental } from "./support.ts";

/** The number is looked at first, a second after the last look at the earliest, or three where the upstream wants that. */
async function waitOn(gateway: Gateway, rentalId: string, ms = 1_500): Promise<Verification> {
  const begun = buy(gateway, { countryCode: "", service: "", rentalId, labels: { run: "a" } });
  begun.catch(() => undefined);
  await turn(gateway, ms);
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

/** A number that is rented at a PVAPins account whose clock is so far from UTC; it shows the times of messages by that. */
async function rentInZone(offsetHours: number) {
  const state = { isDown: false };
  const received: { readonly text: string; readonly at: number }[] = [];
  const shown = (at: number) => {
    const [, year, month, day, hour, minute] =
      /^(\d+)-(\d+)-(\d+)T(\d+):(\d+)/.exec(new Date(at + offsetHours * 3_600_000).toISOString()) ?? [];
    return `${day}/${month}/${year} ${Number(hour) % 12 || 12}:${minute} ${Number(hour) < 12 ? "am" : "pm"}`;
  };
  const liar = await startLiar([
    [/load_countries/, [{ id: 58, full_name: "USA" }]],
    [/load_apps/, [{ full_name: "Rent Whatsapp", deduct: "8.50" }]],
    [/get_balance/, { balance: "100.00" }],
    [/get_number/, { data: "14155550123", code: 100 }],
    [/load_rent\.php/, []],
    [
      /load_rent_code/,
      (_: IncomingMessage, response: ServerResponse) =>
        state.isDown
          ? void response.writeHead(500).end()
          : received.map(({ text, at }) => ({ from: "22000", message: text, timestamp: shown(at) })),
    ],
  ]);
  const gateway = await startGateway({
    upstreams: () => `upstreams:\n${entry("pva", "pvapins", liar.url, ", pvapins: { rent_days: 3 }")}`,
  });
  const { rentalId } = await rent(gateway);
  const deliver = (text: string) => void received.push({ text, at: gateway.clock.now() });
  return Object.assign(state, { gateway, rentalId, deliver });
}

describe("a verification on a rental whose upstream names no zone", () => {
  it.each([-10, 0, 13])("gets the next code and no old one, %i hours from UTC", async (hours) => {
    const { gateway, rentalId, deliver } = await rentInZone(hours);
    deliver("Your code is 111111");
    const { verificationId } = await waitOn(gateway, rentalId, 4_000);
    expect((await get(gateway, rentalId)).messageCount).toBe(1);
    await turn(gateway, 5_000);
    deliver("Your code is 222222");
    expect((await turnUntil(gateway, verificationId, Status.RECEIVED)).code).toBe("222222");
  });

  it("shows a message as of when it was seen", async () => {
    const { gateway, rentalId, deliver } = await rentInZone(-10);
    deliver("Your code is 111111");
    const seenBy = gateway.clock.now() / 1_000 + 60;
    await turnUntilRental(gateway, rentalId, ({ messageCount }) => messageCount === 1, 1_000);
    const [message] = await messagesOf(gateway, rentalId);
    expect(Math.abs(Number(message?.receiveTime?.seconds) - seenBy)).toBeLessThanOrEqual(60);
  });

  it("does not begin while what is old cannot be told from what is new", async () => {
    const account = await rentInZone(13);
    const { gateway, rentalId, deliver } = account;
    deliver("Your code is 111111");
    account.isDown = true;
    expect(await reasonOf(waitOn(gateway, rentalId, 12_000))).toMatchObject({ reason: "UPSTREAMS_UNAVAILABLE" });

    account.isDown = false;
    await turnUntilRental(gateway, rentalId, ({ messageCount }) => messageCount === 1);
    const { verificationId } = await waitOn(gateway, rentalId, 4_000);
    deliver("Your code is 222222");
    expect((await turnUntil(gateway, verificationId, Status.RECEIVED)).code).toBe("222222");
  });
});
