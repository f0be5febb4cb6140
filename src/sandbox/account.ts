import type { Clock } from "../core/clock.ts";
import type { Money } from "../core/money.ts";
import type { Messages } from "./messages.ts";
import type { Offer } from "./offer.ts";
import { type Order, statusOf, withoutSpaces } from "./order.ts";
import type { Phones } from "./phones.ts";

export type Sale<O extends Offer> = { readonly sold: Order<O> } | { readonly refused: "funds" | "stock" };

/** The one customer's account at an upstream: its money, its orders, and what is left to sell it. */
export interface Account<O extends Offer = Offer> {
  readonly offers: readonly O[];
  /** False once its stock was set to none. A scenario's empty shelf stays on the list. */
  listed(offer: O): boolean;
  buy(offer: O, areaCode?: string): Sale<O>;
  find(ref: string): Order<O> | undefined;
  /** The newest order of the number, with or without spaces. */
  findByPhone(phone: string): Order<O> | undefined;
  /** Oldest first. */
  orders(): readonly Order<O>[];
  /** Gives all the money back. False when the order is not pending any more. */
  cancel(order: Order<O>): boolean;
  balance(): Money;
  setBalance(balance: Money): void;
  /** Undefined is without end. */
  setStock(offer: O, count: number | undefined): void;
  reset(): void;
}

export interface AccountParts<O extends Offer> {
  readonly offers: readonly O[];
  readonly balance: Money;
  readonly lifetimeMs: number;
  refOf(orderNumber: number): string;
  readonly clock: Clock;
  readonly phones: Phones;
  readonly messages: Messages;
}

export function createAccount<O extends Offer>(parts: AccountParts<O>): Account<O> {
  const { clock, phones, messages } = parts;
  const orders = new Map<string, Order<O>>();
  const orderByPhone = new Map<string, Order<O>>();
  const stock = new Map<string, number>();
  let balance = parts.balance.micros;
  let lastNumber = 0;

  const left = (offer: O) => (offer.scenario === "empty" ? 0 : (stock.get(offer.id) ?? Number.POSITIVE_INFINITY));

  function nextRef(): string {
    // Begun from the clock, so that a sandbox that was restarted never gives a number out again.
    lastNumber = Math.max(lastNumber + 1, clock.now());
    return parts.refOf(lastNumber);
  }

  return {
    offers: parts.offers,
    listed: (offer) => stock.get(offer.id) !== 0,
    buy(offer, areaCode) {
      if (balance < offer.price.micros) return { refused: "funds" };
      if (left(offer) === 0) return { refused: "stock" };
      const now = clock.now();
      const expireTime = now + parts.lifetimeMs;
      const phone = phones.take(offer.country, expireTime, areaCode);
      if (phone === undefined) return { refused: "stock" };

      stock.set(offer.id, left(offer) - 1);
      balance -= offer.price.micros;
      const sold: Order<O> = {
        ref: nextRef(),
        offer,
        phone,
        price: offer.price,
        createTime: now,
        expireTime,
        message: messages.schedule(offer, now),
        cancelled: false,
        refunded: { ...offer.price, micros: 0n },
        lastPollTime: undefined,
      };
      orders.set(sold.ref, sold);
      orderByPhone.set(withoutSpaces(phone), sold);
      return { sold };
    },
    find: (ref) => orders.get(ref),
    findByPhone: (phone) => orderByPhone.get(withoutSpaces(phone)),
    orders: () => [...orders.values()],
    cancel(order) {
      if (statusOf(order, clock.now()) !== "pending") return false;
      order.cancelled = true;
      order.refunded = order.price;
      balance += order.price.micros;
      return true;
    },
    balance: () => ({ ...parts.balance, micros: balance }),
    setBalance(next) {
      balance = next.micros;
    },
    setStock(offer, count) {
      if (count === undefined) stock.delete(offer.id);
      else stock.set(offer.id, count);
    },
    reset() {
      orders.clear();
      orderByPhone.clear();
      stock.clear();
      balance = parts.balance.micros;
    },
  };
}
