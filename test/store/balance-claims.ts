import { expect, it } from "vitest";
import type { NewAttempt, Store } from "../../src/core/store.ts";
import { anAttempt, aPurchase, aWish, eur, minutesLater, NOON, usd } from "./samples.ts";

export function balanceClaims(store: () => Store): void {
  const balance = (minute: number, left = usd("10"), provider = "acmesms") => ({
    upstream: "acme",
    provider,
    balance: left,
    time: minutesLater(minute),
  });
  async function begun(place: Partial<NewAttempt> = {}): Promise<string> {
    const wish = aWish();
    await store().createVerification(wish);
    await store().beginAttempt(wish.verificationId, wish.caller, anAttempt(place));
    return wish.verificationId;
  }
  async function bought(minute: number, price = usd("0.45"), place: Partial<NewAttempt> = {}): Promise<string> {
    const id = await begun(place);
    await store().recordPurchase(id, aPurchase({ price, time: minutesLater(minute) }));
    return id;
  }
  const movement = (minute: number, withoutId = "none") =>
    store().movementSince("acme", "acmesms", minutesLater(minute), withoutId);

  it("remembers the newest balance of each account", async () => {
    expect(await store().lastBalance("acme", "acmesms")).toBeUndefined();
    const newest = { ...balance(5), balance: { currency: "USD", micros: 2n ** 53n + 1n } };
    for (const seen of [balance(1), newest, balance(3)]) await store().recordBalance(seen);
    await store().recordBalance(balance(2, eur("-1"), "zetasms"));
    expect(await store().lastBalance("acme", "acmesms")).toStrictEqual(newest);
    expect(await store().lastBalance("acme", "zetasms")).toStrictEqual(balance(2, eur("-1"), "zetasms"));
    expect(await store().lastBalance("zeta", "acmesms")).toBeUndefined();
  });

  it("sums what was charged and refunded since, by currency", async () => {
    const early = await bought(1);
    await bought(2, usd("0.20"));
    await bought(3, eur("1"));
    await store().recordEnd(early, "CANCELLED", usd("0.40"), minutesLater(4));
    const spent = (...amounts: unknown[]) => ({ spent: amounts, unknown: 0 });
    expect(await movement(0)).toEqual(spent(eur("1"), usd("0.25")));
    expect(await movement(1)).toEqual(spent(eur("1"), usd("-0.20")));
    expect(await movement(3)).toEqual(spent(usd("-0.40")));
    expect(await movement(4)).toEqual(spent());
  });

  it("leaves out other accounts, and the order at hand", async () => {
    const id = await bought(1);
    await bought(1, usd("1"), { upstream: "zeta" });
    await bought(1, usd("1"), { provider: "zetasms" });
    await begun({ upstream: "zeta" });
    expect(await movement(0, id)).toEqual({ spent: [], unknown: 0 });
  });

  it("counts what nobody knows: attempts without an outcome, and ends without a refund", async () => {
    const mine = await begun();
    await store().recordUncertain(mine, NOON);
    expect(await movement(0, mine)).toEqual({ spent: [], unknown: 0 });

    const [underWay, doubted] = [await begun(), await begun()];
    await store().recordUncertain(doubted, NOON);
    expect(await movement(0, mine)).toMatchObject({ unknown: 2 });
    await store().recordRefusal(underWay, "NO_NUMBERS", minutesLater(1));
    await store().recordLoss(doubted, usd("0.30"), minutesLater(1));
    expect(await movement(0, mine)).toEqual({ spent: [usd("0.30")], unknown: 0 });

    const [cancelled, expired] = [await bought(2, usd("0")), await bought(2, usd("0"))];
    await store().recordEnd(cancelled, "CANCELLED", undefined, minutesLater(3));
    await store().recordEnd(expired, "EXPIRED", undefined, minutesLater(4));
    expect(await movement(2, mine)).toMatchObject({ unknown: 2 });
    expect(await movement(3, mine)).toMatchObject({ unknown: 1 });
    await store().recordRefund(expired, usd("0"), minutesLater(5));
    expect(await movement(3, mine)).toMatchObject({ unknown: 0 });
  });

  it("knows which of an account's orders are here, also when they have ended", async () => {
    const open = await bought(1);
    const done = await bought(1);
    await store().recordEnd(done, "CANCELLED", usd("0.45"), NOON);
    const refs = await Promise.all(
      [open, done].map(async (id) => (await store().getVerification("ci", id)).orderRef ?? ""),
    );
    expect(await store().heldOrders("acme", "acmesms", [...refs, "strange"])).toEqual(new Set(refs));
    expect(await store().heldOrders("acme", "zetasms", refs)).toEqual(new Set());
    expect(await store().heldOrders("zeta", "acmesms", refs)).toEqual(new Set());
    expect(await store().heldOrders("acme", "acmesms", [])).toEqual(new Set());
  });
}
