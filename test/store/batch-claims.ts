import { expect, it } from "vitest";
import type { Store } from "../../src/core/store.ts";
import { aMessage, anAttempt, aPurchase, buying, CI, created, minutesLater, usd, waiting } from "./samples.ts";

const LONG_AGO = new Date("2020-01-01T00:00:00Z");

/** More than any engine writes by one statement. */
const MANY = 150;

export function batchClaims(store: () => Store): void {
  const history = () => store().history({ limit: 10_000 });

  async function expectWhole(ids: readonly string[]): Promise<void> {
    const events = Map.groupBy(await history(), (event) => event.orderId);
    expect([...events.keys()].sort()).toEqual([...ids].sort());
    for (const id of ids) {
      const { version } = await store().getVerification("ci", id);
      expect(events.get(id)?.map((event) => event.version)).toEqual(Array.from({ length: version }, (_, i) => i + 1));
    }
    expect(await store().checkLedger()).toEqual([]);
  }

  it("keeps the events and the money of many, in the order of the commands", async () => {
    const ids = (await Promise.all(Array.from({ length: MANY }, () => created(store())))).map(
      (verification) => verification.verificationId,
    );
    await Promise.all(ids.map((id) => store().beginAttempt(id, CI, anAttempt())));
    await Promise.all(ids.map((id) => store().recordPurchase(id, aPurchase())));
    const events = await history();
    const told = ["created", "attempt_began", "bought"].flatMap((change) => ids.map((id) => [id, change]));
    expect(events.map(({ orderId, change }) => [orderId, change])).toEqual(told);
    const bought = events.slice(2 * MANY).map(({ entries }) => entries.map(({ kind, money }) => [kind, money.micros]));
    const moved = [
      ["release", 500_000n],
      ["charge", 450_000n],
    ];
    expect(bought).toEqual(ids.map(() => moved));
    await expectWhole(ids);
  });

  it("leaves nothing of the one that fails, wherever it stands, and all of the others", async () => {
    const ids = [await buying(store()), await buying(store()), await buying(store())];
    const [first, impossible, last] = ids as [string, string, string];
    const before = await store().getVerification("ci", impossible);
    const purchases = [
      store().recordPurchase(first, aPurchase()),
      store().recordPurchase(impossible, aPurchase({ price: usd("-0.01") })),
      store().recordPurchase(last, aPurchase()),
    ];
    const another = created(store());
    const answers = await Promise.allSettled(purchases);
    expect(answers.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(await store().getVerification("ci", impossible)).toStrictEqual(before);
    await expectWhole([...ids, (await another).verificationId]);
    expect(await store().recordPurchase(impossible, aPurchase())).toMatchObject({ status: "WAITING" });
    await expectWhole([...ids, (await another).verificationId]);
  });

  it("counts the money of those before it when it checks the ledger", async () => {
    const ids = [await buying(store()), await buying(store())];
    const purchases = ids.map((id) => store().recordPurchase(id, aPurchase({ price: usd("0.61") })));
    const check = store().checkLedger({ repair: true });
    const received = store().recordMessages(ids[0] as string, [aMessage()], minutesLater(3));
    expect(await check).toEqual([]);
    await Promise.all([...purchases, received]);
    await expectWhole(ids);
  });

  it("forgets what those before it ended, with its events and its money", async () => {
    const [id, open] = [await waiting(store()), await waiting(store())];
    const end = store().recordEnd(id, "CANCELLED", usd("0.20"), minutesLater(5));
    const forgotten = store().forget({ messages: LONG_AGO, orders: minutesLater(6) }, 100);
    const received = store().recordMessages(open, [aMessage()], minutesLater(6));
    expect([await forgotten, (await end).status, (await received).added]).toEqual([1, "CANCELLED", true]);
    await expect(store().getVerification("ci", id)).rejects.toMatchObject({ reason: "NOT_FOUND" });
    await expectWhole([open]);
  });
}
