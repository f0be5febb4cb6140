import { moneyNumber, timestamp } from "../json.ts";
import { receivedBy, statusOf } from "../order.ts";
import { bare, bareUnauthorized, wrapped, wrappedError, wrappedUnauthorized } from "./answers.ts";
import type { SmsVerificationServiceEndpoint, SmsVerificationServiceParts } from "./api.ts";

const LIST_SIZE = 50;

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
            service: order.offer.global ? `${order.offer.service} (${order.offer.global.label})` : order.offer.service,
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
        if (!account.cancel(order)) return wrappedError(400, "Order cannot be cancelled");
        return wrapped({ order_id: Number(order.ref), status: "cancelled" });
      },
    },
  ];
}
