import type { Money } from "../core/money.ts";
import type { Message } from "./messages.ts";
import { type Offer, productOf } from "./offer.ts";

/** An order that a sandbox upstream has sold. */
export interface Order<O extends Offer = Offer> {
  /** What the upstream calls it. */
  readonly ref: string;
  readonly offer: O;
  /** With the spaces of its country: `+1 415 555 0123`. Empty for an eSIM. */
  readonly phone: string;
  /** All that was charged for it. */
  price: Money;
  refunded: Money;
  readonly createTime: number;
  expireTime: number;
  /** Also those on their way: each counts from its arrival on. */
  messages: Message[];
  /** What the customer ended it as. */
  closed: { readonly as: "cancelled" | "finished"; readonly time: number } | undefined;
  lastPollTime: number | undefined;
}

/** A verification is pending until a message has come; a rental or an eSIM is active to its end. */
export type OrderStatus = "pending" | "active" | "completed" | "finished" | "cancelled" | "expired";

/** Nothing happens to an order by a timer: where it stands follows from the time. */
export function statusOf(order: Order, now: number): OrderStatus {
  if (order.closed) return order.closed.as;
  const isOver = order.expireTime <= now;
  if (productOf(order.offer) !== "verification") return isOver ? "expired" : "active";
  if (messagesBy(order, now).length > 0) return "completed";
  return isOver ? "expired" : "pending";
}

export function isOpen(order: Order, now: number): boolean {
  const status = statusOf(order, now);
  return status === "pending" || status === "active";
}

/** What has arrived by now, oldest first. */
export function messagesBy({ messages, closed, expireTime }: Order, now: number): Message[] {
  const until = Math.min(now, closed?.time ?? now);
  return messages
    .filter(({ arriveTime }) => arriveTime <= until && arriveTime < expireTime)
    .sort((a, b) => a.arriveTime - b.arriveTime);
}

/** The latest that has arrived by now. */
export function receivedBy(order: Order, now: number): Message | undefined {
  return messagesBy(order, now).at(-1);
}

export function withoutSpaces(phone: string): string {
  return phone.replaceAll(" ", "");
}
