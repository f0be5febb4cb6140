import { z } from "zod";
import { countPoll } from "../books.ts";
import { moneyNumber, timestamp } from "../json.ts";
import { receivedBy, statusOf, withoutSpaces } from "../order.ts";
import type { Limit } from "../window.ts";
import { jsonBody } from "../wire.ts";
import { failed, invalidBody, refused, serviceNotFound, success } from "./answers.ts";
import type { PingEndpoint, PingParts } from "./api.ts";

const CREATE: Limit = { name: "create", perMinute: 30 };
const POLL: Limit = { name: "poll", perMinute: 120 };
const CANCEL: Limit = { name: "cancel", perMinute: 30 };

/** The document asks for a poll every 3 to 5 seconds. */
const HASTY_MS = 3000;

const createBody = z.object({ serviceId: z.string().min(1), capability: z.enum(["sms", "voice"]).default("sms") });

const notFound = failed(404, "Verification order not found", "ORDER_NOT_FOUND");

export function orderEndpoints({ account, tally, clock }: PingParts): PingEndpoint[] {
  function find(id: string) {
    const order = account.find(id);
    return order?.offer.product === "verification" ? order : undefined;
  }

  return [
    {
      operation: "create",
      method: "POST",
      path: "/nonvoip/orders/create",
      limit: CREATE,
      answer(call) {
        const asked = createBody.safeParse(jsonBody(call));
        if (!asked.success) return invalidBody(asked.error);
        const { serviceId, capability } = asked.data;
        const offer = account.offers.find(({ id, product }) => id === serviceId && product === "verification");
        if (!offer) return serviceNotFound;
        if (!offer.capabilities.includes(capability)) {
          return failed(400, `The service has no ${capability} capability`, "CAPABILITY_NOT_SUPPORTED", "invalid_body");
        }
        const sale = offer.available ? account.buy(offer) : { refused: "stock" as const };
        if ("refused" in sale) return refused[sale.refused];
        const { sold } = sale;
        return success(
          {
            message: "Verification order created",
            verification: {
              public_id: sold.ref,
              service_id: offer.id,
              phone_number: withoutSpaces(sold.phone),
              capability,
              status: "pending",
              code: null,
              cost: moneyNumber(sold.price),
              currency: sold.price.currency,
              expires_at: timestamp(sold.expireTime),
              created_at: timestamp(sold.createTime),
            },
          },
          201,
        );
      },
    },
    {
      operation: "poll",
      method: "GET",
      path: "/nonvoip/orders/:id/poll",
      limit: POLL,
      answer({ id }) {
        const order = find(id);
        if (!order) return notFound;
        const now = clock.now();
        countPoll(tally, order, now, HASTY_MS);
        const received = receivedBy(order, now);
        return success({
          verification: {
            public_id: order.ref,
            phone_number: withoutSpaces(order.phone),
            status: statusOf(order, now),
            code: received?.code ?? null,
            ...(received && { received_at: timestamp(received.arriveTime) }),
            expires_at: timestamp(order.expireTime),
          },
        });
      },
    },
    {
      operation: "cancel",
      method: "POST",
      path: "/nonvoip/orders/:id/cancel",
      limit: CANCEL,
      answer({ id }) {
        const order = find(id);
        if (!order) return notFound;
        if (!account.cancel(order)) {
          const status = statusOf(order, clock.now());
          return failed(409, `Verification order is ${status} and cannot be cancelled`, "ORDER_NOT_CANCELLABLE");
        }
        return success({
          message: "Verification order cancelled",
          verification: {
            public_id: order.ref,
            status: "cancelled",
            refund: { amount: moneyNumber(order.refunded), currency: order.refunded.currency },
          },
        });
      },
    },
  ];
}
