import { expect, it } from "vitest";
import { VerificationStatus } from "../../gen/numgate/v1/verification_pb.ts";
import { buy, reasonOf, startGateway, turnUntil } from "../support/gateway.ts";

it("tells at /metrics what was bought, asked and received, and nothing of whom", async () => {
  const gateway = await startGateway();
  const read = async () => (await fetch(`${gateway.url}/metrics`)).text();
  const value = (text: string, line: string) => {
    const found = text.split("\n").find((candidate) => candidate.startsWith(`${line} `));
    return found === undefined ? undefined : Number(found.slice(line.length + 1));
  };

  const before = await read();
  expect(value(before, 'numgate_open_verifications{upstream="ping"}')).toBe(0);
  expect(value(before, 'numgate_upstream_state{upstream="ping",state="READY"}')).toBe(1);
  expect(value(before, 'numgate_catalog_age_seconds{upstream="ping"}')).toBe(0);
  expect(value(before, 'numgate_catalog_offers{upstream="ping"}')).toBeGreaterThan(10);
  expect(value(before, 'numgate_upstream_limit_remaining{upstream="ping",limit="create"}')).toBeGreaterThan(0);

  const bought = await buy(gateway, { upstreams: ["ping"] });
  expect(value(await read(), 'numgate_open_verifications{upstream="ping"}')).toBe(1);
  const { code = "", phoneNumber } = await turnUntil(gateway, bought.verificationId, VerificationStatus.RECEIVED);
  await gateway.verifications.completeVerification({ verificationId: bought.verificationId });
  const empty = buy(gateway, { service: "Sandbox Empty", upstreams: ["ping"] });
  expect((await reasonOf(empty)).reason).toBe("NO_NUMBERS");

  const after = await read();
  expect(value(after, 'numgate_purchases_total{upstream="ping",outcome="BOUGHT",reason=""}')).toBe(1);
  expect(value(after, 'numgate_purchases_total{upstream="ping",outcome="REFUSED",reason="NO_NUMBERS"}')).toBe(1);
  expect(value(after, 'numgate_upstream_calls_total{upstream="ping",verb="buy",outcome="ok"}')).toBe(1);
  expect(value(after, 'numgate_upstream_calls_total{upstream="ping",verb="buy",outcome="refused"}')).toBe(1);
  expect(value(after, 'numgate_upstream_calls_total{upstream="ping",verb="check",outcome="ok"}')).toBeGreaterThan(0);
  expect(value(after, 'numgate_code_delay_seconds_count{upstream="ping"}')).toBe(1);
  expect(value(after, 'numgate_code_delay_seconds_bucket{le="1",upstream="ping"}')).toBe(0);
  expect(value(after, 'numgate_code_delay_seconds_bucket{le="10",upstream="ping"}')).toBe(1);
  expect(value(after, 'numgate_open_verifications{upstream="ping"}')).toBe(0);

  for (const secret of [bought.verificationId, phoneNumber, phoneNumber.slice(1), code]) {
    expect(after).not.toContain(secret);
  }
});
