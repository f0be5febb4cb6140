import { describe, expect, it } from "vitest";
import { EsimStatus as Status } from "../../gen/numgate/v1/esim_pb.ts";
import { turn } from "../rentals/support.ts";
import { type Gateway, reasonOf, startGateway, usd } from "../support/gateway.ts";

const REQUEST_ID = "3f1c2c1e-6f0e-4a52-9d5e-0d5f6f6a0c14";

async function cheapest({ esims }: Gateway) {
  const { plans } = await esims.listEsimPlans({});
  const [plan] = plans;
  if (!plan) throw new Error("there are no plans");
  return plan;
}

describe("eSIM plans", () => {
  it("are listed cheapest first, page by page, and by name", async () => {
    const { esims } = await startGateway();
    const { plans } = await esims.listEsimPlans({});
    const prices = plans.map(({ price }) => Number(price?.units ?? 0n) + (price?.nanos ?? 0) / 1e9);
    expect(plans.length).toBeGreaterThan(2);
    expect(prices).toEqual(prices.toSorted((a, b) => a - b));
    const { plans: first, nextPageToken } = await esims.listEsimPlans({ pageSize: 1 });
    const { plans: second } = await esims.listEsimPlans({ pageSize: 1, pageToken: nextPageToken });
    expect([...first, ...second]).toEqual(plans.slice(0, 2));
    expect((await esims.listEsimPlans({ search: "usa 5gb" })).plans).toMatchObject([
      { displayName: "USA 5GB / 30 days", dataGb: 5, validityDays: 30, upstream: "smsverificationservice" },
    ]);
  });
});

describe("an eSIM", () => {
  it("is bought once for a request id, and shows its code to its buyer alone", async () => {
    const gateway = await startGateway();
    const { plan, price } = await cheapest(gateway);
    const call = () => gateway.esims.createEsim({ plan, requestId: REQUEST_ID });
    const bought = (await Promise.all(Array.from({ length: 20 }, call))).map(({ esim }) => esim);
    const [esim] = bought;
    expect(new Set(bought.map((one) => one?.esimId)).size).toBe(1);
    expect(esim).toMatchObject({ status: Status.ACTIVE, plan, price, activationCode: expect.stringMatching(/^SIM-/) });
    expect((await gateway.esims.getEsim({ esimId: esim?.esimId ?? "" })).esim).toEqual(esim);
    expect((await gateway.esims.listEsims({ status: [Status.ACTIVE] })).esims).toEqual([esim]);
    expect(gateway.sandbox.control.books().smsverificationservice.calls.esim_create).toBe(1);
    expect(gateway.log.join("\n")).not.toContain(esim?.activationCode ?? "none");
  });

  it("is not bought above its price, nor without a plan", async () => {
    const gateway = await startGateway();
    const { plan } = await cheapest(gateway);
    const dear = gateway.esims.createEsim({ plan, maxPrice: usd(0, 1) });
    expect(await reasonOf(dear)).toMatchObject({
      reason: "PRICE_ABOVE_MAX",
      metadata: { plan, lowest_price: "3.99", currency: "USD" },
    });
    expect(await reasonOf(gateway.esims.createEsim({ plan: "nobody:sells-it" }))).toMatchObject({
      reason: "NOT_FOUND",
    });
    expect(gateway.sandbox.control.books().smsverificationservice.calls.esim_create).toBeUndefined();
  });

  it.each(["reset_before", "reset_after", "error_500_after", "silence"] as const)(
    "is never bought twice when the call ends by %s, and what was lost is paid",
    async (kind) => {
      const gateway = await startGateway();
      await turn(gateway, 3_000);
      const { plan } = await cheapest(gateway);
      gateway.sandbox.control.failNext({ upstream: "smsverificationservice", endpoint: "esim_create", kind });
      const call = reasonOf(gateway.esims.createEsim({ plan, requestId: REQUEST_ID }));
      await turn(gateway, 90_000);
      expect((await call).reason).toMatch(/^(?:PURCHASE_UNCERTAIN|UPSTREAMS_UNAVAILABLE)$/);
      const { orders, calls } = gateway.sandbox.control.books().smsverificationservice;
      expect(calls.esim_create).toBe(1);
      const { esims } = await gateway.esims.listEsims({});
      expect(esims).toMatchObject([{ status: Status.FAILED, activationCode: "" }]);
      expect(esims[0]?.price !== undefined).toBe(orders.length === 1);
    },
  );
});
