import { describe, expect, it } from "vitest";
import { Outcome } from "../../gen/numgate/v1/attempt_pb.ts";
import { VerificationStatus as Status } from "../../gen/numgate/v1/verification_pb.ts";
import { settle } from "../support/clock.ts";
import { buy, reasonOf, sold, startGateway, turnUntil, usd, watchUntil } from "../support/gateway.ts";

describe("a verification", () => {
  it("is bought once, from the cheaper upstream, and its code is streamed", async () => {
    const gateway = await startGateway();
    const { sandbox, clock } = gateway;
    const bought = await buy(gateway, { maxPrice: usd(0, 60) });
    expect(bought).toMatchObject({
      status: Status.WAITING,
      upstream: "smsverificationservice",
      price: { currencyCode: "USD", units: 0n, nanos: 400_000_000 },
      attempts: [
        {
          outcome: Outcome.BOUGHT,
          explanation: expect.stringContaining("the first of 3, expected cost of a code 0.427"),
        },
      ],
    });
    expect(bought.phoneNumber).toMatch(/^\+1\d{10}$/);
    expect(sold(sandbox)).toBe(1);

    const seen = await watchUntil(gateway, bought.verificationId, Status.RECEIVED, () => {
      const [order] = sandbox.control.books().smsverificationservice.orders;
      sandbox.control.deliver({ orderId: order?.ref, code: "482910" });
      void clock.advance(5_000);
    });
    expect(seen.map(({ status }) => status)).toEqual([Status.WAITING, Status.RECEIVED]);
    expect(seen[1]).toMatchObject({
      code: "482910",
      messages: [{ text: expect.stringContaining("482910"), code: "482910" }],
    });
  });

  it("completes when told, and again with the same answer", async () => {
    const gateway = await startGateway();
    const { verificationId } = await buy(gateway);
    await turnUntil(gateway, verificationId, Status.RECEIVED);
    const first = await gateway.verifications.completeVerification({ verificationId });
    expect(first.verification?.status).toBe(Status.COMPLETED);
    expect(await gateway.verifications.completeVerification({ verificationId })).toEqual(first);
  });

  it("cannot be completed before its code is there", async () => {
    const gateway = await startGateway();
    const { verificationId } = await buy(gateway);
    expect(await reasonOf(gateway.verifications.completeVerification({ verificationId }))).toMatchObject({
      reason: "NOT_SUPPORTED",
    });
  });

  it.each(["ping", "smsverificationservice"] as const)("is cancelled at %s, with its refund", async (upstream) => {
    const gateway = await startGateway();
    const { verificationId, price } = await buy(gateway, { upstreams: [upstream] });
    const { verification } = await gateway.verifications.cancelVerification({ verificationId });
    expect(verification).toMatchObject({ status: Status.CANCELLED, refund: price });
    const books = gateway.sandbox.control.books()[upstream];
    expect(books.orders).toMatchObject([{ status: "cancelled" }]);
    expect(books.balance).toBe("1000.00");
    expect((await gateway.verifications.cancelVerification({ verificationId })).verification).toEqual(verification);
    expect(gateway.sandbox.control.books()[upstream].calls.cancel).toBe(1);
  });

  it("is cancelled at once, with its refund, however many polls wait for the account's limit", async () => {
    const gateway = await startGateway({ sandbox: { codeDelayMs: Number.POSITIVE_INFINITY } });
    const { clock, verifications } = gateway;
    const open = [];
    for (let number = 0; number < 20; number += 1) {
      open.push(await buy(gateway, { upstreams: ["smsverificationservice"] }));
      await clock.advance(1_500);
    }
    for (let second = 0; second < 60; second += 1) await clock.advance(1_000);
    for (const { verificationId, price } of open.slice(0, 3)) {
      const { verification } = await verifications.cancelVerification({ verificationId });
      expect(verification).toMatchObject({ status: Status.CANCELLED, refund: price });
    }
  });

  it.each(["ping", "smsverificationservice"] as const)(
    "is not cancelled at %s when its code was first, and the code is there",
    async (upstream) => {
      const gateway = await startGateway({ sandbox: { codeDelayMs: Number.POSITIVE_INFINITY } });
      const { verificationId } = await buy(gateway, { upstreams: [upstream] });
      const { control } = gateway.sandbox;
      control.deliver({ orderId: control.books()[upstream].orders[0]?.ref, code: "771234" });
      const { reason } = await reasonOf(gateway.verifications.cancelVerification({ verificationId }));
      expect(reason).toBe("ALREADY_RECEIVED");
      const { verification } = await gateway.verifications.getVerification({ verificationId });
      expect(verification).toMatchObject({ status: Status.RECEIVED, code: "771234" });
    },
  );

  it("expires without a code, and is not polled any more", async () => {
    const gateway = await startGateway({ sandbox: { codeDelayMs: Number.POSITIVE_INFINITY } });
    const { verificationId } = await buy(gateway, { upstreams: ["ping"] });
    await turnUntil(gateway, verificationId, Status.EXPIRED, 10_000);
    const polls = gateway.sandbox.control.books().ping.calls.poll;
    await gateway.clock.advance(60_000);
    await settle();
    expect(gateway.sandbox.control.books().ping.calls.poll).toBe(polls);
  });

  it("that was received completes by itself at its end", async () => {
    const gateway = await startGateway();
    const { verificationId } = await buy(gateway);
    await turnUntil(gateway, verificationId, Status.RECEIVED);
    await turnUntil(gateway, verificationId, Status.COMPLETED, 30_000);
  });

  it("survives a restart, and its code still arrives", async () => {
    const before = await startGateway({ sandbox: { codeDelayMs: 60_000 } });
    const { verificationId, phoneNumber } = await buy(before);
    const after = await before.restart();
    expect((await after.verifications.getVerification({ verificationId })).verification).toMatchObject({
      status: Status.WAITING,
      phoneNumber,
    });
    expect((await turnUntil(after, verificationId, Status.RECEIVED)).code).toMatch(/^\d+$/);
    expect(sold(after.sandbox)).toBe(1);
  });

  it("is listed newest first, by status, upstream and label", async () => {
    const gateway = await startGateway();
    const first = await buy(gateway, { labels: { run: "a" } });
    const second = await buy(gateway, { upstreams: ["ping"], labels: { run: "b" } });
    await gateway.verifications.cancelVerification({ verificationId: first.verificationId });
    const list = async (filter: Parameters<typeof gateway.verifications.listVerifications>[0]) =>
      (await gateway.verifications.listVerifications(filter)).verifications.map(({ verificationId }) => verificationId);
    expect(await list({})).toEqual([second.verificationId, first.verificationId]);
    expect(await list({ status: [Status.CANCELLED] })).toEqual([first.verificationId]);
    expect(await list({ upstream: "ping" })).toEqual([second.verificationId]);
    expect(await list({ label: "run=a" })).toEqual([first.verificationId]);
    expect(await list({ label: "run" })).toHaveLength(2);
    const { nextPageToken } = await gateway.verifications.listVerifications({ pageSize: 1 });
    expect(await list({ pageSize: 1, pageToken: nextPageToken })).toEqual([first.verificationId]);
  });

  it("is told to every watcher, and a watcher that comes late gets its present state", async () => {
    const gateway = await startGateway();
    const { verificationId } = await buy(gateway);
    const watched = Array.from({ length: 20 }, () => watchUntil(gateway, verificationId, Status.RECEIVED));
    await turnUntil(gateway, verificationId, Status.RECEIVED);
    const codes = new Set((await Promise.all(watched)).map((seen) => seen.at(-1)?.code));
    expect([...codes]).toEqual([expect.stringMatching(/^\d+$/)]);
    await gateway.verifications.completeVerification({ verificationId });
    const late = await watchUntil(gateway, verificationId, Status.COMPLETED);
    expect(late).toMatchObject([{ status: Status.COMPLETED }]);
  });
});
