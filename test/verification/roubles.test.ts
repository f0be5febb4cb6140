import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { describe, expect, it, onTestFinished } from "vitest";
import { VerificationStatus } from "../../gen/numgate/v1/verification_pb.ts";
import { until } from "../support/clock.ts";
import { buy, type Gateway, reasonOf, startGateway, turnUntil, usd } from "../support/gateway.ts";

const MINUTE_MS = 60_000;

/** A host that sells one number for 50 roubles, and what it was asked, by action. */
async function startHost(answers: Readonly<Record<string, string>> = {}) {
  const asked: string[] = [];
  const told: Readonly<Record<string, string>> = {
    getPrices: '{"187": {"wa": {"cost": 50, "count": 3}}}',
    getNumberV2: '{"activationId": 7, "phoneNumber": "12025550123", "activationCost": 50, "currency": 643}',
    getStatusV2: "STATUS_WAIT_CODE",
    setStatus: "ACCESS_CANCEL",
    getBalance: "ACCESS_BALANCE:1000",
    ...answers,
  };
  const server = createServer((request, response) => {
    const action = new URL(request.url ?? "", "http://host").searchParams.get("action") ?? "";
    asked.push(action);
    response.end(told[action] ?? "BAD_ACTION");
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return { baseUrl: `http://127.0.0.1:${port}/stubs/handler_api.php`, asked };
}

async function gatewayAt(
  { baseUrl }: { readonly baseUrl: string },
  rates = 'rates: { RUB: "0.01" }',
): Promise<Gateway> {
  return startGateway({
    upstreams: () => `
upstreams:
  - id: host
    provider: handler_api
    api_key: k
    base_url: "${baseUrl}"
    handler_api: { currency: RUB, cancel_after: 5m, lifetime: 15m }
`,
    config: `routing: { default_strategy: CHEAPEST, ${rates} }`,
  });
}

describe("a number that is sold for roubles", () => {
  it("is bought within a maximum in dollars, and recorded in roubles", async () => {
    const gateway = await gatewayAt(await startHost());
    const bought = await buy(gateway, { maxPrice: usd(0, 50) });
    expect(bought).toMatchObject({
      status: VerificationStatus.WAITING,
      phoneNumber: "+12025550123",
      price: { currencyCode: "RUB", units: 50n },
    });
    expect(bought.attempts[0]?.explanation).toBe(
      "host:187.wa at 50.00 RUB (0.50 USD): none bought yet, 75 % expected to get a code, in 18 s at median, 80 % refunded when not; the only offer that satisfies the request",
    );
  });

  it("is not bought above a maximum in dollars", async () => {
    const host = await startHost();
    const gateway = await gatewayAt(host);
    expect(await reasonOf(buy(gateway, { maxPrice: usd(0, 49) }))).toMatchObject({ reason: "PRICE_ABOVE_MAX" });
    expect(host.asked).not.toContain("getNumberV2");
  });

  it("goes back as soon as it can when the host charges more than the maximum is worth", async () => {
    const host = await startHost({
      getNumberV2: '{"activationId": 7, "phoneNumber": "12025550123", "activationCost": 51, "currency": 643}',
    });
    const gateway = await gatewayAt(host);
    expect(await reasonOf(buy(gateway, { maxPrice: usd(0, 50) }))).toMatchObject({ reason: "PRICE_ABOVE_MAX" });
    expect(host.asked).not.toContain("setStatus");
    await gateway.clock.advance(5 * MINUTE_MS);
    await until(async () => host.asked.includes("setStatus"));
  });

  it("is not bought by price when nobody knows what a rouble is worth", async () => {
    const host = await startHost();
    const gateway = await gatewayAt(host, "rates: { EUR: 1.16 }");
    expect(await reasonOf(buy(gateway))).toMatchObject({ reason: "NO_OFFERS" });
    expect(host.asked).not.toContain("getNumberV2");
    expect(await buy(gateway, { offerId: "host:187.wa" })).toMatchObject({ status: VerificationStatus.WAITING });
  });
});

describe("a number at a host that keeps it for its first minutes", () => {
  it("is not asked back before, and comes back after", async () => {
    const host = await startHost();
    const gateway = await gatewayAt(host);
    const { verificationId } = await buy(gateway);
    expect(await reasonOf(gateway.verifications.cancelVerification({ verificationId }))).toMatchObject({
      reason: "CANCEL_TOO_EARLY",
    });
    expect(host.asked).not.toContain("setStatus");
    await gateway.clock.advance(5 * MINUTE_MS);
    const { verification } = await gateway.verifications.cancelVerification({ verificationId });
    expect(verification?.status).toBe(VerificationStatus.CANCELLED);
  });

  it("is waited for as long as the entry says that it is kept", async () => {
    const gateway = await gatewayAt(await startHost());
    const start = gateway.clock.now();
    const { verificationId } = await buy(gateway);
    const { endTime } = await turnUntil(gateway, verificationId, VerificationStatus.EXPIRED, 15_000);
    expect(gateway.clock.now() - start).toBeGreaterThanOrEqual(15 * MINUTE_MS);
    // When it ended, not when this test saw it: the clock is turned on while the last poll is on its way.
    const ended = endTime ? timestampMs(endTime) - start : Number.NaN;
    expect(ended).toBeGreaterThanOrEqual(15 * MINUTE_MS);
    expect(ended).toBeLessThan(16 * MINUTE_MS);
  });
});
