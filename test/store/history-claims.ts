import { expect, it } from "vitest";
import type { HistoryEvent, HistoryFilter } from "../../src/core/books.ts";
import type { Store } from "../../src/core/store.ts";
import {
  aMessage,
  anAttempt,
  aPurchase,
  aWish,
  buying,
  CI,
  callerNamed,
  created,
  minutesLater,
  NOON,
  received,
  refusal,
  uncertain,
  usd,
  waiting,
} from "./samples.ts";

export function historyClaims(store: () => Store): void {
  const history = (filter: Partial<HistoryFilter> = {}) => store().history({ limit: 1000, ...filter });
  const entries = (event: HistoryEvent | undefined) =>
    event?.entries.map(({ kind, money }) => [kind, money.currency, money.micros]);

  it("has one event for each version of an order, in the order in which they happened", async () => {
    const { verificationId: id } = await created(store());
    await store().beginAttempt(id, CI, anAttempt({ time: minutesLater(1) }));
    await store().recordRefusal(id, "NO_NUMBERS", minutesLater(2));
    await store().beginAttempt(id, CI, anAttempt({ time: minutesLater(3) }));
    await store().recordUncertain(id, minutesLater(4));
    await store().recordPurchase(id, aPurchase({ time: minutesLater(5) }));
    await store().recordMessages(id, [aMessage()], minutesLater(6));
    await store().recordAnother(id, minutesLater(7));
    await store().recordMessages(id, [aMessage({ messageId: "m2" })], minutesLater(8));
    await store().recordEnd(id, "COMPLETED", undefined, minutesLater(9));
    await store().recordMessages(id, [aMessage({ messageId: "m3" })], minutesLater(10));
    await store().recordRefund(id, usd("0.10"), minutesLater(11));

    const events = await history();
    expect(events.map(({ change, status }) => [change, status])).toEqual([
      ["created", "PENDING"],
      ["attempt_began", "PENDING"],
      ["refused", "PENDING"],
      ["attempt_began", "PENDING"],
      ["uncertain", "PENDING"],
      ["bought", "WAITING"],
      ["received", "RECEIVED"],
      ["waits_again", "WAITING"],
      ["received", "RECEIVED"],
      ["completed", "COMPLETED"],
      ["received_late", "COMPLETED"],
      ["refunded", "COMPLETED"],
    ]);
    expect(events.map(({ version }) => version)).toEqual(events.map((_, i) => i + 1));
    expect(events.map(({ time }) => time)).toEqual(events.map((_, i) => minutesLater(i)));
    expect(events.every(({ caller, orderId }) => caller === "ci" && orderId === id)).toBe(true);
    const seqs = events.map(({ seq }) => seq);
    expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => Number(a - b)));
  });

  it("shows the attempt as it was then", async () => {
    const id = await buying(store());
    await store().recordUncertain(id, minutesLater(1));
    await store().recordRefusal(id, "UPSTREAM_FUNDS", minutesLater(2));
    await store().beginAttempt(id, CI, anAttempt({ upstream: "zeta", offerId: "zeta:1", quotedPrice: usd("0.60") }));
    await store().recordPurchase(id, aPurchase({ reason: "PRICE_ABOVE_MAX" }));
    const { upstream, offerId, quotedPrice, explanation } = anAttempt();
    const first = { number: 1, upstream, offerId, quotedPrice, explanation };
    const second = { ...first, number: 2, upstream: "zeta", offerId: "zeta:1", quotedPrice: usd("0.60") };
    expect((await history()).map(({ attempt }) => attempt)).toStrictEqual([
      undefined,
      first,
      { ...first, outcome: "UNCERTAIN", reason: "PURCHASE_UNCERTAIN" },
      { ...first, outcome: "REFUSED", reason: "UPSTREAM_FUNDS" },
      second,
      { ...second, outcome: "BOUGHT", reason: "PRICE_ABOVE_MAX" },
    ]);
    expect((await store().getVerification("ci", id)).attempts[1]).toMatchObject({ reason: "PRICE_ABOVE_MAX" });
  });

  it("ties money to the change that moved it", async () => {
    const refused = await buying(store());
    await store().recordRefusal(refused, "NO_NUMBERS", NOON);
    const cancelled = await waiting(store());
    await store().recordEnd(cancelled, "CANCELLED", usd("0.45"), NOON);
    const kept = await waiting(store());
    await store().recordEnd(kept, "EXPIRED", usd("0"), NOON);
    const lost = await uncertain(store());
    await store().recordLoss(lost, usd("0.20"), NOON);

    const moved = async (orderId: string) =>
      (await history({ orderId })).flatMap((event) =>
        event.entries.length > 0 ? [[event.change, entries(event)]] : [],
      );
    const reserve = ["attempt_began", [["reserve", "USD", 500_000n]]];
    const release = ["release", "USD", 500_000n];
    const charge = ["bought", [release, ["charge", "USD", 450_000n]]];
    expect(await moved(refused)).toEqual([reserve, ["refused", [release]]]);
    expect(await moved(cancelled)).toEqual([reserve, charge, ["cancelled", [["refund", "USD", 450_000n]]]]);
    expect(await moved(kept)).toEqual([reserve, charge]);
    expect(await moved(lost)).toEqual([reserve, ["lost", [release, ["charge", "USD", 200_000n]]]]);
    expect(await store().checkLedger()).toEqual([]);
  });

  it("says which attempt got its money back", async () => {
    const id = await waiting(store());
    await store().recordEnd(id, "CANCELLED", usd("0.45"), NOON);
    expect((await history()).at(-1)).toMatchObject({ change: "cancelled", attempt: { number: 1, outcome: "BOUGHT" } });
  });

  it("has no event of what was refused, or changed nothing", async () => {
    const caller = callerNamed("ci", { perDay: usd("0.50"), maxOpen: 4 });
    const wish = aWish({ caller });
    await store().createVerification(wish);
    const id = await received(store(), { caller });
    const buys = await buying(store());
    const before = await history();

    const quiet = await Promise.all([
      store().createVerification({ ...wish, verificationId: "again" }),
      store().recordMessages(id, [aMessage()], NOON),
      store().recordRefund(id, usd("99"), NOON),
    ]);
    expect(quiet).toHaveLength(3);
    const refused = await Promise.allSettled([
      store().createVerification({ ...wish, fingerprint: "other" }),
      store().beginAttempt(wish.verificationId, caller, anAttempt()),
      store().beginAttempt(buys, CI, anAttempt()),
      store().recordEnd(id, "CANCELLED", undefined, NOON),
      store().recordEnd(wish.verificationId, "COMPLETED", undefined, NOON),
      store().recordFailure(buys, NOON),
      store().recordLoss(buys, usd("1"), NOON),
      store().recordRefusal(id, "NO_NUMBERS", NOON),
      store().recordMessages(buys, [aMessage()], NOON),
      store().recordAnother(buys, NOON),
      store().recordUncertain("nope", NOON),
      store().createVerification(aWish({ caller: callerNamed("ci", { maxOpen: 3 }) })),
    ]);
    expect(refused.map(({ status }) => status)).toEqual(refused.map(() => "rejected"));
    expect(await history()).toStrictEqual(before);
    const waits = await store().recordAnother(id, NOON);
    expect(await store().recordAnother(id, NOON)).toStrictEqual(waits);
    expect(await history()).toHaveLength(before.length + 1);
  });

  it("has no event of a purchase of another's order", async () => {
    const [first, second] = [await waiting(store()), await buying(store())];
    const { orderRef = "" } = await store().getVerification("ci", first);
    const before = await history();
    const sold = store().recordPurchase(second, aPurchase({ orderRef }));
    await expect(sold).rejects.toMatchObject(refusal("PURCHASE_UNCERTAIN"));
    expect(await history()).toStrictEqual(before);
  });

  it("goes on after a place, a page at a time", async () => {
    for (let i = 0; i < 4; i += 1) await buying(store());
    const all = await history();
    const pages: HistoryEvent[] = [];
    for (;;) {
      const after = pages.at(-1)?.seq;
      const page = await history({ limit: 3, ...(after !== undefined && { after }) });
      pages.push(...page);
      if (page.length < 3) break;
    }
    expect(pages).toStrictEqual(all);
    expect(await history({ after: all.at(-1)?.seq ?? 0n })).toEqual([]);
  });

  it("is filtered by order, by caller and by time, and by all of them", async () => {
    const qa = callerNamed("qa");
    const late = { time: minutesLater(60) };
    const [ci, other] = [await buying(store()), await buying(store(), { caller: qa })];
    const [lateCi, lateQa] = [await buying(store(), late), await buying(store(), { ...late, caller: qa })];
    await store().recordUncertain(ci, minutesLater(61));
    const orders = async (filter: Partial<HistoryFilter>) => (await history(filter)).map(({ orderId }) => orderId);

    expect(await orders({ orderId: other })).toEqual([other, other]);
    expect(await orders({ orderId: "nope" })).toEqual([]);
    expect(await orders({ caller: "qa" })).toEqual([other, other, lateQa, lateQa]);
    expect(await orders({ since: minutesLater(60) })).toEqual([lateCi, lateCi, lateQa, lateQa, ci]);
    expect(await orders({ since: minutesLater(62) })).toEqual([]);
    expect(await orders({ since: minutesLater(60), caller: "ci" })).toEqual([lateCi, lateCi, ci]);
    expect(await orders({ since: minutesLater(60), caller: "ci", orderId: ci })).toEqual([ci]);
    const [, second] = await history({ caller: "qa" });
    expect(await orders({ after: second?.seq ?? 0n, caller: "qa", limit: 1 })).toEqual([lateQa]);
  });

  it("holds no phone number, no text and no code", async () => {
    const id = await received(store());
    await store().recordEnd(id, "COMPLETED", undefined, NOON);
    const text = JSON.stringify(await history(), (_, value) => (typeof value === "bigint" ? `${value}` : value));
    for (const secret of ["447700900123", "07700 900123", "123456", "Your code"]) expect(text).not.toContain(secret);
  });
}
