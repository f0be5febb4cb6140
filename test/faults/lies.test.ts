// Lies of an upstream that reach where they should not.
import { describe, expect, it } from "vitest";
import { VerificationStatus as Status } from "../../gen/numgate/v1/verification_pb.ts";
import { settle, until } from "../support/clock.ts";
import { buy, reasonOf, startGateway, turnUntil } from "../support/gateway.ts";
import {
  handlerOnly,
  pingOnly,
  pingOrder,
  pingService,
  pingServices,
  startHandlerApi,
  startPing,
  turn,
  unary,
} from "./liar.ts";

const LIST = "VerificationService/ListVerifications";
const OFFERS = "CatalogService/ListOffers";

describe("an absurd time", () => {
  it.each(["0000-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59"])(
    "%s for expires_at does not break the caller's list",
    async (expires_at) => {
      const liar = await startPing(() => pingOrder({ expires_at }));
      const gateway = await startGateway({ upstreams: pingOnly(liar) });
      const created = await unary(gateway, "VerificationService/CreateVerification", {
        countryCode: "US",
        service: "whatsapp",
      });
      expect([created.status, (await unary(gateway, LIST, {})).status]).toEqual([200, 200]);
    },
  );

  it.each(["0000-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59"])(
    "%s for received_at does not either",
    async (received_at) => {
      const liar = await startPing();
      const gateway = await startGateway({ upstreams: pingOnly(liar) });
      const { verificationId } = await buy(gateway);
      liar.on(/poll/, { result: "success", verification: { status: "received", code: "123456", received_at } });
      await turnUntil(gateway, verificationId, Status.RECEIVED);
      expect((await unary(gateway, LIST, {})).status).toBe(200);
    },
  );

  it("in the past for expires_at does not throw away a number that was just bought", async () => {
    const liar = await startPing(() => pingOrder({ expires_at: "2026-05-01T11:59:00Z" }));
    const gateway = await startGateway({ upstreams: pingOnly(liar) });
    const { verificationId } = await buy(gateway);
    await turn(gateway, 10_000);
    const { verification } = await gateway.verifications.getVerification({ verificationId });
    expect(verification?.status).toBe(Status.WAITING);
  });

  it("seconds away for expires_at is no lie", async () => {
    const liar = await startPing(() => pingOrder({ expires_at: "2026-05-01T12:00:10Z" }));
    const gateway = await startGateway({ upstreams: pingOnly(liar) });
    const { verificationId } = await buy(gateway);
    await turnUntil(gateway, verificationId, Status.EXPIRED);
    const { verification } = await gateway.verifications.getVerification({ verificationId });
    expect(verification?.endTime).toEqual(verification?.expireTime);
  });

  it("of a first message does not make its code the newest for ever", async () => {
    const liar = await startHandlerApi();
    const gateway = await startGateway({ upstreams: handlerOnly(liar) });
    const { verificationId } = await buy(gateway);
    liar.on(/getStatus/, {
      verificationType: 2,
      sms: { code: "111111", text: "Code 111111", dateTime: "2099-01-01 00:00:00" },
    });
    await turnUntil(gateway, verificationId, Status.RECEIVED);
    await gateway.verifications.requestAnotherCode({ verificationId });
    liar.on(/getStatus/, {
      verificationType: 2,
      sms: { code: "222222", text: "Code 222222", dateTime: "2026-05-01 12:01:00" },
    });
    const received = await turnUntil(gateway, verificationId, Status.RECEIVED);
    expect(received.messages).toHaveLength(2);
    expect(received.code).toBe("222222");
  });
});

describe("an absurd number in a catalogue", () => {
  it.each([
    ["cost", { cost: "999999999999e20" }],
    ["estimated_wait_seconds", { estimated_wait_seconds: 999999999999 }],
  ])("under %s hides one line and not the whole list", async (_, fields) => {
    const liar = await startPing();
    liar.on(/GET .*services/, pingServices({ ...pingService, public_id: "svc_2", ...fields }));
    const gateway = await startGateway({ upstreams: pingOnly(liar) });
    const json = await unary(gateway, OFFERS, {});
    const binary = await gateway.catalog.listOffers({}).then(
      ({ offers }) => offers.length,
      (error: Error) => error.message,
    );
    expect([json.status, binary]).toEqual([200, expect.any(Number)]);
  });

  it("under count hides one line and not the whole list", async () => {
    const liar = await startHandlerApi();
    liar.on(/getPrices/, { 187: { wa: { cost: "0.40", count: 3_000_000_000 }, tg: { cost: "0.40", count: 5 } } });
    const gateway = await startGateway({ upstreams: handlerOnly(liar) });
    const json = await unary(gateway, OFFERS, {});
    const binary = await gateway.catalog.listOffers({}).then(
      ({ offers }) => offers.length,
      (error: Error) => error.message,
    );
    expect([json.status, binary]).toEqual([200, expect.any(Number)]);
  });
});

describe("an absurd amount of money", () => {
  it("charged for a number does not lose the number", async () => {
    const liar = await startPing(() => pingOrder({ cost: "999999999999e20" }));
    const gateway = await startGateway({ upstreams: pingOnly(liar) });
    expect((await reasonOf(buy(gateway))).code).not.toBe("Internal");
    const { verifications } = await gateway.verifications.listVerifications({});
    expect(verifications).toHaveLength(1);
    expect(gateway.log.join("")).not.toContain("could not be recorded");
  });

  it("given back does not raise a caller's budget", async () => {
    const liar = await startPing();
    liar.on(/POST .*cancel/, { result: "success", verification: { refund: { amount: "1000.00", currency: "USD" } } });
    const gateway = await startGateway({
      upstreams: pingOnly(liar),
      config: `callers:\n  - { name: qa, token: qa-token-0123456789, budget: { per_day: "1.00" } }`,
    });
    const verifications = gateway.as("qa-token-0123456789");
    const { verificationId } = await buy({ verifications });
    await verifications.cancelVerification({ verificationId });
    await buy({ verifications });
    expect((await reasonOf(buy({ verifications }))).reason).toBe("BUDGET_EXCEEDED");
  });
});

describe("an order id", () => {
  it("that is sold twice does not show one caller the other's code", async () => {
    const liar = await startPing(() => pingOrder({ public_id: "same" }));
    const gateway = await startGateway({
      upstreams: pingOnly(liar),
      config: "callers:\n  - { name: a, token: aaaa-token-0123456789 }\n  - { name: b, token: bbbb-token-0123456789 }",
    });
    const [a, b] = [gateway.as("aaaa-token-0123456789"), gateway.as("bbbb-token-0123456789")];
    await buy({ verifications: a });
    await buy({ verifications: b }).catch(() => undefined);
    liar.on(/poll/, { result: "success", verification: { status: "received", code: "123456" } });
    await gateway.clock.advance(4_000);
    await until(async () => (await a.listVerifications({})).verifications[0]?.code === "123456");
    await settle();
    await gateway.clock.advance(4_000);
    await settle();
    expect((await b.listVerifications({})).verifications.map(({ code }) => code)).not.toContain("123456");
  });
  it.each(["../../x/y", "..", "a/b?c=d#e", "\u0007\u001b[31m", "a\u0000b", "\ud800", "%2e%2e"])(
    "%j is asked about as it was sold",
    async (public_id) => {
      const liar = await startPing(() => pingOrder({ public_id }));
      const gateway = await startGateway({ upstreams: pingOnly(liar) });
      await buy(gateway);
      await gateway.clock.advance(4_000);
      await until(() => liar.count(/poll/) > 0);
      const { path = "" } = liar.calls.find(({ path }) => path.includes("poll")) ?? {};
      expect(path).toBe(`/nonvoip/orders/${encodeURIComponent(public_id.toWellFormed())}/poll`);
    },
  );
});

it.each(["", " ", "CALL-ME", "+1 (415) 555-0100 ext 9", "\u0000", "\ud800", "1".repeat(4000)])(
  "a phone number %j is not an internal error, and the list can be read",
  async (phone_number) => {
    const liar = await startPing(() => pingOrder({ phone_number }));
    const gateway = await startGateway({ upstreams: pingOnly(liar) });
    const outcome = await buy(gateway).then(
      () => "ok",
      async (error) => (await reasonOf(Promise.reject(error))).reason,
    );
    expect(["ok", "PURCHASE_UNCERTAIN"]).toContain(outcome);
    expect((await unary(gateway, LIST, {})).status).toBe(200);
    expect(Number((await gateway.verifications.listVerifications({})).verifications.length)).toBe(1);
  },
);

it("a long failure message does not hold the event loop", { timeout: 60_000 }, async () => {
  const liar = await startPing(() => ({ result: "failed", message: "service ".repeat(25_000) }));
  const gateway = await startGateway({ upstreams: pingOnly(liar) });
  const started = performance.now();
  await buy(gateway).catch(() => undefined);
  expect(performance.now() - started).toBeLessThan(1_000);
});

it("a 201 that holds an order beside an error is not followed by another purchase", async () => {
  const { startLiar, entry } = await import("./liar.ts");
  const svs = await startLiar([
    [
      /services\/temporary/,
      { success: true, data: { services: [{ service_id: 1, name: "WhatsApp", price: "0.10" }] } },
    ],
    [/services\/(best-temp|rent-)/, { success: true, data: { services: [] } }],
    [/services\/(rental|esim)/, []],
    [/global\/countries/, { success: true, countries: [] }],
    [/balance/, { balance: "1.00", currency: "USD" }],
    [
      /POST .*order\/temporary/,
      (_: unknown, response: import("node:http").ServerResponse) =>
        response.writeHead(201).end(
          JSON.stringify({
            success: true,
            error: "low balance warning",
            data: { order_id: 7, phone: "1 415 555 0100" },
          }),
        ),
    ],
    [/status/, { success: true, data: { status: "pending" } }],
  ]);
  const ping = await startPing();
  const gateway = await startGateway({
    upstreams: () =>
      `upstreams:\n${entry("svs", "smsverificationservice", svs.url)}\n${entry("ping", "ping", ping.url)}`,
  });
  await buy(gateway).catch(() => undefined);
  expect([svs.count(/order\/temporary/), ping.count(/create/)]).toEqual([1, 0]);
});

it.each(["+14155550100", "14155550100", "0014155550100", "(415) 555-0100"])(
  "a phone_number in another form is shown as the same number: %s",
  async (phone_number) => {
    const liar = await startPing(() => pingOrder({ phone_number }));
    const gateway = await startGateway({ upstreams: pingOnly(liar) });
    expect((await buy(gateway)).phoneNumber).toBe("+14155550100");
  },
);
