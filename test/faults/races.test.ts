// Calls that meet, clocks that jump, queues that starve.
import diagnostics from "node:diagnostics_channel";
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { RentalStatus } from "../../gen/numgate/v1/rental_pb.ts";
import { VerificationStatus as Status } from "../../gen/numgate/v1/verification_pb.ts";
import { settle, until } from "../support/clock.ts";
import { buy, reasonOf, startGateway, turnUntil, usd, watchUntil } from "../support/gateway.ts";
import {
  entry,
  handlerOnly,
  pingOnly,
  pingOrder,
  pingService,
  pingServices,
  startHandlerApi,
  startPing,
  turn,
} from "./liar.ts";

async function received(more = "") {
  const liar = await startHandlerApi();
  const gateway = await startGateway({ upstreams: handlerOnly(liar, more) });
  const { verificationId } = await buy(gateway);
  liar.on(/getStatus/, "STATUS_OK:111111");
  await turnUntil(gateway, verificationId, Status.RECEIVED);
  return { liar, gateway, verificationId };
}

describe("RequestAnotherCode", () => {
  it("twice at once is asked once, and is no internal error", async () => {
    const { liar, gateway, verificationId } = await received();
    const both = await Promise.all(
      [1, 2].map(() =>
        gateway.verifications.requestAnotherCode({ verificationId }).then(
          () => "ok",
          (e: Error) => e.message,
        ),
      ),
    );
    expect(both).toEqual(["ok", "ok"]);
    expect(liar.count(/status=3/)).toBe(1);
  });

  it("may be called off: the verification completes, and takes no cancel", async () => {
    const { liar, gateway, verificationId } = await received();
    await gateway.verifications.requestAnotherCode({ verificationId });
    expect(await reasonOf(gateway.verifications.cancelVerification({ verificationId }))).toMatchObject({
      reason: "ALREADY_RECEIVED",
    });
    const { verification } = await gateway.verifications.completeVerification({ verificationId });
    expect(verification).toMatchObject({ status: Status.COMPLETED, messages: [{ code: "111111" }] });
    expect(liar.count(/status=6/)).toBe(1);
    expect(liar.count(/status=8/)).toBe(0);
  });

  it("that the upstream answers with a 502 is no internal error", async () => {
    const { liar, gateway, verificationId } = await received();
    liar.on(
      /status=3/,
      (_: unknown, response: import("node:http").ServerResponse) => void response.writeHead(502).end("<html>"),
    );
    expect((await reasonOf(gateway.verifications.requestAnotherCode({ verificationId }))).code).not.toBe("Internal");
  });

  it("beside CompleteVerification is no internal error", async () => {
    const { liar, gateway, verificationId } = await received();
    const go = Promise.withResolvers<void>();
    liar.on(/status=6/, async (_: unknown, response: import("node:http").ServerResponse) => {
      await go.promise;
      response.end("ACCESS_ACTIVATION");
    });
    const completed = gateway.verifications.completeVerification({ verificationId }).then(
      () => "ok",
      (e: Error) => e.message,
    );
    await until(() => liar.count(/status=6/) === 1);
    await gateway.verifications.requestAnotherCode({ verificationId }).catch(() => undefined);
    go.resolve();
    expect(await completed).not.toContain("internal error");
  });
});

describe("a number that was charged above the maximum", () => {
  const overcharged = { activationId: "77", phoneNumber: "14155550100", activationCost: "0.90", currency: 840 };

  it("is cancelled later although the upstream says once more that it is too early", async () => {
    const liar = await startHandlerApi();
    liar.on(/getNumber/, overcharged);
    liar.on(/status=8/, "EARLY_CANCEL_DENIED");
    const gateway = await startGateway({ upstreams: handlerOnly(liar) });
    await reasonOf(buy(gateway, { maxPrice: usd(0, 50) }));
    await gateway.clock.advance(121_000);
    await until(() => liar.count(/status=8/) === 1);
    liar.on(/status=8/, "ACCESS_CANCEL");
    await turn(gateway, 300_000, 2_000);
    expect(liar.count(/status=8/)).toBeGreaterThan(1);
  });

  it("is cancelled although the daemon was started again meanwhile", async () => {
    const liar = await startHandlerApi();
    liar.on(/getNumber/, overcharged);
    const first = await startGateway({ upstreams: handlerOnly(liar) });
    await reasonOf(buy(first, { maxPrice: usd(0, 50) }));
    const gateway = await first.restart();
    await turn(gateway, 300_000, 2_000);
    expect(liar.count(/status=8/)).toBe(1);
  });

  it("above what its caller may pay is cancelled although the daemon was started again meanwhile", async () => {
    const liar = await startHandlerApi();
    liar.on(/getNumber/, overcharged);
    const first = await startGateway({
      upstreams: handlerOnly(liar),
      config: `callers:\n  - { name: qa, token: qa-token-0123456789, budget: { max_price: "0.50" } }`,
    });
    expect((await reasonOf(buy({ verifications: first.as("qa-token-0123456789") }))).reason).toBe("PRICE_ABOVE_MAX");
    const gateway = await first.restart();
    await turn(gateway, 300_000, 2_000);
    expect(liar.count(/status=8/)).toBe(1);
  });

  it("is not cancelled by a daemon that has been stopped", async () => {
    const liar = await startHandlerApi();
    liar.on(/getNumber/, overcharged);
    const gateway = await startGateway({ upstreams: handlerOnly(liar) });
    await reasonOf(buy(gateway, { maxPrice: usd(0, 50) }));
    const stopped = gateway.daemon.stop();
    await gateway.clock.advance(11_000);
    await stopped;
    await turn(gateway, 300_000, 2_000);
    expect(liar.count(/status=8/)).toBe(0);
    expect(gateway.log.join("")).not.toContain("is not cancelled yet");
  });

  it("keeps its code when that comes before it can be given back", async () => {
    const liar = await startHandlerApi();
    liar.on(/getNumber/, overcharged);
    const gateway = await startGateway({ upstreams: handlerOnly(liar) });
    await reasonOf(buy(gateway, { maxPrice: usd(0, 50) }));
    const [bought] = (await gateway.verifications.listVerifications({})).verifications;
    liar.on(/getStatus/, "STATUS_OK:482910");
    await turnUntil(gateway, bought?.verificationId ?? "", Status.RECEIVED);
    await turn(gateway, 300_000, 2_000);
    expect(liar.count(/status=8/)).toBe(0);
  });

  it.each(["in the same run", "in the next run"])(
    "keeps a code that is there when it would be given back, %s",
    async (when) => {
      const liar = await startHandlerApi();
      liar.on(/getNumber/, overcharged);
      const first = await startGateway({ upstreams: handlerOnly(liar) });
      await reasonOf(buy(first, { maxPrice: usd(0, 50) }));
      await turn(first, 110_000);
      expect(liar.count(/getStatus/)).toBe(0);
      liar.on(/getStatus/, "STATUS_OK:482910");
      if (when === "in the next run") await first.clock.advance(20_000);
      const gateway = when === "in the next run" ? await first.restart() : first;
      const [bought] = (await gateway.verifications.listVerifications({})).verifications;
      await turnUntil(gateway, bought?.verificationId ?? "", Status.RECEIVED);
      await turn(gateway, 60_000, 2_000);
      expect(liar.count(/status=8/)).toBe(0);
    },
  );

  it.each(["in the same run", "in the next run"])(
    "is kept once it has had a code, whatever else is asked for, %s",
    async (when) => {
      const liar = await startHandlerApi();
      liar.on(/getNumber/, overcharged);
      const first = await startGateway({ upstreams: handlerOnly(liar) });
      await reasonOf(buy(first, { maxPrice: usd(0, 50) }));
      const [{ verificationId } = { verificationId: "" }] = (await first.verifications.listVerifications({}))
        .verifications;
      liar.on(/getStatus/, "STATUS_OK:482910");
      await watchUntil(first, verificationId, Status.RECEIVED, () => void turn(first, 30_000));
      liar.on(/getStatus/, "STATUS_WAIT_RETRY:482910");
      await first.verifications.requestAnotherCode({ verificationId });
      const gateway = when === "in the next run" ? await first.restart() : first;
      await turn(gateway, 200_000, 2_000);
      expect(liar.count(/status=8/)).toBe(0);
    },
  );

  it("is not polled for once it is cancelled in the background", async () => {
    const liar = await startHandlerApi();
    liar.on(/getNumber/, overcharged);
    const gateway = await startGateway({ upstreams: handlerOnly(liar) });
    await reasonOf(buy(gateway, { maxPrice: usd(0, 50) }));
    await gateway.clock.advance(125_000);
    await until(() => liar.count(/status=8/) === 1);
    await until(
      async () => (await gateway.verifications.listVerifications({})).verifications[0]?.status === Status.CANCELLED,
    );
    const before = liar.count(/getStatus/);
    await turn(gateway, 900_000, 3_000);
    expect(liar.count(/getStatus/) - before).toBeLessThan(3);
  });
});

it("CANCEL_TOO_EARLY in an upstream's own words says when to try again", async () => {
  const liar = await startHandlerApi();
  liar.on(/status=8/, "EARLY_CANCEL_DENIED");
  const gateway = await startGateway({ upstreams: handlerOnly(liar) });
  const { verificationId } = await buy(gateway);
  await gateway.clock.advance(130_000);
  const { reason, error } = await reasonOf(gateway.verifications.cancelVerification({ verificationId }));
  expect(reason).toBe("CANCEL_TOO_EARLY");
  expect(error.details.map((detail) => ("type" in detail ? detail.type : ""))).toContain("google.rpc.RetryInfo");
});

it("a read error on an established connection does not count as never sent", async () => {
  const [a, b] = [await startPing(), await startPing()];
  const gateway = await startGateway({
    upstreams: () => `upstreams:\n${entry("a", "ping", a.url)}\n${entry("b", "ping", b.url)}`,
  });
  // What the kernel reports when the route goes away under a connection that has sent its request.
  const lost = (message: unknown) => {
    const { request, socket } = message as { request: { path: string }; socket: Socket };
    if (!request.path.includes("create")) return;
    diagnostics.unsubscribe("undici:client:sendHeaders", lost);
    const taken = until(() => a.count(/create/) + b.count(/create/) === 1);
    void taken.then(() =>
      socket.destroy(Object.assign(new Error("read EHOSTUNREACH"), { code: "EHOSTUNREACH", syscall: "read" })),
    );
  };
  diagnostics.subscribe("undici:client:sendHeaders", lost);
  onTestFinished(() => void diagnostics.unsubscribe("undici:client:sendHeaders", lost));
  let asked = 0;
  for (const liar of [a, b]) liar.on(/create/, () => (asked++ === 0 ? new Promise(() => {}) : pingOrder()));
  const outcome = await buy(gateway).then(
    ({ attempts }) => `bought after ${attempts.length} attempts`,
    async (e) => (await reasonOf(Promise.reject(e))).reason,
  );
  expect([outcome, a.count(/create/) + b.count(/create/)]).toEqual(["PURCHASE_UNCERTAIN", 1]);
});

it.each([0, 29])(
  "polls of a live order do not wait for those of %i that expired while the daemon was down",
  { timeout: 60_000 },
  async (expired) => {
    let order: object = {};
    const liar = await startPing(() => pingOrder(order));
    const first = await startGateway({
      upstreams: () => `upstreams:\n${entry("ping", "ping", liar.url, ", limits: { poll: 6/min }")}`,
    });
    const at = (minutes: number) => new Date(first.clock.now() + minutes * 60_000).toISOString();
    order = { expires_at: at(20) };
    for (let i = 0; i < expired; i += 1) await buy(first);
    order = { public_id: "live", expires_at: at(90) };
    await buy(first);
    const stopped = first.daemon.stop();
    await first.clock.advance(11_000);
    await stopped;
    await first.clock.advance(25 * 60_000);
    const mark = liar.calls.length;
    const gateway = await first.restart();
    const isLive = () => liar.calls.slice(mark).some(({ path }) => path.includes("live/poll"));
    let waited = 0;
    while (!isLive() && waited < 600) {
      await turn(gateway, 1_000);
      waited += 1;
    }
    expect(waited).toBeLessThan(30);
  },
);

it("a callback that is varied a hundred times asks about its order a few times at most", async () => {
  const liar = await startPing();
  const gateway = await startGateway({
    sandbox: { codeDelayMs: Number.POSITIVE_INFINITY },
    upstreams: ({ baseUrls }) =>
      `upstreams:\n${entry("pap", "papsms", baseUrls.papsms, `, prices: { us/whatsapp: "0.80" }, callback_secret: secret-0123456789`)}`,
  });
  void liar;
  await buy(gateway);
  const ref = gateway.sandbox.control.books().papsms.orders[0]?.ref;
  const polls = () => gateway.sandbox.control.books().papsms.calls.poll ?? 0;
  await until(async () => {
    await gateway.clock.advance(500);
    return polls() === 1;
  });
  for (let i = 0; i < 100; i += 1) {
    await fetch(`${gateway.url}/callbacks/pap?secret=secret-0123456789`, {
      method: "POST",
      body: JSON.stringify({ activation_id: ref, i }),
    });
  }
  await settle();
  await gateway.clock.advance(500);
  await settle();
  expect(polls()).toBeLessThan(10);
});

it("a request id finds its verification although no catalogue names its service any more", async () => {
  const liar = await startPing();
  liar.on(/GET .*services/, pingServices({ ...pingService, public_id: "svc_2", name: "Zyxxoflurb" }));
  const gateway = await startGateway({ upstreams: pingOnly(liar) });
  const request = { service: "zyxxoflurb", requestId: crypto.randomUUID() };
  const { verificationId } = await buy(gateway, request);
  liar.on(/GET .*services/, pingServices());
  await until(async () => {
    await gateway.clock.advance(60_000);
    return (await gateway.catalog.listOffers({})).totalSize === 1;
  });
  const again = await buy(gateway, request).then(
    (v) => v.verificationId,
    async (e) => (await reasonOf(Promise.reject(e))).reason,
  );
  expect(again).toBe(verificationId);
});

it("GetOffer shows a caller no offer of an upstream that it may not use", async () => {
  const gateway = await startGateway({
    config: `callers:\n  - { name: qa, token: qa-token-0123456789, allow: { upstreams: [ping] } }`,
  });
  const headers = { "content-type": "application/json", authorization: "Bearer qa-token-0123456789" };
  const ask = (method: string, body: object) =>
    fetch(`${gateway.url}/numgate.v1.CatalogService/${method}`, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
    });
  const list = (await (await ask("ListOffers", {})).json()) as { offers: { upstream: string }[] };
  expect(new Set(list.offers.map(({ upstream }) => upstream))).toEqual(new Set(["ping"]));
  expect((await ask("GetOffer", { offerId: "smsverificationservice:temporary.1012" })).status).toBe(404);
});

describe("a rental that was charged above the maximum", () => {
  /** One that its upstream does not take back at first: it answers with a fault. */
  async function startOvercharged() {
    const liar = await startPing();
    liar.on(/GET .*services/, pingServices({ ...pingService, public_id: "svc_2", type: "rental", cost: "0.40" }));
    liar.on(/POST .*rentals.create/, {
      result: "success",
      rental: { public_id: "rnt_1", phone_number: "+14155550100", cost: "9.00", currency: "USD" },
    });
    liar.on(/GET .*messages/, { result: "success", messages: [] });
    liar.on(/POST .*rentals.*cancel/, (_: unknown, response: ServerResponse) => void response.writeHead(500).end());
    const gateway = await startGateway({ upstreams: pingOnly(liar) });
    const wish = { countryCode: "US", service: "whatsapp", days: 3, maxPrice: usd(2) };
    expect((await reasonOf(gateway.rentals.createRental(wish))).reason).toBe("PRICE_ABOVE_MAX");
    const status = async () => (await gateway.rentals.listRentals({})).rentals.map((rental) => rental.status);
    return { liar, gateway, status };
  }
  const taken = { result: "success", rental: { public_id: "rnt_1", status: "cancelled" } };

  it("is given back once its upstream takes it", async () => {
    const { liar, gateway, status } = await startOvercharged();
    await turn(gateway, 15_000);
    expect(await status()).toEqual([RentalStatus.ACTIVE]);
    liar.on(/POST .*rentals.*cancel/, taken);
    await turn(gateway, 30_000);
    expect(await status()).toEqual([RentalStatus.CANCELLED]);
  });

  it("is kept when it has received something by then", async () => {
    const { liar, gateway, status } = await startOvercharged();
    const message = { public_id: "msg_1", from: "A", text: "Your code is 482910", received_at: "2026-05-01T12:00:05Z" };
    liar.on(/GET .*messages/, { result: "success", messages: [message] });
    const [rental] = (await gateway.rentals.listRentals({})).rentals;
    await turn(gateway, 3_000);
    await until(async () => {
      await turn(gateway, 1_000);
      const { messages } = await gateway.rentals.listRentalMessages({ rentalId: rental?.rentalId ?? "" });
      return messages.length > 0;
    });
    const asked = liar.count(/POST .*rentals.*cancel/);
    liar.on(/POST .*rentals.*cancel/, taken);
    await turn(gateway, 60_000);
    expect(await status()).toEqual([RentalStatus.ACTIVE]);
    expect(liar.count(/POST .*rentals.*cancel/)).toBe(asked);
  });
});
