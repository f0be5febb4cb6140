import { describe, expect, it } from "vitest";
import { Capability, Product } from "../../gen/numgate/v1/offer_pb.ts";
import { VerificationStatus as Status } from "../../gen/numgate/v1/verification_pb.ts";
import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import { UPSTREAM_IDS, type UpstreamId } from "../../src/sandbox/upstreams.ts";
import { settle, until } from "../support/clock.ts";
import { buy, type Gateway, reasonOf, startGateway, turnUntil, watchUntil } from "../support/gateway.ts";

/** Every upstream that the sandbox speaks for, each under its provider's name. */
function all({ baseUrls }: Sandbox): string {
  const own: Partial<Record<string, string>> = {
    papsms: `prices: { us/whatsapp: "0.80" }, callback_secret: papsms-secret-123456`,
    handler_api: "handler_api: { needs_ready: true }",
    smsverificationservice: "callback_secret: svs-secret-12345678",
  };
  const entries = UPSTREAM_IDS.map((id) => {
    const more = own[id] ? `, ${own[id]}` : "";
    return `  - { id: ${id}, provider: ${id}, api_key: sandbox, base_url: "${baseUrls[id]}"${more} }`;
  });
  return `upstreams:\n${entries.join("\n")}`;
}

/** As those spell it that do not write WhatsApp. */
const WHATSAPP: Partial<Record<string, string[]>> = {
  papsms: ["whatsapp"],
  pvapins: ["Whatsapp1", "Whatsapp24"],
  handler_api: ["Whatsapp"],
};

/** What not every upstream can. */
interface Can {
  /** Is told that a code was used. */
  readonly hears?: true;
  /** Hands out the message, and not only its code. */
  readonly writes?: true;
  /** Waits for one more code on the same number. */
  readonly repeats?: true;
  /** Takes no number back in its first minutes. */
  readonly keeps?: true;
  /** Tells codes by voice as well. */
  readonly speaks?: true;
  /** Sells numbers of an area. */
  readonly hasAreas?: true;
  /** Shows by one list where many orders stand. */
  readonly lists?: true;
}
const CAN: Readonly<Record<UpstreamId, Can>> = {
  ping: { speaks: true },
  smsverificationservice: { writes: true, hasAreas: true, lists: true },
  smsverifyo: { hears: true, keeps: true },
  papsms: { hears: true, writes: true },
  pvapins: { writes: true, keeps: true },
  handler_api: { hears: true, writes: true, repeats: true, keeps: true, lists: true },
};

function start(codeDelayMs?: number): Promise<Gateway> {
  return startGateway({ upstreams: all, sandbox: codeDelayMs === undefined ? {} : { codeDelayMs } });
}

describe.each(UPSTREAM_IDS)("%s", (upstream) => {
  const { hears = false, writes = false, repeats = false, keeps = false } = CAN[upstream];
  const { speaks = false, hasAreas = false, lists = false } = CAN[upstream];
  it("sells a number, delivers its code to the stream, and is told that it was used", async () => {
    const gateway = await start();
    const { verificationId, phoneNumber, price } = await buy(gateway, { upstreams: [upstream] });
    expect(phoneNumber).toMatch(/^\+\d{8,15}$/);
    expect(price?.currencyCode).toBe("USD");
    const watched = watchUntil(gateway, verificationId, Status.RECEIVED);
    await turnUntil(gateway, verificationId, Status.RECEIVED);
    const received = (await watched).at(-1);
    const [order] = gateway.sandbox.control.books()[upstream].orders;
    expect(received?.code).toBe(order?.code);
    expect(received?.messages[0]?.text !== "").toBe(writes);
    const { verification } = await gateway.verifications.completeVerification({ verificationId });
    expect(verification?.status).toBe(Status.COMPLETED);
    const told = () => gateway.sandbox.control.books()[upstream].calls.finish ?? 0;
    for (let turned = 0; turned < 30 && told() === 0; turned += 1) {
      await gateway.clock.advance(1_000);
      await settle();
    }
    expect(told()).toBe(hears ? 1 : 0);
    expectNothingForbidden(gateway);
  });

  it("waits for one more code where it can, and says so where it cannot", async () => {
    const gateway = await start();
    const { verificationId } = await buy(gateway, { upstreams: [upstream] });
    const { code: first } = await turnUntil(gateway, verificationId, Status.RECEIVED);
    const again = gateway.verifications.requestAnotherCode({ verificationId });
    if (!repeats) {
      expect(await reasonOf(again)).toMatchObject({ reason: "NOT_SUPPORTED" });
      return;
    }
    expect((await again).verification).toMatchObject({ status: Status.WAITING });
    const { code: second } = await turnUntil(gateway, verificationId, Status.RECEIVED);
    expect(second).toBe(gateway.sandbox.control.books()[upstream].orders[0]?.code);
    expect(second).not.toBe(first);
    expect(gateway.sandbox.control.books()[upstream].orders).toHaveLength(1);
    expectNothingForbidden(gateway);
  });

  it("is not asked to take a number back before it does", async () => {
    const gateway = await start(Number.POSITIVE_INFINITY);
    const { verificationId } = await buy(gateway, { upstreams: [upstream] });
    const cancel = gateway.verifications.cancelVerification({ verificationId });
    if (keeps) expect(await reasonOf(cancel)).toMatchObject({ reason: "CANCEL_TOO_EARLY" });
    else expect((await cancel).verification?.status).toBe(Status.CANCELLED);
    expectNothingForbidden(gateway);
  });

  it("takes a number back, with its refund where the document has one", async () => {
    const gateway = await start(Number.POSITIVE_INFINITY);
    const before = gateway.sandbox.control.books()[upstream].balance;
    const { verificationId, price } = await buy(gateway, { upstreams: [upstream] });
    await gateway.clock.advance(130_000);
    const { verification } = await gateway.verifications.cancelVerification({ verificationId });
    expect(verification?.status).toBe(Status.CANCELLED);
    const books = gateway.sandbox.control.books()[upstream];
    if (verification?.refund) expect(verification.refund).toEqual(price);
    else expect(upstream).toBe("papsms");
    if (upstream !== "papsms") expect(books.balance).toBe(before);
    expectNothingForbidden(gateway);
  });

  it.each([
    ["by voice", { capability: Capability.VOICE }, speaks],
    ["in an area", { areaCode: "212" }, hasAreas],
  ])("sells a number %s where it can", async (_, wish, isSold) => {
    const gateway = await start();
    const bought = buy(gateway, { upstreams: [upstream], ...wish });
    if (isSold) expect((await bought).upstream).toBe(upstream);
    else expect((await reasonOf(bought)).reason).toBe("NO_OFFERS");
  });

  it("is asked about many by one list where it has one, and brings each code", async () => {
    const gateway = await start(Number.POSITIVE_INFINITY);
    // PVAPins sells five a minute.
    await Promise.all(Array.from({ length: 5 }, () => buy(gateway, { upstreams: [upstream] })));
    const { control } = gateway.sandbox;
    const codesHere = async () =>
      (await gateway.verifications.listVerifications({})).verifications.map(({ code }) => code);
    const turnWhile = async (isSo: (turned: number) => boolean | Promise<boolean>) => {
      for (let turned = 0; turned < 600 && (await isSo(turned)); turned += 1) {
        await gateway.clock.advance(1_000);
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    };
    await turnWhile((turned) => turned < 30);
    for (const { ref } of control.books()[upstream].orders) control.deliver({ upstream, orderId: ref });
    await turnWhile(async () => (await codesHere()).includes(undefined));
    expect((await codesHere()).sort()).toEqual(
      control
        .books()
        [upstream].orders.map(({ code }) => code)
        .sort(),
    );
    expect((control.books()[upstream].calls.orders ?? 0) > 0).toBe(lists);
    expectNothingForbidden(gateway);
  });

  it("is out of numbers, and nothing is bought", async () => {
    const gateway = await start();
    for (const service of WHATSAPP[upstream] ?? ["WhatsApp"]) {
      gateway.sandbox.control.setStock({ upstream, service, count: 0 });
    }
    expect(await reasonOf(buy(gateway, { upstreams: [upstream] }))).toMatchObject({ reason: "NO_NUMBERS" });
    expect(gateway.sandbox.control.books()[upstream].orders).toEqual([]);
    expectNothingForbidden(gateway);
  });
});

function expectNothingForbidden({ sandbox }: Gateway): void {
  for (const books of Object.values(sandbox.control.books())) {
    expect(books.disallowed).toEqual({ total: 0, reasons: {} });
    expect(books.limited).toBe(0);
  }
}

describe("a host of handler_api that needs it", () => {
  it("is told once that the number is in use", async () => {
    const gateway = await start(Number.POSITIVE_INFINITY);
    await buy(gateway, { upstreams: ["handler_api"] });
    const { control } = gateway.sandbox;
    await until(() => control.books().handler_api.calls.ready === 1);
    await gateway.clock.advance(10_000);
    expect(control.books().handler_api.calls.ready).toBe(1);
    expectNothingForbidden(gateway);
  });
});

describe("all upstreams together", () => {
  it("are listed side by side, cheapest first, each product under its own", async () => {
    const gateway = await start();
    const list = async (product: Product) =>
      (await gateway.catalog.listOffers({ product, countryCode: "US", service: "whatsapp" })).offers;
    const verifications = await list(Product.VERIFICATION);
    expect(new Set(verifications.map(({ upstream }) => upstream))).toEqual(new Set(UPSTREAM_IDS));
    const prices = verifications.map(({ price }) => (price?.units ?? 0n) * 1_000_000_000n + BigInt(price?.nanos ?? 0));
    expect(prices).toEqual([...prices].sort((a, b) => Number(a - b)));
    const rentals = await list(Product.RENTAL);
    expect(rentals.length).toBeGreaterThan(2);
    expect(rentals.every(({ rentalTerms }) => rentalTerms.length > 0)).toBe(true);
    const esims = (await gateway.catalog.listOffers({ product: Product.ESIM })).offers;
    expect(esims.map(({ upstream }) => upstream)).toContain("smsverificationservice");
  });
});
