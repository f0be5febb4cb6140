import type { IncomingMessage, ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import { VerificationStatus as Status } from "../../gen/numgate/v1/verification_pb.ts";
import { entry, handlerOnly, startHandlerApi, startLiar, turn } from "../faults/liar.ts";
import { upstreamsAt } from "../support/accounts.ts";
import { until } from "../support/clock.ts";
import { buy, type Gateway, reasonOf, startGateway, turnUntil } from "../support/gateway.ts";

const COOLED_MS = 130_000;

const statusOf = async ({ verifications }: Gateway, verificationId: string) =>
  (await verifications.getVerification({ verificationId })).verification?.status;

describe("a cancel whose answer is lost", () => {
  it.each(["ping", "smsverificationservice", "smsverifyo", "papsms", "pvapins", "handler_api"] as const)(
    "is known to be done by what %s shows, with what came back where it has a balance",
    async (upstream) => {
      const sandbox = { codeDelayMs: Number.POSITIVE_INFINITY };
      const gateway = await startGateway({ sandbox, upstreams: upstreamsAt(upstream) });
      const { verificationId, price } = await buy(gateway);
      await gateway.clock.advance(COOLED_MS);
      gateway.sandbox.control.failNext({ upstream, endpoint: CANCEL[upstream] ?? "cancel", kind: "reset_after" });
      const { verification } = await gateway.verifications.cancelVerification({ verificationId });
      expect(verification?.status).toBe(Status.CANCELLED);
      const hasBalance = upstream !== "ping" && upstream !== "papsms";
      expect(verification?.refund).toEqual(hasBalance ? price : undefined);
    },
  );

  it("at PVAPins is known to be done once it shows anything again, also after a restart", async () => {
    const sandbox = { codeDelayMs: Number.POSITIVE_INFINITY };
    const before = await startGateway({ sandbox, upstreams: upstreamsAt("pvapins") });
    const { control } = before.sandbox;
    const { verificationId } = await buy(before);
    await before.clock.advance(COOLED_MS);
    control.failNext({ upstream: "pvapins", endpoint: "cancel", kind: "reset_after" });
    control.failOften({ upstream: "pvapins", endpoint: "poll", rate: 1, kinds: ["reset_before"] });
    const lost = before.verifications.cancelVerification({ verificationId });
    expect(await reasonOf(lost)).toMatchObject({ reason: "UPSTREAMS_UNAVAILABLE" });
    expect(await statusOf(before, verificationId)).toBe(Status.WAITING);

    const gateway = await before.restart();
    control.failOften({ upstream: "pvapins", endpoint: "poll", rate: 0 });
    const { verification } = await gateway.verifications.cancelVerification({ verificationId });
    expect(verification).toMatchObject({ status: Status.CANCELLED });
    expect(control.books().pvapins.orders).toMatchObject([{ status: "cancelled" }]);
  });

  it("at PVAPins because the daemon was killed is known to be done", async () => {
    const sandbox = { codeDelayMs: Number.POSITIVE_INFINITY };
    const before = await startGateway({ sandbox, upstreams: upstreamsAt("pvapins") });
    const { control } = before.sandbox;
    const { verificationId } = await buy(before);
    await before.clock.advance(COOLED_MS);
    control.failNext({ upstream: "pvapins", endpoint: "cancel", kind: "slow" });
    const lost = before.verifications.cancelVerification({ verificationId }).catch(() => undefined);
    await until(() => control.books().pvapins.orders[0]?.status === "cancelled");

    const gateway = await before.killed();
    await lost;
    const { verification } = await gateway.verifications.cancelVerification({ verificationId });
    expect(verification).toMatchObject({ status: Status.CANCELLED });
    expect(control.books().pvapins.orders).toMatchObject([{ status: "cancelled" }]);
  });

  it("and that nothing tells of is not called too early: the number is kept, and its code still comes", async () => {
    let inbox = "You have not received any code yet.";
    const liar = await startLiar([
      [/load_countries/, [{ id: 58, full_name: "USA" }]],
      [/load_apps/, [{ full_name: "Whatsapp", deduct: "0.45" }]],
      [/get_balance/, { balance: "100.00" }],
      [/get_number/, "14155550123"],
      [/get_reject_number/, (request: IncomingMessage, _: ServerResponse) => void request.socket.resetAndDestroy()],
      [/get_sms/, () => inbox],
    ]);
    const gateway = await startGateway({ upstreams: () => `upstreams:\n${entry("pva", "pvapins", liar.url)}` });
    const { verificationId } = await buy(gateway);
    await gateway.clock.advance(COOLED_MS);
    const cancel = () => reasonOf(gateway.verifications.cancelVerification({ verificationId }));
    expect(await cancel()).toMatchObject({ reason: "UPSTREAMS_UNAVAILABLE" });
    liar.on(/get_reject_number/, "Not able to reject.");
    const { reason, error } = await cancel();
    expect(reason).toBe("UPSTREAMS_UNAVAILABLE");
    expect(error.rawMessage).toContain("nobody knows whether");
    expect(error.details.map((detail) => ("type" in detail ? detail.type : ""))).toContain("google.rpc.RetryInfo");
    expect(await statusOf(gateway, verificationId)).toBe(Status.WAITING);
    inbox = "Your code is 482910";
    expect((await turnUntil(gateway, verificationId, Status.RECEIVED)).code).toBe("482910");
  });
});

it("money that comes back while a verification and a rental are given back is counted once", async () => {
  const bothAsked = Promise.withResolvers<void>();
  let asked = 0;
  const given = async () => {
    asked += 1;
    if (asked === 2) bothAsked.resolve();
    await bothAsked.promise;
    return { data: "Number rejected", code: 100 };
  };
  const liar = await startLiar([
    [/load_countries/, [{ id: 58, full_name: "USA" }]],
    [/load_apps/, [{ full_name: "Whatsapp", deduct: "0.45" }]],
    [/get_balance/, () => ({ balance: asked === 2 ? "100.45" : "100.00" })],
    [/is_rent/, { data: "14155550101", code: 100 }],
    [/reject/, given],
    [/load_rent_code/, []],
    [/get_sms/, "You have not received any code yet."],
  ]);
  liar.on(/get_number.php(?!.*is_rent)/, "14155550100");
  const upstream = entry("pva", "pvapins", liar.url, ", pvapins: { rent_days: 3 }");
  const gateway = await startGateway({ upstreams: () => `upstreams:\n${upstream}` });
  const { verificationId } = await buy(gateway);
  const { rental } = await gateway.rentals.createRental({ countryCode: "US", service: "whatsapp", days: 3 });
  await gateway.clock.advance(COOLED_MS);
  const [verification, released] = await Promise.all([
    gateway.verifications.cancelVerification({ verificationId }),
    gateway.rentals.cancelRental({ rentalId: rental?.rentalId ?? "" }),
  ]);
  const refunds = [verification.verification?.refund, released.rental?.refund].filter((refund) => refund !== undefined);
  expect(refunds).toHaveLength(1);
});

describe("a number at smsverificationservice that brought no code", () => {
  const UPSTREAM = "smsverificationservice";
  /** A balance is waited for no longer than a second. */
  const STEP_MS = 100;
  const SILENT = { sandbox: { codeDelayMs: Number.POSITIVE_INFINITY }, upstreams: upstreamsAt(UPSTREAM) };

  it("is cancelled there at its end, and its money comes back", async () => {
    const gateway = await startGateway(SILENT);
    const { verificationId, price } = await buy(gateway);
    await gateway.clock.advance(1_195_000);
    expect(await turnUntil(gateway, verificationId, Status.EXPIRED, STEP_MS)).toMatchObject({ refund: price });
    const books = gateway.sandbox.control.books()[UPSTREAM];
    expect(books.orders).toMatchObject([{ status: "cancelled" }]);
    expect(books.calls.cancel).toBe(1);
    expect(books.balance).toBe("1000.00");
  });

  it("is cancelled there once that can be heard, also by the next run of the daemon", async () => {
    const before = await startGateway(SILENT);
    const { control } = before.sandbox;
    const { verificationId, price } = await buy(before);
    await before.clock.advance(1_195_000);
    control.failOften({ upstream: UPSTREAM, endpoint: "*", rate: 1, kinds: ["reset_before"] });
    for (let turned = 0; turned < 60; turned += 1) await turn(before, 1_000);
    expect(await statusOf(before, verificationId)).toBe(Status.WAITING);
    const gateway = await before.restart();
    control.failOften({ upstream: UPSTREAM, endpoint: "*", rate: 0 });
    expect(await turnUntil(gateway, verificationId, Status.EXPIRED, STEP_MS)).toMatchObject({ refund: price });
    expect(control.books()[UPSTREAM].orders).toMatchObject([{ status: "cancelled" }]);
  });

  it("keeps a code that came in the last moment", async () => {
    const gateway = await startGateway(SILENT);
    const { control } = gateway.sandbox;
    const { verificationId } = await buy(gateway);
    await gateway.clock.advance(1_190_000);
    control.failOften({ upstream: UPSTREAM, endpoint: "poll", rate: 1, kinds: ["reset_before"] });
    control.failOften({ upstream: UPSTREAM, endpoint: "orders", rate: 1, kinds: ["reset_before"] });
    control.deliver({ upstream: UPSTREAM, orderId: control.books()[UPSTREAM].orders[0]?.ref, code: "482910" });
    await turn(gateway, 12_000);
    control.failOften({ upstream: UPSTREAM, endpoint: "poll", rate: 0 });
    await turnUntil(gateway, verificationId, Status.COMPLETED);
    expect((await gateway.verifications.getVerification({ verificationId })).verification?.code).toBe("482910");
  });

  it("expires although it is never heard whether it was cancelled", async () => {
    const gateway = await startGateway(SILENT);
    const { verificationId } = await buy(gateway);
    gateway.sandbox.control.failOften({ upstream: UPSTREAM, endpoint: "*", rate: 1, kinds: ["reset_before"] });
    const { refund } = await turnUntil(gateway, verificationId, Status.EXPIRED, 10_000);
    expect(refund).toBeUndefined();
    expect(gateway.log.join("")).toContain("may still be paid for");
  });
});

/** What its sandbox calls the endpoint that cancels. */
const CANCEL: Partial<Record<string, string>> = { papsms: "finish" };

describe.each(["BAD_STATUS", "FREE_CANCELLATION_EXPIRED"])("a cancel that a host refuses with %s", (token) => {
  const refused = async (status: string) => {
    const host = await startHandlerApi();
    const gateway = await startGateway({ upstreams: handlerOnly(host) });
    const { verificationId } = await buy(gateway);
    await gateway.clock.advance(COOLED_MS);
    host.on(/setStatus.*status=8/, token);
    host.on(/getStatus/, status);
    const answer = gateway.verifications.cancelVerification({ verificationId });
    return { answer, now: () => statusOf(gateway, verificationId) };
  };

  it("came after the code, where that is there", async () => {
    const { answer, now } = await refused("STATUS_OK:123456");
    expect(await reasonOf(answer)).toMatchObject({ reason: "ALREADY_RECEIVED" });
    expect(await now()).toBe(Status.RECEIVED);
  });

  it("came after another, where the number is back", async () => {
    const { answer, now } = await refused("STATUS_CANCEL");
    await answer;
    expect(await now()).toBe(Status.CANCELLED);
  });

  it("is not possible, where it only waits", async () => {
    const { answer, now } = await refused("STATUS_WAIT_CODE");
    expect(await reasonOf(answer)).toMatchObject({ reason: "NOT_SUPPORTED" });
    expect(await now()).toBe(Status.WAITING);
  });
});
