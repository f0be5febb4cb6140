import { expect, it } from "vitest";
import type { Store } from "../../src/core/store.ts";
import {
  aMessage,
  anAttempt,
  bug,
  buying,
  callerNamed,
  created,
  minutesLater,
  NOON,
  refusal,
  uncertain,
  usd,
  waiting,
} from "./samples.ts";

export function lossClaims(store: () => Store): void {
  it("fails, bought and charged for, without a number", async () => {
    const id = await uncertain(store());
    const lost = await store().recordLoss(id, usd("0.45"), minutesLater(9));
    expect(lost).toMatchObject({
      status: "FAILED",
      price: usd("0.45"),
      upstream: "acme",
      endTime: minutesLater(9),
      version: 4,
      attempts: [{ outcome: "BOUGHT", endTime: minutesLater(9) }],
    });
    expect(lost.attempts[0]).not.toHaveProperty("reason");
    expect(lost).not.toHaveProperty("phoneNumber");
    expect(await store().getVerification("ci", id)).toStrictEqual(lost);
  });

  it("costs its price, and no longer what was reserved", async () => {
    await store().recordLoss(await uncertain(store()), usd("0.45"), NOON);
    const reserve = async (perDay: string) => {
      const caller = callerNamed("ci", { perDay: usd(perDay) });
      const { verificationId } = await created(store(), { caller });
      return store().beginAttempt(verificationId, caller, anAttempt({ quotedPrice: usd("0.05") }));
    };
    await expect(reserve("0.49")).rejects.toMatchObject({ metadata: { spent: "0.45 USD" } });
    await reserve("0.50");
  });

  it("may be refunded", async () => {
    const id = await uncertain(store());
    await store().recordLoss(id, usd("0.45"), NOON);
    expect(await store().recordRefund(id, usd("0.45"), minutesLater(9))).toMatchObject({ refund: usd("0.45") });
  });

  it("has ended for good", async () => {
    const id = await uncertain(store());
    const lost = await store().recordLoss(id, usd("0.45"), NOON);
    await expect(store().recordLoss(id, usd("0.45"), NOON)).rejects.toMatchObject(refusal("ALREADY_ENDED"));
    await expect(store().recordMessages(id, [aMessage()], NOON)).rejects.toMatchObject(refusal("ALREADY_ENDED"));
    expect(await store().getVerification("ci", id)).toStrictEqual(lost);
    expect(await store().openVerifications()).toEqual([]);
  });

  it("is only what was in doubt", async () => {
    const { verificationId } = await created(store());
    for (const id of [verificationId, await buying(store())]) {
      await expect(store().recordLoss(id, usd("0.45"), NOON)).rejects.toMatchObject(bug(/no attempt/));
    }
    const bought = store().recordLoss(await waiting(store()), usd("0.45"), NOON);
    await expect(bought).rejects.toMatchObject(bug(/is WAITING/));
    await expect(store().recordLoss("nope", usd("0.45"), NOON)).rejects.toMatchObject(refusal("NOT_FOUND"));
  });
}
