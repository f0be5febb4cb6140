import { describe, expect, it } from "vitest";
import { Outcome } from "../../gen/numgate/v1/attempt_pb.ts";
import { RentalStatus as Status } from "../../gen/numgate/v1/rental_pb.ts";
import { until } from "../support/clock.ts";
import { reasonOf, usd } from "../support/gateway.ts";
import { deliver, get, messagesOf, rent, startRenting, turn, turnUntilRental, watch } from "./support.ts";

const DAY_MS = 24 * 60 * 60_000;
const REQUEST_ID = "3f1c2c1e-6f0e-4a52-9d5e-0d5f6f6a0c13";

describe("renting", () => {
  it("takes the cheapest at the price of the exact length, and says which lengths are sold for any other", async () => {
    const gateway = await startRenting();
    const { upstream, attempts } = await rent(gateway, { days: 7 });
    expect(upstream).toBe("ping");
    expect(attempts[0]?.explanation).toContain("the first of 2, by price");
    const { reason, error } = await reasonOf(rent(gateway, { days: 40 }));
    expect(reason).toBe("NO_OFFERS");
    expect(error.rawMessage).toContain("not sold for 40 days, but for 1, 1 to 30, 3, 7, 30");
    const { rentals } = await gateway.rentals.listRentals({});
    expect(rentals).toHaveLength(1);
  });

  it("is once for a request id, however many ask at once, and no verification's", async () => {
    const gateway = await startRenting({ at: ["ping"] });
    const calls = Array.from({ length: 30 }, () => rent(gateway, { requestId: REQUEST_ID }));
    const ids = new Set((await Promise.all(calls)).map(({ rentalId }) => rentalId));
    expect(ids.size).toBe(1);
    expect(gateway.sandbox.control.books().ping.orders).toHaveLength(1);
    expect(await reasonOf(rent(gateway, { requestId: REQUEST_ID, days: 4 }))).toMatchObject({
      reason: "REQUEST_ID_REUSED",
    });
    const verification = { countryCode: "US", service: "whatsapp", requestId: REQUEST_ID };
    expect(await reasonOf(gateway.verifications.createVerification(verification))).toMatchObject({
      reason: "REQUEST_ID_REUSED",
    });
  });

  it("and extending keep within the caller's budget, and within the price of the call", async () => {
    const config = `callers: [{ name: ci, token: token-of-ci-1234, budget: { per_day: "4.00" } }]`;
    const gateway = await startRenting({ at: ["ping"], config });
    const rentals = gateway.rentalsAs("token-of-ci-1234");
    const wish = { countryCode: "US", service: "whatsapp" };
    const tooDear = rentals.createRental({ ...wish, days: 30 });
    expect(await reasonOf(tooDear)).toMatchObject({ reason: "BUDGET_EXCEEDED" });
    const bounded = rentals.createRental({ ...wish, days: 3, maxPrice: usd(0, 1) });
    expect(await reasonOf(bounded)).toMatchObject({ reason: "PRICE_ABOVE_MAX" });
    const { rental } = await rentals.createRental({ ...wish, days: 1 });
    const rentalId = rental?.rentalId ?? "";
    expect(await reasonOf(rentals.extendRental({ rentalId, days: 30 }))).toMatchObject({ reason: "BUDGET_EXCEEDED" });
    const dear = rentals.extendRental({ rentalId, days: 1, maxPrice: usd(0, 1) });
    expect(await reasonOf(dear)).toMatchObject({
      reason: "PRICE_ABOVE_MAX",
      metadata: { rental_id: rentalId, lowest_price: "0.65", currency: "USD" },
    });
    expect(gateway.sandbox.control.books().ping.calls.rental_extend).toBeUndefined();
  });
});

describe("an extension", () => {
  it("is made once for a request id, also when many ask at once", async () => {
    const gateway = await startRenting({ at: ["ping"] });
    const { rentalId } = await rent(gateway);
    const call = () => gateway.rentals.extendRental({ rentalId, days: 2, requestId: REQUEST_ID });
    const answers = await Promise.all(Array.from({ length: 20 }, call));
    expect(new Set(answers.map(({ rental }) => rental?.totalDays))).toEqual(new Set([5]));
    expect(gateway.sandbox.control.books().ping.calls.rental_extend).toBe(1);
  });

  it("by a length that is not sold is refused with those that are, and after the end with that", async () => {
    const gateway = await startRenting({ at: ["smsverificationservice"] });
    const { rentalId } = await rent(gateway);
    const { reason, error } = await reasonOf(gateway.rentals.extendRental({ rentalId, days: 7 }));
    expect(reason).toBe("NOT_SUPPORTED");
    expect(error.rawMessage).toContain("not extend by 7 days, but by 3");
    await turnUntilRental(gateway, rentalId, ({ status }) => status === Status.EXPIRED, 3_600_000);
    expect(await reasonOf(gateway.rentals.extendRental({ rentalId, days: 3 }))).toMatchObject({
      reason: "ALREADY_ENDED",
    });
    expect(await reasonOf(gateway.rentals.cancelRental({ rentalId }))).toMatchObject({ reason: "ALREADY_ENDED" });
  });
});

describe("a rental", () => {
  it("is nobody else's: not to read, list, watch, extend, cancel or wait on", async () => {
    const config = "callers: [{ name: a, token: token-of-a-12345 }, { name: b, token: token-of-b-12345 }]";
    const gateway = await startRenting({ at: ["ping"], config });
    const [own, other] = [gateway.rentalsAs("token-of-a-12345"), gateway.rentalsAs("token-of-b-12345")];
    const { rentalId } = await rent({ rentals: own });
    const calls = [
      () => other.getRental({ rentalId }),
      () => other.extendRental({ rentalId, days: 1 }),
      () => other.cancelRental({ rentalId }),
      () => other.listRentalMessages({ rentalId }),
      () => other.setAutoRenewal({ rentalId }),
      () => other.watchRental({ rentalId })[Symbol.asyncIterator]().next(),
      () => gateway.as("token-of-b-12345").createVerification({ rentalId }),
    ];
    for (const call of calls) expect(await reasonOf(call())).toMatchObject({ reason: "NOT_FOUND" });
    expect((await other.listRentals({})).rentals).toEqual([]);
    expect((await own.listRentals({})).rentals).toHaveLength(1);
  });

  it("is collected for again after a restart, and still ends at its time", async () => {
    const before = await startRenting({ at: ["ping"] });
    const { rentalId } = await rent(before);
    const after = await before.restart();
    deliver(after, "ping", "Your code is 482910");
    await turnUntilRental(after, rentalId, ({ messageCount }) => messageCount === 1);
    await turnUntilRental(after, rentalId, ({ status }) => status === Status.EXPIRED, 3_600_000);
  });

  it("shows the same text again as another message where the upstream shows the newest alone", async () => {
    const gateway = await startRenting({ at: ["smsverificationservice"] });
    const { rentalId } = await rent(gateway);
    const texts = ["Your code is 111222", "Hello", "Your code is 111222"];
    for (const [nth, text] of texts.entries()) {
      deliver(gateway, "smsverificationservice", text);
      await turnUntilRental(gateway, rentalId, ({ messageCount }) => messageCount > nth);
      await turn(gateway, 10_000);
    }
    expect((await messagesOf(gateway, rentalId)).map(({ text }) => text)).toEqual(texts.toReversed());
  });

  it("gets both of two equal messages, and no message twice, where the upstream shows all without ids", async () => {
    const gateway = await startRenting({ at: ["pvapins"] });
    const { rentalId } = await rent(gateway);
    for (const text of ["Your code is 111222", "Your code is 111222", "Hello"]) deliver(gateway, "pvapins", text);
    await turnUntilRental(gateway, rentalId, ({ messageCount }) => messageCount === 3);
    await gateway.clock.advance(DAY_MS / 2);
    expect((await get(gateway, rentalId)).messageCount).toBe(3);
  });

  it("is looked at when its upstream calls back", async () => {
    const gateway = await startRenting({ at: ["smsverificationservice"] });
    const { rentalId } = await rent(gateway);
    await gateway.clock.advance(DAY_MS / 2);
    deliver(gateway, "smsverificationservice", "Your code is 482910");
    const [order] = gateway.sandbox.control.books().smsverificationservice.orders;
    const body = JSON.stringify({ event: "incoming_message", message: { order_id: Number(order?.ref), sms: "no" } });
    const url = `${gateway.url}/callbacks/smsverificationservice?secret=svs-secret-12345678`;
    expect((await fetch(url, { method: "POST", body })).status).toBe(200);
    await turn(gateway, 2_000);
    expect((await messagesOf(gateway, rentalId)).map(({ text }) => text)).toEqual(["Your code is 482910"]);
  });

  it("is moved to the end that its upstream lists", async () => {
    const gateway = await startRenting({ at: ["smsverificationservice"] });
    const { rentalId } = await rent(gateway, { service: "tinder", days: 1 });
    const before = await get(gateway, rentalId);
    const [order] = gateway.sandbox.control.books().smsverificationservice.orders;
    await fetch(`${gateway.sandbox.baseUrls.smsverificationservice}/order/${order?.ref}/renew/`, {
      method: "POST",
      headers: { authorization: "Bearer sandbox" },
    });
    const endOf = ({ expireTime }: typeof before) => Number(expireTime?.seconds) * 1_000;
    const isMoved = (rental: typeof before) => endOf(rental) > endOf(before) + DAY_MS / 2;
    const moved = await turnUntilRental(gateway, rentalId, isMoved, 60_000);
    const [renewed] = gateway.sandbox.control.books().smsverificationservice.orders;
    // The upstream says what is left, and the hand turns the clock while it does.
    expect(Math.abs(endOf(moved) - Date.parse(renewed?.expires ?? ""))).toBeLessThanOrEqual(60_000);
  });
});

describe("a rental at PVAPins", () => {
  it("is moved to the end that its upstream lists", async () => {
    const before = await startRenting({ at: ["pvapins"] });
    const { rentalId } = await rent(before);
    const end = async ({ rentals }: typeof before) => Number((await get({ rentals }, rentalId)).expireTime?.seconds);
    const endBefore = await end(before);
    const [order] = before.sandbox.control.books().pvapins.orders;
    const query = new URLSearchParams({
      customer: "sandbox",
      number: order?.phone.slice(1) ?? "",
      country: "USA",
      app: order?.service ?? "",
    });
    await fetch(`${before.sandbox.baseUrls.pvapins}/rent_renew_number.php?${query}`);
    const gateway = await before.restart();
    await until(async () => (await end(gateway)) !== endBefore);
    // Its list tells the time by the minute.
    expect(Math.abs((await end(gateway)) - endBefore - (3 * DAY_MS) / 1000)).toBeLessThan(61);
  });
});

describe("a rental that is not new any more", () => {
  it.each(["smsverificationservice", "pvapins"] as const)(
    "is not taken back by %s after a message",
    async (upstream) => {
      const gateway = await startRenting({ at: [upstream] });
      const { rentalId } = await rent(gateway);
      deliver(gateway, upstream, "Your code is 482910");
      expect(await reasonOf(gateway.rentals.cancelRental({ rentalId }))).toMatchObject({ reason: "NOT_SUPPORTED" });
      expect((await get(gateway, rentalId)).status).toBe(Status.ACTIVE);
      expect(gateway.sandbox.control.books()[upstream].orders[0]?.status).toBe("active");
    },
  );

  it("is not taken back by handler_api after 20 minutes", async () => {
    const gateway = await startRenting({ at: ["handler_api"] });
    const { rentalId } = await rent(gateway);
    await gateway.clock.advance(21 * 60_000);
    expect(await reasonOf(gateway.rentals.cancelRental({ rentalId }))).toMatchObject({ reason: "NOT_SUPPORTED" });
    expect((await get(gateway, rentalId)).status).toBe(Status.ACTIVE);
  });

  it("is taken back by ping for the days that have not begun, also after a message", async () => {
    const gateway = await startRenting({ at: ["ping"] });
    const { rentalId, price } = await rent(gateway, { days: 5 });
    deliver(gateway, "ping", "Your code is 482910");
    await gateway.clock.advance(DAY_MS * 1.5);
    const { rental } = await gateway.rentals.cancelRental({ rentalId });
    const micros = (money: typeof price) => Number(money?.units) * 1_000_000 + Number(money?.nanos) / 1_000;
    expect(micros(rental?.refund)).toBe((micros(price) / 5) * 3);
    expect(gateway.sandbox.control.books().ping.orders[0]?.refunded).toBe("1.95");
  });
});

describe("a watcher", () => {
  it("that reconnects a hundred times during a burst of a thousand messages sees each once, in order", async () => {
    const gateway = await startRenting({ at: ["ping"] });
    const { rentalId } = await rent(gateway);
    const seen: string[] = [];
    let after = "";
    for (let connection = 0; connection < 100; connection += 1) {
      const watcher = watch(gateway, rentalId, after);
      for (let nth = 0; nth < 10; nth += 1) deliver(gateway, "ping", `Message ${connection * 10 + nth}, no code`);
      await gateway.clock.advance(4_000);
      // Some leave while messages come, some before any has.
      if (connection % 3 > 0) await watcher.until(() => watcher.messages.length > connection % 7);
      watcher.leave();
      await watcher.ended;
      seen.push(...watcher.messages.map(({ text }) => text));
      after = watcher.messages.at(-1)?.messageId ?? after;
    }
    const last = watch(gateway, rentalId, after);
    await turnUntilRental(gateway, rentalId, ({ messageCount }) => messageCount === 1000);
    await last.until(() => seen.length + last.messages.length >= 1000);
    seen.push(...last.messages.map(({ text }) => text));
    expect(seen).toEqual(Array.from({ length: 1000 }, (_, nth) => `Message ${nth}, no code`));

    const pages: string[] = [];
    for (let pageToken = ""; ; ) {
      const page = await gateway.rentals.listRentalMessages({ rentalId, pageSize: 300, pageToken });
      pages.push(...page.messages.map(({ text }) => text));
      pageToken = page.nextPageToken;
      if (!pageToken) break;
    }
    expect(pages).toEqual(seen.toReversed());
  });

  it("with a message that the rental does not have is told so", async () => {
    const gateway = await startRenting({ at: ["ping"] });
    const { rentalId } = await rent(gateway);
    const events = gateway.rentals.watchRental({ rentalId, afterMessageId: "msg_none" });
    expect(await reasonOf(events[Symbol.asyncIterator]().next())).toMatchObject({ reason: "NOT_FOUND" });
  });
});

describe("a rental that renews itself", () => {
  const renewal = { days: 3, maxPrice: usd(5) };

  it("does so once at each end, also when the daemon is restarted then, and within its price", async () => {
    let gateway = await startRenting({ at: ["ping"] });
    const { rentalId } = await rent(gateway, { autoRenewal: renewal });
    for (const days of [6, 9]) {
      await turnUntilRental(gateway, rentalId, ({ totalDays }) => totalDays >= days, 3_600_000);
      gateway = await gateway.restart();
      await turn(gateway, 5_000);
      const { attempts, totalDays, expiresSoon } = await get(gateway, rentalId);
      expect({ totalDays, expiresSoon }).toEqual({ totalDays: days, expiresSoon: false });
      expect(attempts.every(({ outcome }) => outcome === Outcome.BOUGHT)).toBe(true);
    }
    expect(gateway.sandbox.control.books().ping.calls.rental_extend).toBe(2);
    await gateway.rentals.setAutoRenewal({ rentalId });
    await turnUntilRental(gateway, rentalId, ({ status }) => status === Status.EXPIRED, 3_600_000);
    expect(gateway.sandbox.control.books().ping.calls.rental_extend).toBe(2);
  });

  it("does not above its price, and not before it is asked to", async () => {
    const gateway = await startRenting({ at: ["ping"] });
    const cheap = await rent(gateway, { autoRenewal: { maxPrice: usd(0, 1) } });
    const plain = await rent(gateway);
    expect(cheap.autoRenewal?.days).toBe(3);
    expect(plain.autoRenewal).toBeUndefined();
    for (const { rentalId } of [cheap, plain]) {
      await turnUntilRental(gateway, rentalId, ({ status }) => status === Status.EXPIRED, 3_600_000);
    }
    expect(gateway.sandbox.control.books().ping.calls.rental_extend).toBeUndefined();
  });

  it("does when that is switched on although the end is near already", async () => {
    const gateway = await startRenting({ at: ["ping"] });
    const { rentalId } = await rent(gateway);
    await turnUntilRental(gateway, rentalId, ({ expiresSoon }) => expiresSoon, 3_600_000);
    await gateway.rentals.setAutoRenewal({ rentalId, autoRenewal: renewal });
    await until(async () => (await get(gateway, rentalId)).totalDays === 6);
  });
});
