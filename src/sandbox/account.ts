import type { Clock } from "../core/clock.ts";
import type { Money } from "../core/money.ts";
import type { Message, Messages } from "./messages.ts";
import { type Offer, productOf } from "./offer.ts";
import { isOpen, type Order, statusOf, withoutSpaces } from "./order.ts";
import type { Phones } from "./phones.ts";

export type Sale<O extends Offer> = { readonly sold: Order<O> } | { readonly refused: "funds" | "stock" };

/** What a purchase may ask for beside the offer. */
export interface Terms {
  readonly areaCode?: string | undefined;
  /** Absent is the offer's. */
  readonly price?: Money;
  /** Absent is what the upstream gives every verification. */
  readonly lifetimeMs?: number;
}

/** The one customer's account at an upstream: its money, its orders, and what is left to sell it. */
export interface Account<O extends Offer = Offer> {
  readonly offers: readonly O[];
  /** What the stock of the offer was set to, less what was sold since. Undefined is without end. */
  stock(offer: O): number | undefined;
  /** False once its stock was set to none. A scenario's empty shelf stays on the list. */
  listed(offer: O): boolean;
  buy(offer: O, terms?: Terms): Sale<O>;
  /** The same offer with the same number, unless somebody else has it by now. */
  buyAgain(order: Order<O>): Sale<O>;
  find(ref: string): Order<O> | undefined;
  /** The newest order of the number, with or without spaces. */
  findByPhone(phone: string): Order<O> | undefined;
  /** Oldest first. */
  orders(): readonly Order<O>[];
  /** A message arrives now. At a verification what was on its way does not come any more. */
  deliver(order: Order<O>, message: Message): void;
  /** Gives money back: all of it unless told. False when the order is neither pending nor active; see `cancelsExpired`. */
  cancel(order: Order<O>, refund?: Money): boolean;
  /** Ends an order whose code has come, or a rental. False for any other. */
  finish(order: Order<O>): boolean;
  /** Lengthens an order that is active. False when the balance does not cover it. */
  extend(order: Order<O>, extension: { readonly price: Money; readonly ms: number }): boolean;
  balance(): Money;
  setBalance(balance: Money): void;
  /** Undefined is without end. */
  setStock(offer: O, count: number | undefined): void;
  /** Hears of each message as soon as it is known, which may be before it arrives. */
  onMessage(listener: (order: Order, message: Message) => void): void;
  reset(): void;
}

export interface AccountParts<O extends Offer> {
  readonly offers: readonly O[];
  readonly balance: Money;
  /** Of a verification. */
  readonly lifetimeMs: number;
  /** A verification that ends by itself without a message costs nothing. */
  readonly refundsAtEnd?: boolean;
  /** A verification that ended by itself without a message can be cancelled all the same. */
  readonly cancelsExpired?: boolean;
  nextOrderNumber(): number;
  refOf(orderNumber: number, offer: O): string;
  readonly clock: Clock;
  readonly phones: Phones;
  readonly messages: Messages;
}

export function createAccount<O extends Offer>(parts: AccountParts<O>): Account<O> {
  const { clock, phones, messages } = parts;
  const orders = new Map<string, Order<O>>();
  const orderByPhone = new Map<string, Order<O>>();
  const stock = new Map<string, number>();
  const unsettled = new Set<Order<O>>();
  const listeners: ((order: Order, message: Message) => void)[] = [];
  let balance = parts.balance.micros;

  const left = (offer: O) => (offer.scenario === "empty" ? 0 : (stock.get(offer.id) ?? Number.POSITIVE_INFINITY));

  function sell(offer: O, price: Money, expireTime: number, takePhone: () => string | undefined): Sale<O> {
    settle();
    if (balance < price.micros) return { refused: "funds" };
    if (left(offer) === 0) return { refused: "stock" };
    const phone = takePhone();
    if (phone === undefined) return { refused: "stock" };

    if (stock.has(offer.id)) stock.set(offer.id, left(offer) - 1);
    balance -= price.micros;
    const now = clock.now();
    const sold: Order<O> = {
      ref: parts.refOf(parts.nextOrderNumber(), offer),
      offer,
      phone,
      price,
      refunded: { ...price, micros: 0n },
      createTime: now,
      expireTime,
      messages: messages.schedule(offer, now),
      closed: undefined,
      lastPollTime: undefined,
    };
    orders.set(sold.ref, sold);
    if (phone !== "") orderByPhone.set(withoutSpaces(phone), sold);
    if (parts.refundsAtEnd && productOf(offer) === "verification") unsettled.add(sold);
    for (const message of sold.messages) announce(sold, message);
    return { sold };
  }

  /** Gives back what ended by itself since the last look. */
  function settle(): void {
    for (const order of unsettled) {
      const status = statusOf(order, clock.now());
      if (status !== "pending") unsettled.delete(order);
      if (status === "expired") refund(order, order.price);
    }
  }

  function refund(order: Order<O>, amount: Money): void {
    order.refunded = amount;
    balance += amount.micros;
  }

  function announce(order: Order<O>, message: Message): void {
    for (const listener of listeners) listener(order, message);
  }

  return {
    offers: parts.offers,
    stock: (offer) => stock.get(offer.id),
    listed: (offer) => stock.get(offer.id) !== 0,
    buy(offer, { areaCode, price = offer.price, lifetimeMs = parts.lifetimeMs } = {}) {
      const expireTime = clock.now() + lifetimeMs;
      return sell(offer, price, expireTime, () =>
        productOf(offer) === "esim" ? "" : phones.take(offer.country, expireTime, areaCode),
      );
    },
    buyAgain({ offer, phone, expireTime: heldUntil }) {
      const expireTime = clock.now() + parts.lifetimeMs;
      return sell(offer, offer.price, expireTime, () => phones.takeAgain(phone, heldUntil, expireTime));
    },
    find: (ref) => orders.get(ref),
    findByPhone: (phone) => orderByPhone.get(withoutSpaces(phone)),
    orders() {
      settle();
      return [...orders.values()];
    },
    deliver(order, message) {
      const kept =
        productOf(order.offer) === "verification"
          ? order.messages.filter(({ arriveTime }) => arriveTime <= message.arriveTime)
          : order.messages;
      order.messages = [...kept, message];
      announce(order, message);
    },
    cancel(order, amount = order.price) {
      const now = clock.now();
      const isExpired = productOf(order.offer) === "verification" && statusOf(order, now) === "expired";
      if (!isOpen(order, now) && !(parts.cancelsExpired && isExpired)) return false;
      order.closed = { as: "cancelled", time: now };
      refund(order, amount);
      return true;
    },
    finish(order) {
      const now = clock.now();
      if (!["completed", "active"].includes(statusOf(order, now))) return false;
      order.closed = { as: "finished", time: now };
      return true;
    },
    extend(order, { price, ms }) {
      if (balance < price.micros) return false;
      balance -= price.micros;
      order.price = { ...order.price, micros: order.price.micros + price.micros };
      order.expireTime += ms;
      phones.hold(order.phone, order.expireTime);
      return true;
    },
    balance() {
      settle();
      return { ...parts.balance, micros: balance };
    },
    setBalance(next) {
      settle();
      balance = next.micros;
    },
    setStock(offer, count) {
      if (count === undefined) stock.delete(offer.id);
      else stock.set(offer.id, count);
    },
    onMessage(listener) {
      listeners.push(listener);
    },
    reset() {
      orders.clear();
      orderByPhone.clear();
      unsettled.clear();
      stock.clear();
      balance = parts.balance.micros;
    },
  };
}
