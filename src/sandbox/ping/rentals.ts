import { createHash } from "node:crypto";
import { z } from "zod";
import type { Money } from "../../core/money.ts";
import { moneyNumber, timesDays, timestamp } from "../json.ts";
import type { Message } from "../messages.ts";
import { isOpen, messagesBy, type Order, statusOf, withoutSpaces } from "../order.ts";
import type { Limit } from "../window.ts";
import { jsonBody } from "../wire.ts";
import { failed, invalidBody, refused, serviceNotFound, success } from "./answers.ts";
import type { PingEndpoint, PingParts } from "./api.ts";
import type { PingOffer } from "./catalogue.ts";

const CREATE: Limit = { name: "rental create", perMinute: 30 };
const MESSAGES: Limit = { name: "rental messages", perMinute: 120 };
const EXTEND: Limit = { name: "rental extend", perMinute: 30 };
const CANCEL: Limit = { name: "rental cancel", perMinute: 30 };

const DAY_MS = 24 * 60 * 60_000;

const days = z.int().min(1).max(30);
const createBody = z.object({ serviceId: z.string().min(1), days });
const extendBody = z.object({ days });

const notFound = failed(404, "Rental not found", "RENTAL_NOT_FOUND");

/** Numbers for some days. A service's cost is that of one day. */
export function rentalEndpoints({ account, clock }: PingParts): PingEndpoint[] {
  function find(id: string): Order<PingOffer> | undefined {
    const order = account.find(id);
    return order?.offer.product === "rental" ? order : undefined;
  }

  return [
    {
      operation: "rental_create",
      method: "POST",
      path: "/nonvoip/rentals/create",
      limit: CREATE,
      answer(call) {
        const asked = createBody.safeParse(jsonBody(call));
        if (!asked.success) return invalidBody(asked.error);
        const { serviceId, days } = asked.data;
        const offer = account.offers.find(({ id, product }) => id === serviceId && product === "rental");
        if (!offer) return serviceNotFound;
        const terms = { price: timesDays(offer.price, days), lifetimeMs: days * DAY_MS };
        const sale = offer.available ? account.buy(offer, terms) : { refused: "stock" as const };
        if ("refused" in sale) return refused[sale.refused];
        const { sold } = sale;
        return success(
          {
            message: "Number rental created",
            rental: {
              public_id: sold.ref,
              service_id: offer.id,
              phone_number: withoutSpaces(sold.phone),
              status: "active",
              days,
              cost: moneyNumber(sold.price),
              currency: sold.price.currency,
              messages_count: 0,
              expires_at: timestamp(sold.expireTime),
              created_at: timestamp(sold.createTime),
            },
          },
          201,
        );
      },
    },
    {
      operation: "rental_messages",
      method: "GET",
      path: "/nonvoip/rentals/:id/messages",
      limit: MESSAGES,
      answer({ id }) {
        const rental = find(id);
        if (!rental) return notFound;
        const messages = messagesBy(rental, clock.now()).reverse();
        return success({
          messages: messages.map((message) => ({
            id: messageId(rental, message),
            from: message.sender,
            text: message.text,
            received_at: timestamp(message.arriveTime),
          })),
          total: messages.length,
        });
      },
    },
    {
      operation: "rental_extend",
      method: "POST",
      path: "/nonvoip/rentals/:id/extend",
      limit: EXTEND,
      answer(call) {
        const asked = extendBody.safeParse(jsonBody(call));
        if (!asked.success) return invalidBody(asked.error);
        const rental = find(call.id);
        if (!rental) return notFound;
        const status = statusOf(rental, clock.now());
        if (status !== "active") {
          return failed(409, `Rental is ${status} and cannot be extended`, "RENTAL_NOT_ACTIVE");
        }
        const price = timesDays(rental.offer.price, asked.data.days);
        if (!account.extend(rental, { price, ms: asked.data.days * DAY_MS })) return refused.funds;
        return success({
          message: "Rental extended successfully",
          rental: {
            public_id: rental.ref,
            phone_number: withoutSpaces(rental.phone),
            status: "active",
            days_added: asked.data.days,
            total_days: (rental.expireTime - rental.createTime) / DAY_MS,
            extension_cost: moneyNumber(price),
            currency: price.currency,
            expires_at: timestamp(rental.expireTime),
          },
        });
      },
    },
    {
      operation: "rental_cancel",
      method: "POST",
      path: "/nonvoip/rentals/:id/cancel",
      limit: CANCEL,
      answer({ id }) {
        const rental = find(id);
        if (!rental) return notFound;
        const now = clock.now();
        const daysRemaining = Math.floor((rental.expireTime - now) / DAY_MS);
        if (!isOpen(rental, now) || !account.cancel(rental, timesDays(rental.offer.price, daysRemaining))) {
          return failed(409, `Rental is ${statusOf(rental, now)} and cannot be cancelled`, "RENTAL_NOT_ACTIVE");
        }
        return success({
          message: "Rental cancelled",
          rental: {
            public_id: rental.ref,
            status: "cancelled",
            refund: refundOf(rental.refunded, daysRemaining),
          },
        });
      },
    },
  ];
}

/** For the days that have not begun. */
function refundOf(refunded: Money, daysRemaining: number) {
  return { amount: moneyNumber(refunded), currency: refunded.currency, days_remaining: daysRemaining };
}

function messageId(rental: Order, message: Message): string {
  const digest = createHash("sha256").update(`${rental.ref} ${message.number}`).digest("hex");
  return `msg_${BigInt(`0x${digest}`).toString(36).slice(0, 12)}`;
}
