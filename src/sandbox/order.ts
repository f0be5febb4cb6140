import type { Money } from "../core/money.ts";
import type { Message } from "./messages.ts";
import type { Offer } from "./offer.ts";

/** An order that a sandbox upstream has sold. */
export interface Order<O extends Offer = Offer> {
  /** What the upstream calls it. */
  readonly ref: string;
  readonly offer: O;
  /** With the spaces of its country: `+1 415 555 0123`. */
  readonly phone: string;
  readonly price: Money;
  readonly createTime: number;
  readonly expireTime: number;
  /** The latest one. It counts from its arrival on. */
  message: Message;
  cancelled: boolean;
  refunded: Money;
  lastPollTime: number | undefined;
}

export type OrderStatus = "pending" | "completed" | "cancelled" | "expired";

/** Nothing happens to an order by a timer: where it stands follows from the time. */
export function statusOf(order: Order, now: number): OrderStatus {
  if (order.cancelled) return "cancelled";
  if (order.message.arriveTime < order.expireTime && order.message.arriveTime <= now) return "completed";
  return order.expireTime <= now ? "expired" : "pending";
}

/** What has arrived by now. */
export function receivedBy(order: Order, now: number): Message | undefined {
  return statusOf(order, now) === "completed" ? order.message : undefined;
}

export function withoutSpaces(phone: string): string {
  return phone.replaceAll(" ", "");
}
