import { expect, it } from "vitest";
import type { Budget } from "../../src/core/caller.ts";
import type { Store } from "../../src/core/store.ts";
import type { Verification } from "../../src/core/verification.ts";
import {
  anAttempt,
  aPurchase,
  buying,
  CI,
  callerNamed,
  created,
  eur,
  minutesLater,
  money,
  NOON,
  refusal,
  usd,
  waiting,
  xau,
} from "./samples.ts";

const TEN_MINUTES_TO_MIDNIGHT = new Date("2026-05-15T23:50:00Z");
const NEXT_DAY = new Date("2026-05-16T00:00:00Z");
const NEXT_MONTH = new Date("2026-06-01T00:00:00Z");

export function budgetClaims(store: () => Store): void {
  /** Tries to reserve a price of 0.50 USD unless told otherwise. */
  async function reserve(budget: Budget, time = NOON, quotedPrice = usd("0.50")): Promise<Verification> {
    const caller = callerNamed("ci", budget);
    const { verificationId } = await created(store(), { caller });
    return store().beginAttempt(verificationId, caller, anAttempt({ time, quotedPrice }));
  }

  it("lets a caller spend the whole bound, and no more", async () => {
    const budget = { perDay: usd("1") };
    await reserve(budget);
    await reserve(budget, NOON, usd("0.500000"));
    await expect(reserve(budget, NOON, usd("0.000001"))).rejects.toMatchObject({
      ...refusal("BUDGET_EXCEEDED"),
      message: "0.000001 USD on top of 1.00 USD would pass the budget per_day of 1.00 USD",
      metadata: { budget: "per_day", bound: "1.00 USD", spent: "1.00 USD", price: "0.000001 USD" },
    });
  });

  it("records nothing of an attempt that the budget refuses", async () => {
    const caller = callerNamed("ci", { perDay: usd("0.40") });
    const before = await created(store(), { caller });
    const { verificationId } = before;
    await expect(store().beginAttempt(verificationId, caller, anAttempt())).rejects.toThrow();
    expect(await store().getVerification("ci", verificationId)).toStrictEqual(before);
  });

  it("grants hundreds of parallel attempts exactly the bound", async () => {
    const budget = { perDay: usd("50"), perMonth: usd("60") };
    const attempts = Array.from({ length: 400 }, () => reserve(budget));
    const answers = await Promise.allSettled(attempts);
    expect(answers.filter((answer) => answer.status === "fulfilled")).toHaveLength(100);
    for (const answer of answers) {
      if (answer.status === "rejected") expect(answer.reason).toMatchObject(refusal("BUDGET_EXCEEDED"));
    }
    await expect(reserve(budget, NOON, usd("0.000001"))).rejects.toMatchObject({ metadata: { spent: "50.00 USD" } });
  });

  it("grants parallel attempts exactly the bound while others are released and settled", async () => {
    const ids = await Promise.all(Array.from({ length: 40 }, () => buying(store())));
    const settled = ids.flatMap((id, i) =>
      i % 2 === 0
        ? [store().recordRefusal(id, "NO_NUMBERS", NOON)]
        : [
            store().recordPurchase(id, aPurchase({ price: usd("0.50") })),
            store().recordEnd(id, "EXPIRED", undefined, NOON),
          ],
    );
    const answers = await Promise.allSettled(Array.from({ length: 60 }, () => reserve({ perDay: usd("20") })));
    expect(answers.filter((answer) => answer.status === "fulfilled")).toHaveLength(20);
    await Promise.all(settled);
  });

  it("keeps the money reserved while a purchase is uncertain", async () => {
    const id = await buying(store());
    await store().recordUncertain(id, NOON);
    await expect(reserve({ perDay: usd("0.99") })).rejects.toMatchObject(refusal("BUDGET_EXCEEDED"));
    await store().recordRefusal(id, "NO_NUMBERS", NOON);
    expect(await reserve({ perDay: usd("0.50") })).toMatchObject({ quotedPrice: usd("0.50") });
  });

  it("counts what was charged instead of what was quoted", async () => {
    const id = await buying(store());
    await store().recordPurchase(id, aPurchase({ price: usd("0.20") }));
    await expect(reserve({ perDay: usd("0.69") })).rejects.toMatchObject(refusal("BUDGET_EXCEEDED"));
    await reserve({ perDay: usd("0.70") });
  });

  it("gives back what was refunded", async () => {
    const id = await waiting(store());
    await expect(reserve({ perDay: usd("0.50") })).rejects.toMatchObject(refusal("BUDGET_EXCEEDED"));
    await store().recordEnd(id, "CANCELLED", usd("0.45"), NOON);
    await reserve({ perDay: usd("0.50") });
  });

  it("counts each caller for itself", async () => {
    await buying(store(), { caller: callerNamed("qa") });
    await reserve({ perDay: usd("0.50") });
  });

  it.for<[string, Budget, Date]>([
    ["day at midnight UTC", { perDay: usd("0.50") }, NEXT_DAY],
    ["month on its first, UTC", { perMonth: usd("0.50") }, NEXT_MONTH],
  ])("starts a new %s", async ([, budget, next]) => {
    await reserve(budget, TEN_MINUTES_TO_MIDNIGHT);
    const lastMoment = new Date(next.getTime() - 1);
    await expect(reserve(budget, lastMoment)).rejects.toMatchObject(refusal("BUDGET_EXCEEDED"));
    await reserve(budget, next);
  });

  it("binds the month also where the day would allow it", async () => {
    const budget = { perDay: usd("1"), perMonth: usd("0.50") };
    await reserve(budget, TEN_MINUTES_TO_MIDNIGHT);
    await expect(reserve(budget, NEXT_DAY)).rejects.toMatchObject({ metadata: { budget: "per_month" } });
  });

  it("gives a release to the day of its reservation, not to the next one", async () => {
    const budget = { perDay: usd("0.50") };
    const late = await reserve(budget, TEN_MINUTES_TO_MIDNIGHT);
    await store().recordRefusal(late.verificationId, "NO_NUMBERS", NEXT_DAY);
    await reserve(budget, NEXT_DAY);
    await expect(reserve(budget, NEXT_DAY)).rejects.toMatchObject(refusal("BUDGET_EXCEEDED"));
    await reserve(budget, TEN_MINUTES_TO_MIDNIGHT);
  });

  it("weighs another currency's price by its rate, rounded up", async () => {
    const budget = { perDay: usd("1.10") };
    await expect(reserve(budget, NOON, eur("1.000001"))).rejects.toMatchObject({
      ...refusal("BUDGET_EXCEEDED"),
      metadata: { budget: "per_day", price: "1.000001 EUR", spent: "0.00 USD" },
    });
    await reserve(budget, NOON, eur("0.999999"));
    await expect(reserve(budget, NOON, usd("0.000002"))).rejects.toMatchObject({ metadata: { spent: "1.099999 USD" } });
  });

  it("weighs what was spent in other currencies, also against a bound that is not in dollars", async () => {
    await reserve({}, NOON, usd("1.10"));
    await reserve({}, NOON, money("100", "RUB"));
    await expect(reserve({ perMonth: eur("2.99") }, NOON, eur("1"))).rejects.toMatchObject({
      message: "1.00 EUR on top of 2.00 EUR would pass the budget per_month of 2.99 EUR",
    });
    await reserve({ perMonth: eur("3") }, NOON, eur("1"));
  });

  it("refuses a price in a currency that nobody can weigh", async () => {
    await expect(reserve({ perDay: usd("100") }, NOON, xau("0.01"))).rejects.toMatchObject({
      ...refusal("BUDGET_EXCEEDED"),
      metadata: { currency: "XAU" },
    });
    await reserve({ perDay: xau("1") }, NOON, xau("1"));
  });

  it("refuses every price once such a currency was charged in the period, until it is refunded", async () => {
    const id = await buying(store());
    await store().recordPurchase(id, aPurchase({ price: xau("0.45") }));
    await expect(reserve({ perDay: usd("100") })).rejects.toMatchObject(refusal("BUDGET_EXCEEDED"));
    await store().recordEnd(id, "CANCELLED", xau("0.45"), minutesLater(2));
    await reserve({ perDay: usd("100") });
  });

  it("counts money exactly past what a float can hold", async () => {
    const huge = { currency: "USD", micros: 2n ** 53n };
    await store().beginAttempt((await created(store())).verificationId, CI, anAttempt({ quotedPrice: huge }));
    const bound = { currency: "USD", micros: 2n ** 53n + 1n };
    await reserve({ perDay: bound }, NOON, { currency: "USD", micros: 1n });
    await expect(reserve({ perDay: bound }, NOON, { currency: "USD", micros: 1n })).rejects.toThrow();
  });
}
