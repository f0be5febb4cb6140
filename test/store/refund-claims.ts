import { expect, it } from "vitest";
import type { Money } from "../../src/core/money.ts";
import type { Store } from "../../src/core/store.ts";
import {
  anAttempt,
  buying,
  callerNamed,
  created,
  eur,
  minutesLater,
  NOON,
  received,
  refusal,
  usd,
  waiting,
} from "./samples.ts";

const PRICE = usd("0.45");

/** What an upstream may say that it gave back for PRICE, and cannot have. */
const IMPOSSIBLE: [string, Money][] = [
  ["more than was charged", usd("0.450001")],
  ["more than an integer of 64 bits holds", { currency: "USD", micros: 2n ** 70n }],
  ["another currency", eur("0.45")],
  ["less than nothing", usd("-0.01")],
];

export function refundClaims(store: () => Store): void {
  /** Whether a day of PRICE, and all of it, can still be spent. */
  async function dayIsFree(): Promise<boolean> {
    const caller = callerNamed("ci", { perDay: PRICE });
    const { verificationId } = await created(store(), { caller });
    const attempt = store().beginAttempt(verificationId, caller, anAttempt({ quotedPrice: PRICE }));
    return attempt.then(
      () => true,
      () => false,
    );
  }

  it("says what was refunded, also when it was nothing, and not when nobody knows", async () => {
    const [known, nothing, unknown] = [await waiting(store()), await waiting(store()), await waiting(store())];
    expect(await store().recordEnd(known, "CANCELLED", PRICE, NOON)).toMatchObject({ refund: PRICE });
    expect(await store().recordEnd(nothing, "EXPIRED", usd("0"), NOON)).toMatchObject({ refund: usd("0") });
    expect(await store().recordEnd(unknown, "EXPIRED", undefined, NOON)).not.toHaveProperty("refund");
  });

  it.for(IMPOSSIBLE)("ends, and does not know the refund, where that is %s", async ([, refund]) => {
    const ended = await store().recordEnd(await waiting(store()), "CANCELLED", refund, NOON);
    expect(ended.status).toBe("CANCELLED");
    expect(ended).not.toHaveProperty("refund");
    expect(await dayIsFree()).toBe(false);
  });

  it.for(IMPOSSIBLE)("changes nothing for a late refund of %s", async ([, refund]) => {
    const id = await waiting(store());
    const ended = await store().recordEnd(id, "EXPIRED", undefined, NOON);
    expect(await store().recordRefund(id, refund, NOON)).toStrictEqual(ended);
    expect(await dayIsFree()).toBe(false);
  });

  it("books a refund that became known after the end, once", async () => {
    const id = await waiting(store());
    const ended = await store().recordEnd(id, "CANCELLED", undefined, NOON);
    const refunded = await store().recordRefund(id, PRICE, minutesLater(9));
    expect(refunded).toStrictEqual({ ...ended, version: ended.version + 1, refund: PRICE });
    expect(await store().recordRefund(id, PRICE, minutesLater(10))).toStrictEqual(refunded);
    expect(await store().recordRefund(id, usd("0.10"), minutesLater(10))).toStrictEqual(refunded);
    expect(await dayIsFree()).toBe(true);
    expect(await dayIsFree()).toBe(false);
  });

  it("books what came back although a code was first, and keeps it to the end", async () => {
    const id = await received(store());
    expect(await store().recordRefund(id, PRICE, NOON)).toMatchObject({ status: "RECEIVED", refund: PRICE });
    expect(await store().recordEnd(id, "COMPLETED", undefined, NOON)).toMatchObject({ refund: PRICE });
    expect(await dayIsFree()).toBe(true);
  });

  it("books one refund when the end brings another", async () => {
    const id = await waiting(store());
    await store().recordRefund(id, usd("0.20"), NOON);
    const ended = await store().recordEnd(id, "CANCELLED", PRICE, NOON);
    expect(ended).toMatchObject({ status: "CANCELLED", refund: usd("0.20") });
    expect(await dayIsFree()).toBe(false);
  });

  it("books no refund of what was not bought", async () => {
    const id = await buying(store());
    const before = await store().getVerification("ci", id);
    expect(await store().recordRefund(id, usd("0"), NOON)).toStrictEqual(before);
    await expect(store().recordRefund("nope", PRICE, NOON)).rejects.toMatchObject(refusal("NOT_FOUND"));
  });
}
