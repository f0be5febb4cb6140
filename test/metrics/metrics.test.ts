import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { VerificationStatus } from "../../gen/numgate/v1/verification_pb.ts";
import { turn } from "../rentals/support.ts";
import { buy, type Gateway, reasonOf, startGateway, turnUntil } from "../support/gateway.ts";

async function readMetrics({ url }: Pick<Gateway, "url">): Promise<string> {
  return (await fetch(`${url}/metrics`)).text();
}

function value(text: string, line: string): number | undefined {
  const found = text.split("\n").find((candidate) => candidate.startsWith(`${line} `));
  return found === undefined ? undefined : Number(found.slice(line.length + 1));
}

it("tells at /metrics what was bought, asked and received, and nothing of whom", async () => {
  const gateway = await startGateway();
  const read = () => readMetrics(gateway);

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
  expect(
    value(after, 'numgate_purchases_total{upstream="ping",product="VERIFICATION",outcome="BOUGHT",reason=""}'),
  ).toBe(1);
  expect(
    value(
      after,
      'numgate_purchases_total{upstream="ping",product="VERIFICATION",outcome="REFUSED",reason="NO_NUMBERS"}',
    ),
  ).toBe(1);
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

it("has the metrics of docs/metrics.md, with their labels, and no others", async () => {
  const gateway = await startGateway();
  const { verificationId } = await buy(gateway, { upstreams: ["ping"] });
  await turnUntil(gateway, verificationId, VerificationStatus.RECEIVED);
  const text = await readMetrics(gateway);
  const shown = [...text.matchAll(/^# TYPE (\w+) (\w+)\n([^#]\S*)/gm)].map(([, name, type, sample = ""]) => {
    const labels = [...sample.matchAll(/(\w+)="/g)].map(([, label]) => label);
    return [name, labels.slice(type === "histogram" ? 1 : 0).join()];
  });
  const document = readFileSync(new URL("../../docs/metrics.md", import.meta.url), "utf8");
  const documented = [...document.matchAll(/^\| `(\w+)(?:\{(.*)\})?` /gm)].map(([, name, labels = ""]) => [
    name,
    labels,
  ]);
  expect(shown.sort()).toEqual(documented.sort());
});

it("tells purchases of rentals, of their extensions and of eSIMs apart", async () => {
  const gateway = await startGateway();
  const count = async (labels: string) => value(await readMetrics(gateway), `numgate_purchases_total{${labels}}`);
  const bought = (upstream: string, product: string) =>
    count(`upstream="${upstream}",product="${product}",outcome="BOUGHT",reason=""`);
  const wish = { countryCode: "US", service: "whatsapp", days: 3, upstreams: ["ping"] };
  const { rental } = await gateway.rentals.createRental(wish);
  const extension = { rentalId: rental?.rentalId ?? "", days: 3 };
  await gateway.rentals.extendRental(extension);
  await gateway.rentals.extendRental(extension);
  const { plans } = await gateway.esims.listEsimPlans({});
  await gateway.esims.createEsim({ plan: plans[0]?.plan ?? "" });
  expect(await bought("ping", "RENTAL")).toBe(1);
  expect(await bought("ping", "EXTENSION")).toBe(2);
  expect(await bought("smsverificationservice", "ESIM")).toBe(1);
  expect(await bought("ping", "VERIFICATION")).toBeUndefined();

  const { control } = gateway.sandbox;
  control.setStock({ upstream: "ping", service: "WhatsApp", product: "rental", count: 0 });
  await reasonOf(gateway.rentals.createRental(wish));
  expect(await count('upstream="ping",product="RENTAL",outcome="REFUSED",reason="NO_NUMBERS"')).toBe(1);
  control.failNext({ upstream: "ping", endpoint: "rental_extend", kind: "reset_after" });
  await reasonOf(gateway.rentals.extendRental(extension));
  const uncertain = 'upstream="ping",product="EXTENSION",outcome="UNCERTAIN",reason="PURCHASE_UNCERTAIN"';
  expect(await count(uncertain)).toBe(1);
});

it("counts what was paid and is not to be had as bought", async () => {
  const gateway = await startGateway();
  await turn(gateway, 3_000);
  const { plans } = await gateway.esims.listEsimPlans({});
  gateway.sandbox.control.failNext({
    upstream: "smsverificationservice",
    endpoint: "esim_create",
    kind: "reset_after",
  });
  const call = reasonOf(gateway.esims.createEsim({ plan: plans[0]?.plan ?? "" }));
  await turn(gateway, 90_000);
  await call;
  const labels = 'upstream="smsverificationservice",product="ESIM"';
  const metrics = await readMetrics(gateway);
  const line = (outcome: string, reason: string) =>
    value(metrics, `numgate_purchases_total{${labels},outcome="${outcome}",reason="${reason}"}`);
  expect([line("UNCERTAIN", "PURCHASE_UNCERTAIN"), line("BOUGHT", "")]).toEqual([1, 1]);
});
