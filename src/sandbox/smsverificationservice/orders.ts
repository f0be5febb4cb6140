import { moneyNumber, timestamp } from "../json.ts";
import { messagesBy, type Order, receivedBy, statusOf } from "../order.ts";
import { bare, bareUnauthorized, wrapped, wrappedError, wrappedUnauthorized } from "./answers.ts";
import type { SmsVerificationServiceEndpoint, SmsVerificationServiceParts } from "./api.ts";
import type { SmsOffer } from "./catalogue.ts";

const LIST_SIZE = 50;
const DAY_MS = 24 * 60 * 60_000;

const notFound = wrappedError(404, "Order not found");

/** What became of the orders. */
export function orderEndpoints({ account, clock }: SmsVerificationServiceParts): SmsVerificationServiceEndpoint[] {
  return [
    {
      operation: "orders",
      method: "GET",
      path: "/orders/",
      unauthorized: bareUnauthorized,
      answer: () => {
        const newest = account.orders().slice(-LIST_SIZE).reverse();
        return bare(
          newest.map((order) => ({
            order_id: Number(order.ref),
            service: labelOf(order.offer),
            status: statusOf(order, clock.now()),
            sell_price: moneyNumber(order.price),
            price: moneyNumber(order.price),
            phone: order.phone,
            created_at: timestamp(order.createTime),
          })),
        );
      },
    },
    {
      operation: "poll",
      method: "GET",
      path: "/order/:id/status/",
      unauthorized: wrappedUnauthorized,
      answer({ id }) {
        const order = account.find(id);
        if (!order) return notFound;
        const received = receivedBy(order, clock.now());
        return wrapped({
          order_id: Number(order.ref),
          status: statusOf(order, clock.now()),
          otp: received?.code ?? null,
          message: received?.text ?? null,
          phone: order.phone,
          ...timeLeft(order, clock.now()),
        });
      },
    },
    {
      operation: "cancel",
      method: "POST",
      path: "/order/:id/cancel/",
      unauthorized: wrappedUnauthorized,
      answer({ id }) {
        const order = account.find(id);
        if (!order) return notFound;
        if (!isRefundable(order, clock.now()) || !account.cancel(order))
          return wrappedError(400, "Order cannot be cancelled");
        return wrapped({ order_id: Number(order.ref), status: "cancelled" });
      },
    },
  ];
}

function labelOf(offer: SmsOffer): string {
  return offer.product === "verification" && offer.global ? `${offer.service} (${offer.global.label})` : offer.service;
}

/** The document promises it for the 1-day and the 30-day rentals: those that are bought by the service's id. */
function timeLeft({ offer, expireTime }: Order<SmsOffer>, now: number) {
  if (offer.product !== "rental" || offer.shelf === "rental") return {};
  const leftMs = Math.max(0, expireTime - now);
  return { time_left_seconds: Math.floor(leftMs / 1000), days_left: Math.ceil(leftMs / DAY_MS) };
}

/** A rental is, with all of its money, until its first message; an eSIM's code has been seen. */
function isRefundable(order: Order<SmsOffer>, now: number): boolean {
  return order.offer.product !== "esim" && messagesBy(order, now).length === 0;
}
