import { expect, it } from "vitest";
import type { NewAttempt, Store } from "../../src/core/store.ts";
import { aMessage, anAttempt, aPurchase, aWish, callerNamed, minutesLater, NOON, refusal } from "./samples.ts";

export function resaleClaims(store: () => Store): void {
  async function begin(caller: string, place: Partial<NewAttempt> = {}): Promise<string> {
    const wish = aWish({ caller: callerNamed(caller) });
    await store().createVerification(wish);
    await store().beginAttempt(wish.verificationId, wish.caller, anAttempt(place));
    return wish.verificationId;
  }
  const buy = async (caller: string, orderRef: string, place: Partial<NewAttempt> = {}) =>
    (await store().recordPurchase(await begin(caller, place), aPurchase({ orderRef }))).verificationId;

  it("is nobody's but the first one's until that has ended", async () => {
    const first = await buy("ci", "same");
    const second = await begin("qa");
    const before = await store().getVerification("qa", second);
    const sold = () => store().recordPurchase(second, aPurchase({ orderRef: "same" }));
    await expect(sold()).rejects.toMatchObject(refusal("PURCHASE_UNCERTAIN"));
    expect(await store().getVerification("qa", second)).toStrictEqual(before);

    await store().recordMessages(first, [aMessage()], NOON);
    await expect(sold()).rejects.toMatchObject(refusal("PURCHASE_UNCERTAIN"));
    expect(await store().recordUncertain(second, NOON)).toMatchObject({ status: "PENDING" });
    await store().recordEnd(first, "COMPLETED", undefined, NOON);
    expect(await sold()).toMatchObject({ status: "WAITING", orderRef: "same" });
  });

  it("is one verification's when two are to have it at the same time", async () => {
    const ids = [await begin("ci"), await begin("qa")];
    const purchase = aPurchase();
    const answers = await Promise.allSettled(ids.map((id) => store().recordPurchase(id, purchase)));
    expect(answers.map((answer) => answer.status)).toEqual(["fulfilled", "rejected"]);
  });

  it("is another order at another upstream, and at another provider", async () => {
    const first = await buy("ci", "same");
    await store().recordMessages(first, [aMessage()], NOON);
    for (const place of [{ upstream: "zeta" }, { provider: "zetasms" }]) {
      const other = await buy("qa", "same", place);
      expect(await store().recordMessages(other, [aMessage()], NOON)).toMatchObject({ added: true });
    }
  });

  it("does not bring the messages of the one before", async () => {
    const first = await buy("ci", "same");
    await store().recordMessages(first, [aMessage()], NOON);
    await store().recordEnd(first, "COMPLETED", undefined, NOON);

    const second = await buy("qa", "same");
    const before = await store().getVerification("qa", second);
    const old = await store().recordMessages(second, [aMessage()], minutesLater(1));
    expect(old).toStrictEqual({ added: false, verification: before });

    const fresh = aMessage({ messageId: "m2", code: "654321" });
    const { verification } = await store().recordMessages(second, [fresh, aMessage()], minutesLater(2));
    expect(verification).toMatchObject({ status: "RECEIVED", code: "654321", messages: [{ messageId: "m2" }] });
  });

  it("gives what comes late to nobody but the last who bought it", async () => {
    const first = await buy("ci", "same");
    await store().recordEnd(first, "EXPIRED", undefined, NOON);
    const second = await buy("qa", "same");
    const before = await store().getVerification("ci", first);
    const late = await store().recordMessages(first, [aMessage()], minutesLater(1));
    expect(late).toStrictEqual({ added: false, verification: before });
    expect(await store().recordMessages(second, [aMessage()], minutesLater(1))).toMatchObject({ added: true });

    const third = await buy("ci", "other");
    await store().recordEnd(third, "EXPIRED", undefined, NOON);
    expect(await store().recordMessages(third, [aMessage()], minutesLater(1))).toMatchObject({ added: true });
    const fourth = await buy("qa", "other");
    expect(await store().recordMessages(fourth, [aMessage()], minutesLater(2))).toMatchObject({ added: false });
  });
}
