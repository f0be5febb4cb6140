import { expect, it } from "vitest";
import type { Store } from "../../src/core/store.ts";
import {
  aMessage,
  anAttempt,
  aPurchase,
  aWish,
  buying,
  callerNamed,
  created,
  minutesLater,
  NOON,
  REQUEST,
  received,
  refusal,
  uncertain,
  usd,
  waiting,
} from "./samples.ts";

const YEAR_LATER = new Date("2027-05-15T12:00:00Z");
/** Before all that the tests record. */
const LONG_AGO = new Date("2020-01-01T00:00:00Z");

export function retentionClaims(store: () => Store): void {
  async function ended(minute: number, refund = usd("0.45")): Promise<string> {
    const id = await waiting(store());
    return (await store().recordEnd(id, "CANCELLED", refund, minutesLater(minute))).verificationId;
  }
  async function completed(minute: number): Promise<string> {
    const id = await received(store(), { request: { ...REQUEST, labels: { run: "7" } } });
    return (await store().recordEnd(id, "COMPLETED", undefined, minutesLater(minute))).verificationId;
  }
  const forgetOrders = (before: Date, limit = 100) => store().forget({ messages: LONG_AGO, orders: before }, limit);
  const forgetMessages = (before: Date, limit = 100) => store().forget({ messages: before, orders: LONG_AGO }, limit);

  it("takes the messages and the code, and leaves the order", async () => {
    const id = await completed(10);
    const { code: _, messages: __, ...rest } = await store().getVerification("ci", id);
    const history = await store().history({ limit: 100 });
    expect(await forgetMessages(minutesLater(11))).toBe(1);
    expect(await store().getVerification("ci", id)).toStrictEqual({ ...rest, messages: [] });
    expect(await store().history({ limit: 100 })).toStrictEqual(history);
    expect(await forgetMessages(minutesLater(11))).toBe(0);
  });

  it("takes what came late as well", async () => {
    const id = await ended(5);
    await store().recordMessages(id, [aMessage()], minutesLater(8));
    expect(await forgetMessages(minutesLater(6))).toBe(1);
    expect(await store().getVerification("ci", id)).toMatchObject({ messages: [] });
  });

  it("takes no message of what has not ended, or ended later", async () => {
    const [open, later] = [await received(store()), await completed(10)];
    expect(await forgetMessages(minutesLater(10))).toBe(0);
    for (const id of [open, later]) {
      expect(await store().getVerification("ci", id)).toMatchObject({ code: "123456", messages: [{}] });
    }
    expect(await store().forget({ messages: YEAR_LATER, orders: LONG_AGO }, 100)).toBe(1);
    expect(await store().getVerification("ci", open)).toMatchObject({ code: "123456", messages: [{}] });
  });

  it("takes a whole order, with its history and its money, and none that ended later", async () => {
    const wish = aWish();
    await store().createVerification(wish);
    await store().recordFailure(wish.verificationId, minutesLater(4));
    const [gone, stays] = [await completed(5), await ended(6)];
    expect(await forgetOrders(minutesLater(6))).toBe(2);

    for (const id of [wish.verificationId, gone]) {
      await expect(store().getVerification("ci", id)).rejects.toMatchObject(refusal("NOT_FOUND"));
    }
    const { items } = await store().listVerifications("ci", { statuses: [], pageSize: 10 });
    expect(items.map((verification) => verification.verificationId)).toEqual([stays]);
    const label = { key: "run", value: "7" };
    expect(await store().listVerifications("ci", { statuses: [], label, pageSize: 10 })).toEqual({ items: [] });
    const events = await store().history({ limit: 100 });
    expect(new Set(events.map((event) => event.orderId))).toEqual(new Set([stays]));
    expect(await store().createVerification({ ...wish, verificationId: "anew" })).toMatchObject({ created: true });
  });

  it("leaves the counters what they are, and equal to all entries there ever were", async () => {
    const costs = async (id: string) => store().recordEnd(id, "EXPIRED", usd("0.05"), NOON);
    for (let i = 0; i < 3; i += 1) await costs(await waiting(store()));
    await waiting(store());
    expect(await forgetOrders(minutesLater(1))).toBe(3);
    expect(await store().checkLedger()).toEqual([]);
    expect(await store().checkLedger({ repair: true })).toEqual([]);

    const reserve = async (perDay: string) => {
      const caller = callerNamed("ci", { perDay: usd(perDay) });
      const { verificationId } = await created(store(), { caller });
      return store().beginAttempt(verificationId, caller, anAttempt({ quotedPrice: usd("0.01") }));
    };
    await expect(reserve("1.65")).rejects.toMatchObject({ metadata: { spent: "1.65 USD" } });
    await reserve("1.66");
    expect(await store().checkLedger()).toEqual([]);
  });

  it("takes nothing that is open, or may have bought, however old", async () => {
    const ids = [
      (await created(store())).verificationId,
      await buying(store()),
      await uncertain(store()),
      await waiting(store()),
      await received(store()),
    ];
    const before = await store().openVerifications();
    expect(await store().forget({ messages: YEAR_LATER, orders: YEAR_LATER }, 100)).toBe(0);
    expect(await store().openVerifications()).toStrictEqual(before);
    expect(before.map((verification) => verification.verificationId)).toEqual(ids);
  });

  it("takes a batch at a time, and says when nothing is left", async () => {
    for (let i = 0; i < 5; i += 1) await completed(i);
    const everything = { messages: YEAR_LATER, orders: YEAR_LATER };
    const touched: number[] = [];
    do touched.push(await store().forget(everything, 4));
    while (touched.at(-1) === 4);
    expect(touched).toEqual([4, 4, 2]);
    expect((await store().listVerifications("ci", { statuses: [], pageSize: 10 })).items).toEqual([]);
    expect(await store().history({ limit: 10 })).toEqual([]);
    expect(await store().checkLedger()).toEqual([]);
  });

  it("uses no place in the history again", async () => {
    await ended(1);
    const last = (await store().history({ limit: 100 })).at(-1);
    await forgetOrders(YEAR_LATER);
    await created(store());
    const [next] = await store().history({ limit: 100 });
    expect(next?.seq).toBeGreaterThan(last?.seq ?? 0n);
  });

  it("lets a purchase go on beside it", async () => {
    for (let i = 0; i < 10; i += 1) await completed(i);
    const id = await buying(store());
    const [bought, forgotten] = await Promise.all([
      store().recordPurchase(id, aPurchase()),
      forgetOrders(YEAR_LATER, 100),
      buying(store()),
    ]);
    expect([bought.status, forgotten]).toEqual(["WAITING", 10]);
    expect(await store().checkLedger()).toEqual([]);
    expect(NOON.getTime()).toBeLessThan(YEAR_LATER.getTime());
  });
}
