import { describe, expect, it, onTestFinished } from "vitest";
import { Outcome } from "../../gen/numgate/v1/attempt_pb.ts";
import { Capability, Product } from "../../gen/numgate/v1/offer_pb.ts";
import { VerificationStatus as Status } from "../../gen/numgate/v1/verification_pb.ts";
import type { FaultKind } from "../../src/sandbox/faults.ts";
import { startSandbox } from "../../src/sandbox/sandbox.ts";
import { until } from "../support/clock.ts";
import { buy, reasonOf, sold, startGateway, turnUntil, usd } from "../support/gateway.ts";
import { startHeldProxy } from "../support/held-proxy.ts";

describe("a purchase", () => {
  it("moves on to the next offer when the first has no numbers, and says so", async () => {
    const gateway = await startGateway();
    gateway.sandbox.control.setStock({ upstream: "smsverificationservice", service: "WhatsApp", count: 0 });
    const { upstream, attempts } = await buy(gateway);
    expect(upstream).toBe("ping");
    expect(attempts.map(({ upstream, outcome, reason }) => [upstream, outcome, reason])).toEqual([
      ["smsverificationservice", Outcome.REFUSED, "NO_NUMBERS"],
      ["smsverificationservice", Outcome.REFUSED, "NO_NUMBERS"],
      ["ping", Outcome.BOUGHT, ""],
    ]);
  });

  it("fails with NO_NUMBERS and a time to try again when all are out of stock, and keeps the record", async () => {
    const gateway = await startGateway();
    gateway.sandbox.control.setStock({ upstream: "smsverificationservice", service: "WhatsApp", count: 0 });
    gateway.sandbox.control.setStock({ upstream: "ping", service: "WhatsApp", count: 0 });
    const { reason, code, error } = await reasonOf(buy(gateway));
    expect([reason, code]).toEqual(["NO_NUMBERS", "Unavailable"]);
    expect(error.details.map((detail) => ("type" in detail ? detail.type : ""))).toContain("google.rpc.RetryInfo");
    const { verifications } = await gateway.verifications.listVerifications({});
    expect(verifications).toMatchObject([{ status: Status.FAILED, attempts: [{}, {}, {}] }]);
  });

  it("moves on when the account is out of money, and says it when nothing else is left", async () => {
    const gateway = await startGateway();
    gateway.sandbox.control.setBalance({ upstream: "smsverificationservice", balance: "0.01" });
    expect((await buy(gateway)).upstream).toBe("ping");
    const { reason, code } = await reasonOf(buy(gateway, { upstreams: ["smsverificationservice"] }));
    expect([reason, code]).toEqual(["UPSTREAM_FUNDS", "FailedPrecondition"]);
    const { upstreams } = await gateway.catalog.listUpstreams({});
    expect(upstreams.find(({ upstream }) => upstream === "smsverificationservice")?.state).toBe(5);
  });

  it("says that the key is rejected, not that the caller is unknown", async () => {
    const gateway = await startGateway({
      upstreams: ({ baseUrls }) => `
upstreams:
  - { id: good, provider: ping, api_key: sandbox, base_url: "${baseUrls.ping}" }
  - { id: bad, provider: ping, api_key: wrong-key, base_url: "${baseUrls.ping}" }`,
    });
    const { offers, unreachable } = await gateway.catalog.listOffers({
      product: Product.VERIFICATION,
      countryCode: "US",
      service: "whatsapp",
    });
    expect(offers.map(({ upstream }) => upstream)).toEqual(["good"]);
    expect(unreachable).toMatchObject([{ upstream: "bad", reason: "UPSTREAM_CREDENTIALS" }]);
  });

  /** Each fault on the one purchase call: what the caller is told, and what the upstream may have sold. */
  const faults: [FaultKind, string, number][] = [
    ["html", "PURCHASE_UNCERTAIN", 0],
    ["html_502", "PURCHASE_UNCERTAIN", 0],
    ["status_500", "PURCHASE_UNCERTAIN", 0],
    ["gigantic", "PURCHASE_UNCERTAIN", 0],
    ["error_in_200", "PURCHASE_UNCERTAIN", 0],
    ["reset_before", "PURCHASE_UNCERTAIN", 0],
    ["reset_after", "PURCHASE_UNCERTAIN", 1],
    ["error_500_after", "PURCHASE_UNCERTAIN", 1],
    ["unreadable_after", "PURCHASE_UNCERTAIN", 1],
    ["truncated", "PURCHASE_UNCERTAIN", 1],
    ["wrong_types", "PURCHASE_UNCERTAIN", 1],
  ];

  it.each(faults)(
    "that meets %s where nothing can tell ends as %s, and is not made again",
    async (kind, reason, sells) => {
      const gateway = await startGateway({
        // The same offer at two accounts: the other would be next.
        upstreams: ({ baseUrls: { ping } }) => `
upstreams:
  - { id: ping, provider: ping, api_key: sandbox, base_url: "${ping}" }
  - { id: other, provider: ping, api_key: sandbox, base_url: "${ping}" }`,
      });
      const { control } = gateway.sandbox;
      control.failNext({ upstream: "ping", endpoint: "create", kind });
      const request = { requestId: crypto.randomUUID() };
      const failure = await reasonOf(buy(gateway, request));
      expect(failure).toMatchObject({ reason, code: "Aborted" });
      expect(await reasonOf(buy(gateway, request))).toMatchObject({ reason });
      expect(sold(gateway.sandbox)).toBe(sells);
      expect(control.books().ping.calls.create).toBe(1);
      const { verifications } = await gateway.verifications.listVerifications({});
      expect(verifications).toMatchObject([
        { status: Status.PENDING, attempts: [{ outcome: Outcome.UNCERTAIN, reason: "PURCHASE_UNCERTAIN" }] },
      ]);
    },
  );

  describe.each(["ping", "smsverificationservice"] as const)("at %s", (upstream) => {
    it("that is refused for its rate moves on, and the upstream is left alone as long as it asks", async () => {
      const gateway = await startGateway();
      const { control } = gateway.sandbox;
      control.failNext({ upstream, endpoint: "create", kind: "status_429", retryAfterSeconds: 30 });
      const { reason, error } = await reasonOf(
        buy(gateway, { upstreams: [upstream], offerId: await offerAt(upstream) }),
      );
      expect(reason).toBe("UPSTREAMS_UNAVAILABLE");
      expect(error.message).toContain("limits the rate");
      expect(sold(gateway.sandbox)).toBe(0);

      async function offerAt(upstream: string) {
        const { offers } = await gateway.catalog.listOffers({
          countryCode: "US",
          service: "whatsapp",
          upstreams: [upstream],
        });
        return offers[0]?.offerId;
      }
    });

    it("that is never answered tells the caller in time, and is heard out afterwards", async () => {
      const gateway = await startGateway();
      const { control } = gateway.sandbox;
      control.failNext({ upstream, endpoint: "create", kind: "silence" });
      const { verifications } = gateway;
      const call = reasonOf(
        verifications.createVerification(
          { countryCode: "US", service: "whatsapp", upstreams: [upstream] },
          { timeoutMs: 4_000 },
        ),
      );
      await until(() => control.books()[upstream].calls.create === 1);
      await gateway.clock.advance(3_800);
      expect(await call).toMatchObject({ reason: "PURCHASE_UNCERTAIN" });
      expect(sold(gateway.sandbox)).toBe(0);
      await gateway.clock.advance(30_000);
      const [verification] = (await verifications.listVerifications({})).verifications;
      expect(verification).toMatchObject({ status: Status.PENDING, attempts: [{ outcome: Outcome.UNCERTAIN }] });
    });
  });

  it("passes over an upstream whose rate limit leaves no room, while others have some", async () => {
    const gateway = await startGateway({ sandbox: { codeDelayMs: Number.POSITIVE_INFINITY } });
    const settled = Promise.allSettled(Array.from({ length: 60 }, () => buy(gateway)));
    await until(async () => {
      await gateway.clock.advance(100);
      return sold(gateway.sandbox) === 60;
    });
    await settled;
    const { ping, smsverificationservice } = gateway.sandbox.control.books();
    expect(ping.orders.length).toBeGreaterThan(5);
    expect(smsverificationservice.orders.length).toBeGreaterThan(25);
    expect(ping.limited + smsverificationservice.limited).toBe(0);
  });

  it("is made once for a request id, however many ask at once", async () => {
    const gateway = await startGateway();
    const requestId = crypto.randomUUID();
    const all = await Promise.all(Array.from({ length: 100 }, () => buy(gateway, { requestId })));
    expect(new Set(all.map(({ verificationId }) => verificationId)).size).toBe(1);
    expect(all.every(({ phoneNumber }) => phoneNumber !== "")).toBe(true);
    expect(sold(gateway.sandbox)).toBe(1);
  });

  it("comes back as it is now when its request id is used again, and is refused for another request", async () => {
    const gateway = await startGateway();
    const requestId = crypto.randomUUID();
    const { verificationId } = await buy(gateway, { requestId });
    await turnUntil(gateway, verificationId, Status.RECEIVED);
    expect(await buy(gateway, { requestId })).toMatchObject({ verificationId, status: Status.RECEIVED });
    expect(await reasonOf(buy(gateway, { requestId, service: "telegram" }))).toMatchObject({
      reason: "REQUEST_ID_REUSED",
      code: "InvalidArgument",
    });
    expect(sold(gateway.sandbox)).toBe(1);
  });

  it("is made for one of two requests that come at once with one request id, and the other is refused", async () => {
    const gateway = await startGateway();
    const requestId = crypto.randomUUID();
    const services = Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? "whatsapp" : "telegram"));
    const answers = await Promise.all(
      services.map((service) =>
        buy(gateway, { requestId, service }).then(
          ({ verificationId }) => verificationId,
          async (error) => (await reasonOf(Promise.reject(error))).reason,
        ),
      ),
    );
    expect(answers.filter((answer) => answer === "REQUEST_ID_REUSED")).toHaveLength(10);
    expect(new Set(answers).size).toBe(2);
    expect(sold(gateway.sandbox)).toBe(1);
  });

  it("is made for each caller that uses the same request id", async () => {
    const gateway = await startGateway({
      config: "callers:\n  - { name: a, token: aaaa-token-0123456789 }\n  - { name: b, token: bbbb-token-0123456789 }",
    });
    const requestId = crypto.randomUUID();
    const [a, b] = await Promise.all(
      ["aaaa", "bbbb"].map((name) => buy({ verifications: gateway.as(`${name}-token-0123456789`) }, { requestId })),
    );
    expect(a?.verificationId).not.toBe(b?.verificationId);
    expect(sold(gateway.sandbox)).toBe(2);
  });

  it("that was not answered by the caller's deadline is found by its request id, and not made again", async () => {
    const { gateway, proxy } = await startBehindProxy();
    const { held, release } = proxy.hold(/orders\/create/);
    const request = { countryCode: "US", service: "whatsapp", requestId: crypto.randomUUID() };
    const call = reasonOf(gateway.verifications.createVerification(request, { timeoutMs: 5_000 }));
    await until(() => held() === 1);
    await gateway.clock.advance(4_800);
    expect(await call).toMatchObject({ reason: "PURCHASE_UNCERTAIN" });
    const again = buy(gateway, request);
    release();
    expect(await again).toMatchObject({ status: Status.WAITING });
    expect(sold(gateway.sandbox)).toBe(1);
  });

  it("goes on when the caller hangs up, and its request id finds it", async () => {
    const { gateway, proxy } = await startBehindProxy();
    const { held, release } = proxy.hold(/orders\/create/);
    const requestId = crypto.randomUUID();
    const leave = new AbortController();
    const request = { countryCode: "US", service: "whatsapp", requestId };
    const call = reasonOf(gateway.verifications.createVerification(request, leave));
    await until(() => held() === 1);
    leave.abort();
    expect(await call).toMatchObject({ code: "Canceled" });
    const found = buy(gateway, { requestId });
    release();
    expect(await found).toMatchObject({ status: Status.WAITING });
    expect(sold(gateway.sandbox)).toBe(1);
  });

  it("that is not answered by the caller's deadline is bought once the answer comes", async () => {
    const { gateway, proxy } = await startBehindProxy();
    const { held, release } = proxy.hold(/orders\/create/);
    const request = { countryCode: "US", service: "whatsapp" };
    const call = reasonOf(gateway.verifications.createVerification(request, { timeoutMs: 5_000 }));
    await until(() => held() === 1);
    await gateway.clock.advance(4_800);
    expect(await call).toMatchObject({ reason: "PURCHASE_UNCERTAIN" });
    release();
    await until(async () => {
      const { verifications } = await gateway.verifications.listVerifications({});
      return verifications[0]?.status === Status.WAITING;
    });
    expect(sold(gateway.sandbox)).toBe(1);
  });

  it("whose number is cancelled while it is made waits for the number first", async () => {
    const { gateway, proxy } = await startBehindProxy();
    const { held, release } = proxy.hold(/orders\/create/);
    const bought = buy(gateway);
    await until(() => held() === 1);
    const [pending] = (await gateway.verifications.listVerifications({})).verifications;
    const { verificationId = "" } = pending ?? {};
    const cancelled = gateway.verifications.cancelVerification({ verificationId });
    release();
    expect((await bought).status).toBe(Status.WAITING);
    expect((await cancelled).verification?.status).toBe(Status.CANCELLED);
    expect(gateway.sandbox.control.books().ping.balance).toBe("1000.00");
  });
});

/** Ping alone, behind a proxy that can keep its answers back. */
async function startBehindProxy() {
  const target = await startSandbox();
  onTestFinished(() => target.close());
  const proxy = await startHeldProxy(target.baseUrls.ping);
  const gateway = await startGateway({
    upstreams: () => `upstreams: [{ id: ping, provider: ping, api_key: sandbox, base_url: "${proxy.url}" }]`,
  });
  return { gateway: { ...gateway, sandbox: target }, proxy };
}

describe("what is bought", () => {
  it("is nothing above the maximum price, and the lowest price is told", async () => {
    const gateway = await startGateway();
    const { reason, error } = await reasonOf(buy(gateway, { maxPrice: usd(0, 30) }));
    expect(reason).toBe("PRICE_ABOVE_MAX");
    expect(error.message).toContain("0.40 USD");
    expect(sold(gateway.sandbox)).toBe(0);
  });

  it("is an offer with the capability, the area code and at the upstreams that are asked for", async () => {
    const gateway = await startGateway();
    expect((await buy(gateway, { capability: Capability.VOICE })).upstream).toBe("ping");
    expect((await buy(gateway, { areaCode: "212" })).offerId).toBe("smsverificationservice:temporary.1012");
    expect((await buy(gateway, { excludeUpstreams: ["smsverificationservice"] })).upstream).toBe("ping");
    expect((await buy(gateway, { countryCode: "", service: "", offerId: "ping:svc_abc123def456" })).upstream).toBe(
      "ping",
    );
  });

  it.each([
    [{ countryCode: "XX" }, "UNKNOWN_COUNTRY", "InvalidArgument"],
    [{ service: "whatsap" }, "UNKNOWN_SERVICE", "InvalidArgument"],
    [{ countryCode: "USA" }, "INVALID_REQUEST", "InvalidArgument"],
    [{ countryCode: "", service: "" }, "INVALID_REQUEST", "InvalidArgument"],
    [{ upstreams: ["acme"] }, "INVALID_REQUEST", "InvalidArgument"],
    [{ maxPrice: { currencyCode: "USD", units: -1n, nanos: 0 } }, "INVALID_REQUEST", "InvalidArgument"],
    [{ requestId: "not-a-uuid" }, "INVALID_REQUEST", "InvalidArgument"],
    [{ countryCode: "AQ" }, "NO_OFFERS", "FailedPrecondition"],
    [{ offerId: "ping:nothing" }, "NO_OFFERS", "FailedPrecondition"],
    [{ maxPrice: { currencyCode: "EUR", units: 9n, nanos: 0 } }, "NO_OFFERS", "FailedPrecondition"],
  ] as const)("is nothing for %o: %s", async (request, reason, code) => {
    const gateway = await startGateway();
    expect(await reasonOf(buy(gateway, request as object))).toMatchObject({ reason, code });
    expect(sold(gateway.sandbox)).toBe(0);
  });

  it("is nothing for a field that is misspelt: a bound that does not bind is none", async () => {
    const gateway = await startGateway();
    const answer = await fetch(`${gateway.url}/numgate.v1.VerificationService/CreateVerification`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ country_code: "US", service: "whatsapp", max_prise: { currency_code: "USD", units: 1 } }),
    });
    expect(await answer.json()).toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining("max_prise"),
    });
    expect(sold(gateway.sandbox)).toBe(0);
  });

  it("never shows a key, a number or a text in the log", async () => {
    const gateway = await startGateway();
    const { verificationId, phoneNumber } = await buy(gateway);
    const { code, messages } = await turnUntil(gateway, verificationId, Status.RECEIVED);
    gateway.sandbox.control.failNext({ upstream: "ping", endpoint: "create", kind: "status_500" });
    await reasonOf(buy(gateway, { upstreams: ["ping"] }));
    const log = gateway.log.join("");
    expect(log.length).toBeGreaterThan(100);
    for (const secret of [phoneNumber, phoneNumber.slice(1), code, messages[0]?.text, "Bearer", "x-ping-api-key"]) {
      expect(log).not.toContain(secret);
    }
  });
});
