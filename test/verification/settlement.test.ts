import { describe, expect, it, onTestFinished } from "vitest";
import { Outcome } from "../../gen/numgate/v1/attempt_pb.ts";
import { VerificationStatus as Status, type Verification } from "../../gen/numgate/v1/verification_pb.ts";
import { connectOperator } from "../../src/operator/client.ts";
import type { FaultKind } from "../../src/sandbox/faults.ts";
import { startSandbox } from "../../src/sandbox/sandbox.ts";
import type { UpstreamId } from "../../src/sandbox/upstreams.ts";
import { databaseOf } from "../operator/support.ts";
import { upstreamsAt } from "../support/accounts.ts";
import { answered } from "../support/calls.ts";
import { createHandClock, until } from "../support/clock.ts";
import { buy, type Gateway, reasonOf, startGateway, turnUntil, watchUntil } from "../support/gateway.ts";
import { startHeldProxy } from "../support/held-proxy.ts";

const LISTS_AND_BALANCE: readonly UpstreamId[] = ["smsverificationservice", "pvapins", "handler_api"];

/** Each fault of the one purchase call, and whether the upstream has sold all the same. */
const FAULTS: [FaultKind, boolean][] = [
  ["html", false],
  ["html_502", false],
  ["status_500", false],
  ["gigantic", false],
  ["error_in_200", false],
  ["silence", false],
  ["reset_before", false],
  ["reset_after", true],
  ["error_500_after", true],
  ["unreadable_after", true],
  ["truncated", true],
  ["wrong_types", true],
];

/** In front of one upstream, once its balance was looked at. */
async function startAt(upstream: UpstreamId): Promise<Gateway> {
  const sandbox = { codeDelayMs: Number.POSITIVE_INFINITY };
  const gateway = await startGateway({ upstreams: upstreamsAt(upstream), sandbox });
  if (upstream !== "ping" && upstream !== "papsms") await witnessed(gateway);
  return gateway;
}

const looks = ({ log }: Pick<Gateway, "log">) => log.filter((line) => line.includes("at rest")).length;

/** Once more than before is known of what the account holds. */
async function witnessed(gateway: Gateway, before = 0): Promise<void> {
  await gateway.clock.advance(0);
  await until(() => looks(gateway) > before);
  await gateway.clock.advance(100);
}

type Told = { readonly verification?: Verification; readonly reason?: string; readonly error?: Error };

/** What a caller is told, while the clock goes on. */
async function told({ clock }: Gateway, call: Promise<Verification>): Promise<Told> {
  let answer: Told | undefined;
  void call.then(
    (verification) => (answer = { verification }),
    async (error) => (answer = await reasonOf(Promise.reject(error))),
  );
  return until(async () => {
    if (answer === undefined) await clock.advance(100);
    await answered();
    return answer;
  });
}

/** What the gateway says that it paid, and what the upstream says that it was paid: the same, once all is settled. */
async function expectEqualBooks(gateway: Gateway, upstream: UpstreamId): Promise<void> {
  const { orders } = gateway.sandbox.control.books()[upstream];
  const paid = orders.reduce((sum, { price, refunded }) => sum + Number(price) - Number(refunded), 0);
  const { verifications } = await gateway.verifications.listVerifications({});
  const recorded = verifications.reduce((sum, { price, refund }) => sum + decimal(price) - decimal(refund), 0);
  expect(recorded).toBeCloseTo(paid, 6);
}

function decimal(money: { readonly units: bigint; readonly nanos: number } | undefined): number {
  return money ? Number(money.units) + money.nanos / 1e9 : 0;
}

describe.each(LISTS_AND_BALANCE)("a purchase at %s that meets", (upstream) => {
  it.each(FAULTS)("%s is settled while its caller waits", async (kind, sells) => {
    const gateway = await startAt(upstream);
    const { control } = gateway.sandbox;
    control.failNext({ upstream, endpoint: "create", kind });
    const requestId = crypto.randomUUID();
    const request = { requestId, upstreams: [upstream] };
    const { verification, reason } = await told(gateway, buy(gateway, request));
    const [order] = control.books()[upstream].orders;
    if (sells) {
      expect(verification).toMatchObject({ status: Status.WAITING, attempts: [{ outcome: Outcome.BOUGHT }] });
      expect(verification?.phoneNumber.slice(1)).toBe(order?.phone.replace(/\D/g, ""));
      expect(await buy(gateway, request)).toMatchObject({ verificationId: verification?.verificationId });
      control.deliver({ orderId: order?.ref, code: "482910" });
      await turnUntil(gateway, verification?.verificationId ?? "", Status.RECEIVED);
    } else {
      expect(reason).toBe("UPSTREAMS_UNAVAILABLE");
      expect((await buy(gateway, request)).status).toBe(Status.FAILED);
      expect(order).toBeUndefined();
    }
    expect(control.books()[upstream].calls.create).toBe(1);
    await expectEqualBooks(gateway, upstream);
  });
});

describe("a purchase at smsverifyo, which has a balance and no list, that meets", () => {
  it.each(FAULTS)("%s is settled by the balance", async (kind, sells) => {
    const gateway = await startAt("smsverifyo");
    gateway.sandbox.control.failNext({ upstream: "smsverifyo", endpoint: "create", kind });
    const requestId = crypto.randomUUID();
    const { reason, error } = await told(gateway, buy(gateway, { requestId }));
    expect(reason).toBe("UPSTREAMS_UNAVAILABLE");
    expect(error?.message).toMatch(
      sells ? /charged 0\.\d+ USD for ver_\w+, and never told what it sold/ : /did not sell a number/,
    );
    expect(await buy(gateway, { requestId })).toMatchObject({
      status: Status.FAILED,
      attempts: [{ outcome: sells ? Outcome.BOUGHT : Outcome.REFUSED }],
    });
    expect(gateway.sandbox.control.books().smsverifyo.orders).toHaveLength(sells ? 1 : 0);
    await expectEqualBooks(gateway, "smsverifyo");
  });
});

describe.each(["ping", "papsms"] as const)("a purchase at %s, which has neither", (upstream) => {
  it("stays uncertain, and its money reserved, for the operator", async () => {
    const gateway = await startAt(upstream);
    gateway.sandbox.control.failNext({ upstream, endpoint: "create", kind: "reset_after" });
    const requestId = crypto.randomUUID();
    expect(await told(gateway, buy(gateway, { requestId }))).toMatchObject({ reason: "PURCHASE_UNCERTAIN" });
    for (let hour = 0; hour < 30; hour += 1) await gateway.clock.advance(3_600_000);
    expect((await reasonOf(buy(gateway, { requestId }))).reason).toBe("PURCHASE_UNCERTAIN");
    const warnings = gateway.log.filter((line) => line.includes("stays uncertain"));
    expect(warnings).toHaveLength(1);
  });
});

describe("an uncertain purchase", () => {
  /** Buys, and breaks off; the caller does not wait for what becomes of it. */
  async function breakOff(gateway: Gateway, upstream: UpstreamId, kind: FaultKind, request = {}): Promise<void> {
    const { control } = gateway.sandbox;
    const before = control.books()[upstream].calls.create ?? 0;
    control.failNext({ upstream, endpoint: "create", kind });
    buy(gateway, { upstreams: [upstream], ...request }).catch(() => undefined);
    await until(() => control.books()[upstream].calls.create === before + 1);
    await until(async () => {
      const { verifications } = await gateway.verifications.listVerifications({});
      return verifications.every(({ attempts }) => attempts.every(({ outcome }) => outcome !== undefined));
    });
  }

  /** Time in which much is looked into, in steps that leave real requests their own. */
  async function turn({ clock }: Gateway, ms: number, step = 250): Promise<void> {
    for (let turned = 0; turned < ms; turned += step) {
      await clock.advance(step);
      await answered();
    }
  }

  async function statuses({ verifications }: Gateway): Promise<Status[]> {
    return (await verifications.listVerifications({})).verifications.map(({ status }) => status);
  }

  /** Another program that uses the same account. */
  async function buyElsewhere({ sandbox }: Gateway): Promise<void> {
    await fetch(`${sandbox.baseUrls.smsverificationservice}/order/temporary/`, {
      method: "POST",
      headers: { authorization: "Bearer sandbox", "content-type": "application/json" },
      body: JSON.stringify({ service_id: 1012 }),
    });
  }

  const UPSTREAM = "smsverificationservice";

  it("is settled although the daemon was stopped right after it, and its caller asks again", async () => {
    const first = await startAt(UPSTREAM);
    const requestId = crypto.randomUUID();
    await breakOff(first, UPSTREAM, "reset_after", { requestId });
    const gateway = await first.restart();
    const { verification } = await told(gateway, buy(gateway, { requestId, upstreams: [UPSTREAM] }));
    const [order] = gateway.sandbox.control.books()[UPSTREAM].orders;
    expect(verification).toMatchObject({ status: Status.WAITING, phoneNumber: order?.phone });
  });

  it("of several for the same offer each gets a number of its own, and none gets another's", async () => {
    const gateway = await startAt(UPSTREAM);
    const own = await buy(gateway);
    for (const kind of ["reset_after", "reset_after", "reset_before"] as const) {
      await breakOff(gateway, UPSTREAM, kind);
    }
    await turn(gateway, 30_000);
    const { verifications } = await gateway.verifications.listVerifications({});
    const numbers = verifications.flatMap(({ phoneNumber }) => phoneNumber || []);
    const orders = gateway.sandbox.control.books()[UPSTREAM].orders.map(({ phone }) => phone);
    expect(numbers.toSorted()).toEqual(orders.toSorted());
    expect(numbers).toHaveLength(3);
    expect(verifications.filter(({ status }) => status === Status.FAILED)).toHaveLength(1);
    const { verification } = await gateway.verifications.getVerification({ verificationId: own.verificationId });
    expect(verification?.phoneNumber).toBe(own.phoneNumber);
    await expectEqualBooks(gateway, UPSTREAM);
  });

  it("gets no order that may be another program's: with more orders than purchases it is the operator's", async () => {
    const gateway = await startAt(UPSTREAM);
    await breakOff(gateway, UPSTREAM, "reset_after");
    await buyElsewhere(gateway);
    await turn(gateway, 60_000);
    expect(await statuses(gateway)).toEqual([Status.PENDING]);
    expect(gateway.log.join("")).toContain("the order list shows orders that may be anybody's");
  });

  it("gets no order of another service, nor one that a cancelled verification had, nor one from before", async () => {
    const gateway = await startAt(UPSTREAM);
    await buyElsewhere(gateway);
    // The account is looked at again after 15 minutes. A balance is waited for no longer than a second.
    await turn(gateway, 895_000, 10_000);
    await turn(gateway, 10_000, 200);
    const { verificationId } = await buy(gateway);
    await gateway.verifications.cancelVerification({ verificationId });
    await breakOff(gateway, UPSTREAM, "reset_before");
    await turn(gateway, 30_000, 200);
    expect(await statuses(gateway)).toEqual([Status.FAILED, Status.CANCELLED]);
  });

  it("was not sold when its order is on the list and its money went back", async () => {
    const gateway = await startAt(UPSTREAM);
    const { control, baseUrls } = gateway.sandbox;
    control.failNext({ upstream: UPSTREAM, endpoint: "balance", kind: "html_502", times: 1_000 });
    await breakOff(gateway, UPSTREAM, "reset_after");
    const ref = control.books()[UPSTREAM].orders.at(-1)?.ref;
    const headers = { authorization: "Bearer sandbox" };
    await fetch(`${baseUrls[UPSTREAM]}/order/${ref}/cancel/`, { method: "POST", headers });
    await turn(gateway, 60_000);
    expect(await statuses(gateway)).toEqual([Status.FAILED]);
    await expectEqualBooks(gateway, UPSTREAM);
  });

  /** One of which the balance says that it was sold, and a whole list that it was not: both have been heard. */
  async function contradict(gateway: Gateway): Promise<void> {
    const { clock, sandbox } = gateway;
    const books = () => sandbox.control.books()[UPSTREAM];
    const ofWhatsapp = { countryCode: "US", service: "whatsapp", upstreams: [UPSTREAM] };
    const [offer] = (await gateway.catalog.listOffers(ofWhatsapp)).offers;
    const balance = (Number.parseFloat(books().balance) - decimal(offer?.price)).toFixed(2);
    sandbox.control.setBalance({ upstream: UPSTREAM, balance });
    await breakOff(gateway, UPSTREAM, "reset_before", { offerId: offer?.offerId });
    await until(async () => {
      await clock.advance(500);
      await answered();
      return books().calls.orders === 2;
    });
    // The clock stands still: a balance is waited for no longer than a second.
    await until(() => gateway.log.join("").includes("stays uncertain"));
    expect(gateway.log.join("")).toContain("by the balance: all sold");
  }

  it("is the operator's when the balance says that it was sold and a whole list that it was not", async () => {
    const gateway = await startAt(UPSTREAM);
    await contradict(gateway);
    await turn(gateway, 3 * 3_600_000, 60_000);
    expect(await statuses(gateway)).toEqual([Status.PENDING]);
  });

  it("is the operator's also when the list that said that it was not sold cannot be had any more", async () => {
    const gateway = await startAt(UPSTREAM);
    await contradict(gateway);
    gateway.sandbox.control.failOften({ upstream: UPSTREAM, endpoint: "orders", rate: 1, kinds: ["html_502"] });
    const calls = () => gateway.sandbox.control.books()[UPSTREAM].calls;
    for (const pauseMs of [40_000, 120_000, 600_000, 900_000]) {
      const { orders = 0, balance = 0 } = calls();
      await gateway.clock.advance(pauseMs - 1_000);
      await until(async () => {
        await gateway.clock.advance(500);
        await answered();
        return (calls().orders ?? 0) > orders;
      });
      await until(() => (calls().balance ?? 0) > balance);
      await answered();
    }
    expect(await statuses(gateway)).toEqual([Status.PENDING]);
  });

  it("is held against no balance of the time in which money may come back for what the upstream ended", async () => {
    const gateway = await startAt(UPSTREAM);
    const { clock, sandbox } = gateway;
    const books = () => sandbox.control.books()[UPSTREAM];
    const before = looks(gateway);
    const { verificationId } = await buy(gateway);
    void watchUntil(gateway, verificationId, Status.CANCELLED);
    // The account is looked at 12 s after what moved it, and again after 15 minutes.
    await clock.advance(12_000);
    await until(() => looks(gateway) > before);
    const nextLook = clock.now() + 900_000;
    await turn(gateway, 790_000, 10_000);
    const headers = { authorization: "Bearer sandbox" };
    await fetch(`${sandbox.baseUrls[UPSTREAM]}/order/${books().orders.at(-1)?.ref}/cancel/`, {
      method: "POST",
      headers,
    });
    await until(async () => {
      await turn(gateway, 1_000, 500);
      return (await statuses(gateway))[0] === Status.CANCELLED;
    });
    const { balance } = books().calls;
    expect(clock.now()).toBeLessThan(nextLook);
    await clock.advance(nextLook - clock.now());
    await turn(gateway, 2_000, 100);
    expect(books().calls.balance).toBe(balance);
  });

  it("waits for a list that fails, and is settled by a later one", async () => {
    const gateway = await startAt(UPSTREAM);
    const { control } = gateway.sandbox;
    control.failNext({ upstream: UPSTREAM, endpoint: "orders", kind: "html_502", times: 2 });
    control.failNext({ upstream: UPSTREAM, endpoint: "balance", kind: "html_502", times: 2 });
    await breakOff(gateway, UPSTREAM, "reset_after");
    await turn(gateway, 30_000);
    expect(await statuses(gateway)).toEqual([Status.PENDING]);
    await turn(gateway, 60_000);
    expect(await statuses(gateway)).toEqual([Status.WAITING]);
  });

  it("that an operator has settled meanwhile is left as it is", async () => {
    const gateway = await startAt(UPSTREAM);
    await breakOff(gateway, UPSTREAM, "reset_before");
    const [verification] = (await gateway.verifications.listVerifications({})).verifications;
    const operator = await connectOperator(`${databaseOf(gateway)}.sock`);
    await operator?.settle({ order_id: verification?.verificationId ?? "", sold: false });
    await turn(gateway, 40_000);
    expect(await statuses(gateway)).toEqual([Status.FAILED]);
    expect(gateway.log.join("")).not.toContain('"level":50');
  });

  /** Behind a proxy that can keep the upstream's answers back. */
  async function startBehindProxy() {
    const sandbox = await startSandbox({ clock: createHandClock(), codeDelayMs: Number.POSITIVE_INFINITY });
    onTestFinished(() => sandbox.close());
    const proxy = await startHeldProxy(sandbox.baseUrls[UPSTREAM]);
    const upstreams = () =>
      `upstreams: [{ id: ${UPSTREAM}, provider: ${UPSTREAM}, api_key: sandbox, base_url: "${proxy.url}" }]`;
    const gateway = { ...(await startGateway({ upstreams })), sandbox };
    await witnessed(gateway);
    return { gateway, proxy };
  }

  it("that an operator settles during a look is left as it is, and the others are settled by that look", async () => {
    const { gateway, proxy } = await startBehindProxy();
    await breakOff(gateway, UPSTREAM, "unreadable_after");
    await breakOff(gateway, UPSTREAM, "unreadable_after");
    const { held, release } = proxy.hold(/balance/);
    await gateway.clock.advance(3_000);
    await until(() => held() > 0);
    const [, first] = (await gateway.verifications.listVerifications({})).verifications;
    const order = gateway.sandbox.control.books()[UPSTREAM].orders.at(-1);
    const operator = await connectOperator(`${databaseOf(gateway)}.sock`);
    await operator?.settle({
      order_id: first?.verificationId ?? "",
      sold: true,
      order_ref: order?.ref,
      number: order?.phone,
    });
    release();
    await turn(gateway, 1_000);
    expect(await statuses(gateway)).toEqual([Status.WAITING, Status.WAITING]);
    expect(gateway.log.join("")).not.toContain('"level":50');
  });

  it("that comes up while others are looked into is settled after them, each once", async () => {
    const { gateway, proxy } = await startBehindProxy();
    const { held, release } = proxy.hold(/orders/);
    await breakOff(gateway, UPSTREAM, "unreadable_after");
    await gateway.clock.advance(3_000);
    await until(() => held() === 1);
    await breakOff(gateway, UPSTREAM, "unreadable_after");
    await turn(gateway, 4_000);
    release();
    await turn(gateway, 4_000);
    expect(await statuses(gateway)).toEqual([Status.WAITING, Status.WAITING]);
    expect(gateway.log.join("")).not.toContain('"level":50');
  });

  it("is not called unsold by an answer that was asked for before it was sold", async () => {
    const { gateway, proxy } = await startBehindProxy();
    const { held, release } = proxy.hold(/orders/);
    gateway.sandbox.control.failNext({ upstream: UPSTREAM, endpoint: "balance", kind: "html_502", times: 100 });
    await breakOff(gateway, UPSTREAM, "html");
    await gateway.clock.advance(3_000);
    await until(() => held() === 1);
    await breakOff(gateway, UPSTREAM, "unreadable_after");
    await turn(gateway, 20_000);
    release();
    await turn(gateway, 60_000);
    expect(await statuses(gateway)).toEqual([Status.FAILED, Status.WAITING]);
    await expectEqualBooks(gateway, UPSTREAM);
  });

  it("at PVAPins gets no number that was bought on the account before, whatever the history shows", async () => {
    const gateway = await startAt("pvapins");
    const place = "customer=sandbox&app=Whatsapp1&country=USA";
    await fetch(`${gateway.sandbox.baseUrls.pvapins}/get_number.php?${place}`);
    await gateway.clock.advance(60_000);
    const after = await gateway.restart();
    await witnessed(after);
    await breakOff(after, "pvapins", "reset_before");
    await turn(after, 40_000);
    const { verifications } = await after.verifications.listVerifications({});
    expect(verifications.map(({ phoneNumber }) => phoneNumber)).toEqual([""]);
    expect(verifications[0]?.status).not.toBe(Status.WAITING);
  });
});
