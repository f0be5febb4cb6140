import type { ServerResponse } from "node:http";
import { pino } from "pino";
import { expect, it, onTestFinished } from "vitest";
import { VerificationStatus as Status } from "../../gen/numgate/v1/verification_pb.ts";
import { startDaemon } from "../../src/daemon.ts";
import { until } from "../support/clock.ts";
import { buy, startGateway, turnUntil } from "../support/gateway.ts";
import { entry, pingOnly, pingOrder, startLiar, startPing, turn, unary } from "./liar.ts";

const startPap = () =>
  startLiar([
    [/countries/, ["us"]],
    [
      /purchase/,
      {
        success: true,
        data: { activation_id: "9", phone_number: "14155550100", cost: "0.80", expires_at: "2026-05-01T12:20:00Z" },
      },
    ],
    [/status/, { success: true, data: { status: "pending" } }],
    [/finish/, { success: true }],
  ]);
const PAP = `, prices: { us/whatsapp: "0.80" }`;

it("a text that is cut between the halves of a character can be read in JSON and in binary", async () => {
  const liar = await startPap();
  const gateway = await startGateway({ upstreams: () => `upstreams:\n${entry("pap", "papsms", liar.url, PAP)}` });
  const { verificationId } = await buy(gateway);
  liar.on(
    /status/,
    `{"success":true,"data":{"status":"received","sms":{"code":"1234","full_text":"\\ud800 ${"a".repeat(4080)}\u{1f600}\u{1f600}\u{1f600}\u{1f600}"}}}`,
  );
  const { messages } = await turnUntil(gateway, verificationId, Status.RECEIVED);
  expect(messages[0]?.text.isWellFormed()).toBe(true);
  expect((await unary(gateway, "VerificationService/ListVerifications", {})).status).toBe(200);
});

it("one name with half a character hides one line of a pvapins catalogue and not all", async () => {
  const liar = await startLiar([
    [/load_countries/, [{ id: 1, full_name: "USA" }]],
    [/load_apps/, `[{"full_name":"WhatsApp","deduct":"0.40"},{"full_name":"x\\ud800","deduct":"0.40"}]`],
    [/get_balance/, { balance: "10.00" }],
  ]);
  const gateway = await startGateway({ upstreams: () => `upstreams:\n${entry("pva", "pvapins", liar.url)}` });
  expect((await gateway.catalog.listOffers({})).totalSize).toBeGreaterThan(0);
});

it("nine thousand messages in one answer do not become an answer that no client takes", async () => {
  const liar = await startLiar([
    [/load_countries/, [{ id: 1, full_name: "USA" }]],
    [/load_apps/, [{ full_name: "WhatsApp", deduct: "0.40" }]],
    [/get_balance/, { balance: "10.00" }],
    [/get_number/, "14155550123"],
    [
      /get_sms/,
      Array.from({ length: 9_000 }, (_, i) => ({ from: "a", message: `Your code is 12${i} ${"x".repeat(30)}` })),
    ],
  ]);
  const gateway = await startGateway({ upstreams: () => `upstreams:\n${entry("pva", "pvapins", liar.url)}` });
  const { verificationId } = await buy(gateway);
  await turnUntil(gateway, verificationId, Status.RECEIVED);
  const { body } = await unary(gateway, "VerificationService/GetVerification", { verificationId });
  expect(JSON.stringify(body).length).toBeLessThan(500_000);
});

it("a refund that the upstream gave while a code came in is booked", async () => {
  const liar = await startPing();
  const [poll, cancel] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const gateway = await startGateway({
    upstreams: pingOnly(liar),
    config: `callers:\n  - { name: qa, token: qa-token-0123456789, budget: { per_day: "0.40" } }`,
  });
  const verifications = gateway.as("qa-token-0123456789");
  liar.on(/poll/, async () => {
    await poll.promise;
    return { result: "success", verification: { status: "received", code: "123456" } };
  });
  liar.on(/cancel/, async () => {
    await cancel.promise;
    return { result: "success", verification: { refund: { amount: "0.40", currency: "USD" } } };
  });
  const { verificationId } = await buy({ verifications });
  await gateway.clock.advance(4_000);
  await until(() => liar.count(/poll/) === 1);
  const cancelled = verifications.cancelVerification({ verificationId }).catch(() => undefined);
  await until(() => liar.count(/cancel/) === 1);
  poll.resolve();
  await until(
    async () => (await verifications.getVerification({ verificationId })).verification?.status === Status.RECEIVED,
  );
  cancel.resolve();
  await cancelled;
  const { verification } = await verifications.getVerification({ verificationId });
  expect(verification?.refund?.nanos).toBe(400_000_000);
});

it("an open order is not asked about at another provider that was given its upstream's id", async () => {
  const [liar, pap] = [await startPing(() => pingOrder({ public_id: "123" })), await startPap()];
  const gateway = await startGateway({ upstreams: pingOnly(liar) });
  await buy(gateway);
  const { config } = gateway.daemon;
  const stopped = gateway.daemon.stop();
  await gateway.clock.advance(11_000);
  await stopped;
  const [one] = config.upstreams;
  if (!one) throw new Error("no upstream");
  const daemon = await startDaemon({
    config: { ...config, upstreams: [{ ...one, provider: "papsms", baseUrl: pap.url }] },
    clock: gateway.clock,
    log: pino({ level: "silent" }),
  });
  onTestFinished(async () => {
    const end = daemon.stop();
    await gateway.clock.advance(11_000);
    await end;
  });
  await turn(gateway, 20_000);
  expect(pap.count(/status\/123/)).toBe(0);
});

it("an open order whose upstream is configured no more is answered for, and ends at its time", async () => {
  const liar = await startPing();
  const gateway = await startGateway({ upstreams: pingOnly(liar) });
  const { verificationId } = await buy(gateway);
  const { config } = gateway.daemon;
  const stopped = gateway.daemon.stop();
  await gateway.clock.advance(11_000);
  await stopped;
  const [one] = config.upstreams;
  if (!one) throw new Error("no upstream");
  const daemon = await startDaemon({
    config: { ...config, upstreams: [{ ...one, id: "other" }] },
    clock: gateway.clock,
    log: pino({ level: "silent" }),
  });
  onTestFinished(async () => {
    const end = daemon.stop();
    await gateway.clock.advance(11_000);
    await end;
  });
  const at = { ...gateway, url: `http://${daemon.addresses[0]}` };
  const ask = async (method: string) =>
    (await unary(at, `VerificationService/${method}`, { verificationId })).body.code ?? "ok";
  expect([
    await ask("GetVerification"),
    await ask("CancelVerification"),
    await ask("CompleteVerification"),
    await ask("RequestAnotherCode"),
  ]).toEqual(["ok", "unavailable", "failed_precondition", "ok"]);
  await turn(gateway, 16 * 60_000, 20_000);
  const { body } = await unary(at, "VerificationService/GetVerification", { verificationId });
  expect(body).toMatchObject({ verification: { status: "VERIFICATION_STATUS_EXPIRED" } });
});

it("a purchase that is answered by a redirect, silence or half a body is bought nowhere else", async () => {
  for (const lie of [
    (response: ServerResponse) => response.writeHead(302, { location: "/nonvoip/orders/create2" }).end(),
    (response: ServerResponse) =>
      response.writeHead(200, { "content-length": 500 }).write("{", () => response.socket?.destroy()),
    (response: ServerResponse) => response.writeHead(200).end("null"),
    (response: ServerResponse) => response.writeHead(204).end(),
    (response: ServerResponse) => response.writeHead(101).end(),
    (response: ServerResponse) => response.writeHead(400).end("{}"),
    (response: ServerResponse) => response.writeHead(200).end(JSON.stringify(pingOrder({ cost: "-0.40" }))),
    (response: ServerResponse) => response.writeHead(200).end(JSON.stringify(pingOrder({ public_id: "" }))),
    (response: ServerResponse) => response.writeHead(200).end("[".repeat(500_000)),
  ]) {
    const [a, b] = [await startPing((_: unknown, response: ServerResponse) => void lie(response)), await startPing()];
    b.on(/GET .*services/, {
      result: "success",
      total: 1,
      services: [{ ...(await import("./liar.ts")).pingService, cost: "0.50" }],
    });
    const gateway = await startGateway({
      upstreams: () => `upstreams:\n${entry("a", "ping", a.url)}\n${entry("b", "ping", b.url)}`,
    });
    await buy(gateway).catch(() => undefined);
    expect([a.count(/create/), b.count(/create/)]).toEqual([1, 0]);
  }
});

it("a number that an upstream sells again does not bring the last one's code, nor one caller's to another", async () => {
  const liar = await startLiar([
    [/load_countries/, [{ id: 1, full_name: "USA" }]],
    [/load_apps/, [{ full_name: "WhatsApp", deduct: "0.40" }]],
    [/get_balance/, { balance: "10.00" }],
    [/get_number/, "14155550123"],
    [/get_sms/, "You have not received any code yet"],
  ]);
  const gateway = await startGateway({
    upstreams: () => `upstreams:\n${entry("pva", "pvapins", liar.url)}`,
    config: "callers:\n  - { name: a, token: aaaa-token-0123456789 }\n  - { name: b, token: bbbb-token-0123456789 }",
  });
  const [a, b] = [gateway.as("aaaa-token-0123456789"), gateway.as("bbbb-token-0123456789")];
  const { verificationId } = await buy({ verifications: a });
  liar.on(/get_sms/, "Your WhatsApp code is 482-910");
  await turnUntil({ ...gateway, verifications: a }, verificationId, Status.RECEIVED);
  await a.completeVerification({ verificationId });
  const again = await buy({ verifications: b });
  await turn(gateway, 20_000);
  expect((await b.getVerification({ verificationId: again.verificationId })).verification?.messages).toEqual([]);
});

it("two cancels at once, and a cancel of what was cancelled, are one", async () => {
  const liar = await startPing();
  const gateway = await startGateway({ upstreams: pingOnly(liar) });
  const { verificationId } = await buy(gateway);
  const all = await Promise.all([1, 2, 3].map(() => gateway.verifications.cancelVerification({ verificationId })));
  await gateway.verifications.cancelVerification({ verificationId });
  expect([all.map(({ verification }) => verification?.status), liar.count(/cancel/)]).toEqual([[5, 5, 5], 1]);
});
