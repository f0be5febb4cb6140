import { describe, expect, it } from "vitest";
import { VerificationStatus as Status } from "../../gen/numgate/v1/verification_pb.ts";
import { buy, reasonOf, sold, startGateway, turnUntil, usd } from "../support/gateway.ts";

const CI = "ci-token-0123456789";
const QA = "qa-token-0123456789";

function startWithCallers(qa = "", sandbox = {}) {
  return startGateway({
    sandbox,
    config: `
callers:
  - { name: ci, token: ${CI} }
  - name: qa
    token: ${QA}
${qa}`,
  });
}

const RENTAL = { countryCode: "US", service: "whatsapp", days: 3 };

describe("a caller", () => {
  it("is known by its token, and nobody else is served", async () => {
    const gateway = await startWithCallers();
    expect(await reasonOf(buy(gateway))).toMatchObject({ reason: "UNAUTHENTICATED", code: "Unauthenticated" });
    expect(await reasonOf(buy({ verifications: gateway.as("wrong-token-0123456") }))).toMatchObject({
      reason: "UNAUTHENTICATED",
    });
    expect((await buy({ verifications: gateway.as(CI) })).status).toBe(Status.WAITING);
  });

  it("sees, watches and cancels nothing of another's, as if it were not there", async () => {
    const gateway = await startWithCallers();
    const [ci, qa] = [gateway.as(CI), gateway.as(QA)];
    const requestId = crypto.randomUUID();
    const { verificationId } = await buy({ verifications: ci }, { requestId });
    const watch = async () => {
      for await (const _ of qa.watchVerification({ verificationId }));
    };
    for (const call of [
      () => qa.getVerification({ verificationId }),
      () => qa.cancelVerification({ verificationId }),
      () => qa.completeVerification({ verificationId }),
      () => qa.requestAnotherCode({ verificationId }),
      watch,
    ]) {
      expect(await reasonOf(call())).toMatchObject({ reason: "NOT_FOUND", code: "NotFound" });
    }
    expect((await qa.listVerifications({})).verifications).toEqual([]);
    const own = await buy({ verifications: qa }, { requestId });
    expect(own.verificationId).not.toBe(verificationId);
  });

  it("buys no more than its budget for a day, however many calls come at once", async () => {
    const gateway = await startWithCallers(`    budget: { per_day: "1.00" }`);
    const verifications = gateway.as(QA);
    const calls = await Promise.allSettled(Array.from({ length: 10 }, () => buy({ verifications })));
    expect(calls.filter(({ status }) => status === "fulfilled")).toHaveLength(2);
    expect(sold(gateway.sandbox)).toBe(2);
    expect(await reasonOf(buy({ verifications }))).toMatchObject({
      reason: "BUDGET_EXCEEDED",
      code: "ResourceExhausted",
    });
    expect((await buy({ verifications: gateway.as(CI) })).status).toBe(Status.WAITING);
  });

  it("is sold what its budget allows, where that does not allow the best", async () => {
    const gateway = await startWithCallers(`    budget: { per_day: "0.45" }`, {
      codeDelayMs: Number.POSITIVE_INFINITY,
    });
    // The cheaper upstream delivers nothing, and stands behind the dearer one for it.
    const fruitless = { upstreams: ["smsverificationservice"] };
    const bought = await Promise.all(
      Array.from({ length: 12 }, () => buy({ verifications: gateway.as(CI) }, fruitless)),
    );
    const ofCi = { ...gateway, verifications: gateway.as(CI) };
    for (const { verificationId } of bought) await turnUntil(ofCi, verificationId, Status.EXPIRED, 10_000);
    const best = await buy({ verifications: gateway.as(CI) });
    expect(best).toMatchObject({ upstream: "ping", price: usd(0, 50) });
    const { upstream, attempts } = await buy({ verifications: gateway.as(QA) });
    expect({ upstream, attempts: attempts.length }).toEqual({ upstream: "smsverificationservice", attempts: 1 });
    expect(gateway.sandbox.control.books().ping.orders).toHaveLength(1);
  });

  it("gets a refund back into its budget", async () => {
    const gateway = await startWithCallers(`    budget: { per_day: "0.40" }`);
    const verifications = gateway.as(QA);
    const { verificationId } = await buy({ verifications });
    expect(await reasonOf(buy({ verifications }))).toMatchObject({ reason: "BUDGET_EXCEEDED" });
    await verifications.cancelVerification({ verificationId });
    expect((await buy({ verifications })).status).toBe(Status.WAITING);
  });

  it.each([
    ["max_open: 3", "TOO_MANY_OPEN", 3],
    [`per_day: "1.30"`, "BUDGET_EXCEEDED", 3],
    [`per_month: "0.80"`, "BUDGET_EXCEEDED", 2],
    [`per_day: "0"`, "BUDGET_EXCEEDED", 0],
  ])(
    "with %s is told %s, and has bought no more than %i, however many calls come at once",
    async (budget, why, most) => {
      const gateway = await startWithCallers(`    budget: { ${budget} }`);
      const verifications = gateway.as(QA);
      const calls = await Promise.all(
        Array.from({ length: 25 }, () =>
          buy({ verifications }).then(
            () => "bought",
            async (e) => (await reasonOf(Promise.reject(e))).reason,
          ),
        ),
      );
      expect(calls.toSorted()).toEqual([...Array(25 - most).fill(why), ...Array(most).fill("bought")]);
      expect(sold(gateway.sandbox)).toBe(most);
    },
  );

  it("that never gets a code is stopped after as many as it may, and may try once more an hour later", async () => {
    const gateway = await startWithCallers("    budget: { max_without_code: 3 }");
    const verifications = gateway.as(QA);
    for (let i = 0; i < 3; i += 1) {
      const { verificationId } = await buy({ verifications });
      await verifications.cancelVerification({ verificationId });
    }
    expect(await reasonOf(buy({ verifications }))).toMatchObject({ reason: "BUDGET_EXCEEDED" });
    expect(sold(gateway.sandbox)).toBe(3);
    expect((await buy({ verifications: gateway.as(CI) })).status).toBe(Status.WAITING);
    await gateway.clock.advance(3_600_000);
    expect((await buy({ verifications })).status).toBe(Status.WAITING);
    expect(await reasonOf(buy({ verifications }))).toMatchObject({ reason: "BUDGET_EXCEEDED" });
  });

  it("pays no more than it may for one number", async () => {
    const gateway = await startWithCallers(`    budget: { max_price: "0.30" }`);
    expect(await reasonOf(buy({ verifications: gateway.as(QA) }, { maxPrice: usd(5) }))).toMatchObject({
      reason: "PRICE_ABOVE_MAX",
    });
  });

  it("buys only for the services and countries, and from the upstreams, that it may", async () => {
    const gateway = await startWithCallers("    allow: { services: [whats-app], countries: [US], upstreams: [ping] }");
    const verifications = gateway.as(QA);
    expect((await buy({ verifications })).upstream).toBe("ping");
    expect(await reasonOf(buy({ verifications }, { service: "telegram" }))).toMatchObject({
      reason: "PERMISSION_DENIED",
    });
    expect(await reasonOf(buy({ verifications }, { countryCode: "GB" }))).toMatchObject({
      reason: "PERMISSION_DENIED",
    });
    const elsewhere = await reasonOf(buy({ verifications }, { upstreams: ["smsverificationservice"] }));
    expect(elsewhere).toMatchObject({ reason: "PERMISSION_DENIED", code: "PermissionDenied" });
    expect(elsewhere.metadata).toEqual({
      caller: "qa",
      upstream: "smsverificationservice",
    });
    const offer = { offerId: "smsverificationservice:temporary.1012", countryCode: "", service: "" };
    expect(await reasonOf(buy({ verifications }, offer))).toMatchObject({ reason: "PERMISSION_DENIED" });
    expect((await buy({ verifications }, { excludeUpstreams: ["smsverificationservice"] })).upstream).toBe("ping");
    expect(await reasonOf(buy({ verifications }, { upstreams: ["acme"] }))).toMatchObject({
      reason: "INVALID_REQUEST",
      error: expect.objectContaining({ rawMessage: "there is no upstream acme; there are: ping" }),
    });
    expect(
      await reasonOf(gateway.rentalsAs(QA).createRental({ ...RENTAL, upstreams: ["smsverificationservice"] })),
    ).toMatchObject({
      reason: "PERMISSION_DENIED",
    });
  });
});
