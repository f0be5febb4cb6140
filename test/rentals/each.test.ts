import { describe, expect, it } from "vitest";
import { Outcome } from "../../gen/numgate/v1/attempt_pb.ts";
import { RentalStatus as Status } from "../../gen/numgate/v1/rental_pb.ts";
import type { Gateway } from "../support/gateway.ts";
import { deliver, get, messagesOf, RENTING, rent, startRenting, turnUntilRental, watch } from "./support.ts";

const DAY_MS = 24 * 60 * 60_000;

describe.each(RENTING)("a rental at $upstream", ({ upstream, days, more }) => {
  it("gets every message, is extended, and costs what the upstream's books say to the last millionth", async () => {
    const gateway = await startRenting();
    const rented = await rent(gateway, { upstreams: [upstream], days });
    expect(rented).toMatchObject({ status: Status.ACTIVE, totalDays: days, upstream, messageCount: 0 });
    expect(rented.phoneNumber).toMatch(/^\+1\d{10}$/);
    const { rentalId } = rented;
    const watched = watch(gateway, rentalId);

    const texts = ["Your code is 482910", "Welcome, and no code", "Your code is 771234"];
    for (const [nth, text] of texts.entries()) {
      deliver(gateway, upstream, text);
      await turnUntilRental(gateway, rentalId, ({ messageCount }) => messageCount > nth, 61_000);
    }
    await watched.until(() => watched.messages.length === 3);
    expect(watched.messages.map(({ text }) => text)).toEqual(texts);
    expect(watched.messages.map(({ code }) => code)).toEqual(["482910", undefined, "771234"]);
    expect((await messagesOf(gateway, rentalId)).map(({ text }) => text)).toEqual(texts.toReversed());

    const before = await get(gateway, rentalId);
    const { rental: extended } = await gateway.rentals.extendRental({ rentalId, days: more });
    expect(extended).toMatchObject({ status: Status.ACTIVE, totalDays: days + more });
    expect(endOf(extended) - endOf(before)).toBe(more * DAY_MS);
    expect(extended?.attempts.map(({ outcome }) => outcome)).toEqual([Outcome.BOUGHT, Outcome.BOUGHT]);

    const [order] = gateway.sandbox.control.books()[upstream].orders;
    expect(decimal(extended?.price)).toBe(order?.price);
    expect(Math.abs(endOf(extended) - Date.parse(order?.expires ?? ""))).toBeLessThan(60_000);
    await expectBooksAgree(gateway, upstream, rentalId);
  });

  it("is given back, with what the upstream gave back for it", async () => {
    const gateway = await startRenting();
    const { rentalId } = await rent(gateway, { upstreams: [upstream], days });
    const { rental } = await gateway.rentals.cancelRental({ rentalId });
    expect(rental?.status).toBe(Status.CANCELLED);
    const [order] = gateway.sandbox.control.books()[upstream].orders;
    expect(order?.status).toBe("cancelled");
    expect(decimal(rental?.refund)).toBe(order?.refunded);
    await expectBooksAgree(gateway, upstream, rentalId);
    expect((await gateway.rentals.cancelRental({ rentalId })).rental).toEqual(rental);
  });

  it("ends at its time, told of beforehand, with all its messages kept", async () => {
    const gateway = await startRenting();
    const { rentalId } = await rent(gateway, { upstreams: [upstream], days });
    const watched = watch(gateway, rentalId);
    deliver(gateway, upstream, "Your code is 482910");
    const soon = await turnUntilRental(gateway, rentalId, ({ expiresSoon }) => expiresSoon, 3_600_000);
    expect(soon.status).toBe(Status.ACTIVE);
    const ended = await turnUntilRental(gateway, rentalId, ({ status }) => status === Status.EXPIRED, 600_000);
    expect(ended).toMatchObject({ messageCount: 1, expiresSoon: false });
    await watched.ended;
    expect(watched.states.map(({ status, expiresSoon }) => `${status} ${expiresSoon}`)).toEqual([
      `${Status.ACTIVE} false`,
      `${Status.ACTIVE} false`,
      `${Status.ACTIVE} true`,
      `${Status.EXPIRED} false`,
    ]);
    const calls = gateway.sandbox.control.books()[upstream].calls.rental_messages;
    await gateway.clock.advance(DAY_MS);
    expect(gateway.sandbox.control.books()[upstream].calls.rental_messages).toBe(calls);
  }, 120_000);
});

function endOf(rental: { readonly expireTime?: { readonly seconds: bigint } | undefined } | undefined): number {
  return Number(rental?.expireTime?.seconds ?? 0n) * 1000;
}

function decimal(money: { readonly units: bigint; readonly nanos: number } | undefined): string {
  if (!money) return "unknown";
  return `${money.units}.${String(money.nanos).padStart(9, "0").slice(0, 2)}`;
}

/** What was charged and given back by the gateway's account of it is what the upstream's balance moved by. */
async function expectBooksAgree(gateway: Gateway, upstream: (typeof RENTING)[number]["upstream"], rentalId: string) {
  const { price, refund } = await get(gateway, rentalId);
  const micros = (money: typeof price) => (money ? money.units * 1_000_000n + BigInt(money.nanos / 1000) : 0n);
  const books = gateway.sandbox.control.books()[upstream];
  const left = BigInt(Math.round(Number(books.balance) * 1_000_000));
  expect(1_000_000_000n - left).toBe(micros(price) - micros(refund));
  expect(books.disallowed).toEqual({ total: 0, reasons: {} });
  expect(books.limited).toBe(0);
}
