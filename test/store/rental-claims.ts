import { expect, it } from "vitest";
import type { NewRental } from "../../src/core/records.ts";
import type { Store } from "../../src/core/store.ts";
import type { Message } from "../../src/core/verification.ts";
import { anAttempt, aPurchase, CI, callerNamed, minutesLater, NOON, REQUEST, refusal, usd } from "./samples.ts";

const DAY_MINUTES = 24 * 60;
let made = 0;

function aRental(fields: Partial<NewRental> = {}): NewRental {
  made += 1;
  return {
    rentalId: `rnt-${made}`,
    caller: CI,
    requestId: `rental-request-${made}`,
    fingerprint: "as sent",
    request: { ...REQUEST, days: 3 },
    time: NOON,
    ...fields,
  };
}

/** A rental for three days, at 3.00. */
async function active(store: Store, fields: Partial<NewRental> = {}): Promise<string> {
  const wish = aRental(fields);
  const { rentalId, caller } = wish;
  await store.rentals.create(wish);
  await store.rentals.beginAttempt(rentalId, caller, anAttempt({ quotedPrice: usd("3.00") }));
  const expireTime = minutesLater(3 * DAY_MINUTES);
  await store.rentals.recordPurchase(rentalId, aPurchase({ price: usd("3.00"), expireTime }));
  return rentalId;
}

/** An extension by three days whose first attempt is under way. */
async function extending(store: Store, rentalId: string, requestId = `extension-${made++}`): Promise<string> {
  const wish = { rentalId, caller: CI, requestId, fingerprint: "as sent", days: 3, time: minutesLater(10) };
  const { extension } = await store.extensions.create({ ...wish, extensionId: `ext-${requestId}` });
  const attempt = anAttempt({ quotedPrice: usd("4.00"), time: minutesLater(DAY_MINUTES) });
  await store.extensions.beginAttempt(extension.extensionId, CI, attempt);
  return extension.extensionId;
}

function aText(messageId: string, fields: Partial<Message> = {}): Message & { isAnonymous: boolean } {
  const message = { messageId, text: messageId, receiveTime: minutesLater(20), late: false };
  return { ...message, isAnonymous: false, ...fields };
}

export function rentalClaims(store: () => Store): void {
  it("keeps a rental as it was asked for, and a repeated request id gives it again", async () => {
    const wish = aRental({ autoRenewal: { days: 3, maxPrice: usd("5.00") } });
    const { rental, created } = await store().rentals.create(wish);
    expect(created).toBe(true);
    expect(rental).toMatchObject({ status: "PENDING", totalDays: 3, messageCount: 0, request: wish.request });
    expect(rental.autoRenewal).toEqual({ days: 3, maxPrice: usd("5.00") });
    expect(await store().rentals.create(wish)).toEqual({ rental, created: false });
    const verification = { ...wish, verificationId: "ver-x", request: REQUEST };
    await expect(store().createVerification(verification)).rejects.toMatchObject(refusal("REQUEST_ID_REUSED"));
    await expect(store().rentals.get("qa", rental.rentalId)).rejects.toMatchObject(refusal("NOT_FOUND"));
  });

  it("lengthens a rental by what was bought, with its money and its attempts", async () => {
    const rentalId = await active(store());
    const extensionId = await extending(store(), rentalId);
    expect(await store().pendingPurchases()).toMatchObject([
      { orderId: extensionId, product: "EXTENSION", extends: { fromTime: minutesLater(3 * DAY_MINUTES), days: 3 } },
    ]);
    const expireTime = minutesLater(6 * DAY_MINUTES);
    const longer = await store().extensions.recordPurchase(extensionId, { price: usd("4.00"), expireTime, time: NOON });
    expect(longer).toMatchObject({ status: "ACTIVE", totalDays: 6, price: usd("7.00"), expireTime });
    expect(longer.attempts.map(({ outcome }) => outcome)).toEqual(["BOUGHT", "BOUGHT"]);
    expect(await store().checkLedger()).toEqual([]);
  });

  it("begins no extension beside one that is not settled, nor for a term that has moved", async () => {
    const rentalId = await active(store());
    const extensionId = await extending(store(), rentalId);
    await store().extensions.recordUncertain(extensionId, NOON);
    await expect(extending(store(), rentalId)).rejects.toMatchObject(refusal("PURCHASE_UNCERTAIN"));
    await store().extensions.recordRefusal(extensionId, "UPSTREAMS_UNAVAILABLE", NOON);
    await store().extensions.recordFailure(extensionId, NOON);
    expect((await store().rentals.get("ci", rentalId)).totalDays).toBe(3);
    const renewal = { rentalId, caller: CI, fingerprint: "", days: 3, time: NOON, onlyIfExpiring: NOON };
    const late = store().extensions.create({ ...renewal, extensionId: "ext-late", requestId: "late" });
    await expect(late).rejects.toMatchObject(refusal("ALREADY_ENDED"));
    await extending(store(), rentalId);
  });

  it("gives money back to the days that it was taken from, the newest first", async () => {
    const rentalId = await active(store());
    const extensionId = await extending(store(), rentalId);
    const expireTime = minutesLater(6 * DAY_MINUTES);
    await store().extensions.recordPurchase(extensionId, { price: usd("4.00"), expireTime, time: NOON });
    const cancelled = await store().rentals.recordEnd(rentalId, "CANCELLED", usd("5.00"), minutesLater(30));
    expect(cancelled).toMatchObject({ status: "CANCELLED", refund: usd("5.00"), price: usd("7.00") });
    const refunds = (await store().history({ limit: 100 })).flatMap(({ orderId, entries }) =>
      entries.filter(({ kind }) => kind === "refund").map(({ money }) => [orderId, money]),
    );
    expect(refunds).toEqual([
      [extensionId, usd("4.00")],
      [rentalId, usd("1.00")],
    ]);
    expect(await store().checkLedger()).toEqual([]);
    expect(await store().rentals.recordRefund(rentalId, usd("1.00"), NOON)).toMatchObject({ refund: usd("5.00") });
  });

  it("adds each message once, in order, and pages through them from either end", async () => {
    const rentalId = await active(store());
    const texts = Array.from({ length: 25 }, (_, nth) => aText(`m${nth}`));
    await store().rentals.recordMessages(rentalId, texts.slice(0, 20), NOON);
    const { added, rental } = await store().rentals.recordMessages(rentalId, texts, NOON);
    expect(added.map(({ messageId }) => messageId)).toEqual(["m20", "m21", "m22", "m23", "m24"]);
    expect(rental.messageCount).toBe(25);
    const place = await store().rentals.placeOf("ci", rentalId, "m22");
    expect((await store().rentals.messagesAfter(rentalId, place, 10)).map(({ messageId }) => messageId)).toEqual([
      "m23",
      "m24",
    ]);
    const first = await store().rentals.listMessages("ci", rentalId, 20);
    const second = await store().rentals.listMessages("ci", rentalId, 20, first.nextPageToken);
    const listed = [...first.items, ...second.items].map(({ messageId }) => messageId);
    expect(listed).toEqual(texts.map(({ messageId }) => messageId).toReversed());
    await expect(store().rentals.placeOf("ci", rentalId, "none")).rejects.toMatchObject(refusal("NOT_FOUND"));
  });

  it("takes an anonymous message for another once something else came", async () => {
    const rentalId = await active(store());
    for (const id of ["a", "a", "b", "a", "a"]) {
      await store().rentals.recordMessages(rentalId, [aText(id, { isAnonymous: true } as object)], NOON);
    }
    const { items } = await store().rentals.listMessages("ci", rentalId, 10);
    expect(items.map(({ messageId }) => messageId)).toEqual(["a.1", "b", "a"]);
  });

  it("hands the first new code to whoever waits on the rental, and none that is older", async () => {
    const rentalId = await active(store());
    const wish = { caller: CI, fingerprint: "", rentalId, labels: {}, time: minutesLater(60) };
    const expireTime = minutesLater(80);
    await store().rentals.createWait({ ...wish, verificationId: "wait", requestId: "wait", expireTime });
    const old = aText("old", { code: "111111", receiveTime: minutesLater(30) });
    expect((await store().rentals.recordMessages(rentalId, [old], minutesLater(61))).waits).toEqual([]);
    const fresh = [aText("no code", { receiveTime: minutesLater(62) })];
    const coded = aText("new", { code: "222222", receiveTime: minutesLater(62) });
    const { waits } = await store().rentals.recordMessages(rentalId, [...fresh, coded], minutesLater(63));
    expect(waits).toMatchObject([{ verificationId: "wait", status: "RECEIVED", code: "222222", attempts: [] }]);
    await store().recordEnd("wait", "COMPLETED", undefined, NOON);
    const other = { ...wish, caller: callerNamed("qa"), verificationId: "other", requestId: "other", expireTime };
    await expect(store().rentals.createWait(other)).rejects.toMatchObject(refusal("NOT_FOUND"));
  });

  it("tells of a near end once, until it moves", async () => {
    const rentalId = await active(store());
    const warned = await store().rentals.recordWarning(rentalId, NOON);
    expect(warned.expiresSoon).toBe(true);
    expect(await store().rentals.recordWarning(rentalId, NOON)).toEqual(warned);
    expect(await store().rentals.recordExpiry(rentalId, minutesLater(9_000), NOON)).toMatchObject({
      expiresSoon: false,
      expireTime: minutesLater(9_000),
    });
  });

  it("forgets a rental with all that stands under it, and the books stay right", async () => {
    const rentalId = await active(store());
    const extensionId = await extending(store(), rentalId);
    const expireTime = minutesLater(6 * DAY_MINUTES);
    await store().extensions.recordPurchase(extensionId, { price: usd("4.00"), expireTime, time: NOON });
    await store().rentals.recordMessages(rentalId, [aText("m")], NOON);
    await store().rentals.recordEnd(rentalId, "EXPIRED", usd("0.00"), minutesLater(30));
    const before = minutesLater(1_000_000);
    while ((await store().forget({ messages: before, orders: before }, 10)) > 0);
    expect(await store().rentals.list("ci", { statuses: [], pageSize: 10 })).toEqual({ items: [] });
    expect(await store().checkLedger()).toEqual([]);
  });

  it("keeps an eSIM's code, and pays for one that was sold and is not to be had", async () => {
    const request = { plan: "acme:usa", displayName: "USA 5GB" };
    const wish = { caller: CI, fingerprint: "", request, time: NOON };
    const { esims } = store();
    for (const esimId of ["had", "lost"]) {
      await esims.create({ ...wish, esimId, requestId: `esim-${esimId}` });
      await esims.beginAttempt(esimId, CI, anAttempt());
    }
    const sold = { orderRef: "e-1", activationCode: "LPA:1$a$b", price: usd("0.50"), time: NOON };
    expect(await esims.recordPurchase("had", sold)).toMatchObject({ status: "ACTIVE", activationCode: "LPA:1$a$b" });
    await esims.recordUncertain("lost", NOON);
    expect(await esims.recordLoss("lost", usd("0.50"), NOON)).toMatchObject({ status: "FAILED", price: usd("0.50") });
    expect((await esims.list("ci", { statuses: ["ACTIVE"], pageSize: 10 })).items).toHaveLength(1);
    await expect(esims.get("qa", "had")).rejects.toMatchObject(refusal("NOT_FOUND"));
    expect(await store().checkLedger()).toEqual([]);
  });
}
