import { z } from "zod";
import { countPoll } from "../books.ts";
import { moneyNumber, timestamp } from "../json.ts";
import { type Order, receivedBy, statusOf } from "../order.ts";
import { jsonBody } from "../wire.ts";
import { failed, ok } from "./answers.ts";
import type { SmsVerifyoEndpoint, SmsVerifyoParts } from "./api.ts";

/** The document asks for a poll every 3 to 5 seconds. */
const HASTY_MS = 3000;

const orderBody = z.object({ service_id: z.uuid(), country_id: z.int() });

const notFound = failed("not_found", "Order not found");

export function orderEndpoints(parts: SmsVerifyoParts): SmsVerifyoEndpoint[] {
  const { account, tally, clock, cancelCooldownMs } = parts;

  return [
    {
      operation: "create",
      method: "POST",
      path: "/order",
      answer(call) {
        const asked = orderBody.safeParse(jsonBody(call));
        if (!asked.success) {
          const field = String(asked.error.issues[0]?.path[0] ?? "service_id");
          return failed("invalid_request", `${field} is missing or malformed`, "invalid_body");
        }
        const { service_id: serviceId, country_id: countryId } = asked.data;
        const offers = account.offers.filter(({ sold }) => sold.id === serviceId);
        if (offers.length === 0) return failed("invalid_request", "service_id is not the id of a service");
        const offer = offers.find(({ place }) => place.id === countryId);
        const sale = offer ? account.buy(offer) : { refused: "stock" as const };
        if ("refused" in sale) {
          return sale.refused === "funds"
            ? failed("insufficient_funds", "Balance is not enough to cover the order price")
            : failed("no_numbers", "No numbers available for this service and country");
        }
        const { ref, phone, price, expireTime } = sale.sold;
        return ok({
          order: {
            id: ref,
            phone: digits(phone),
            status: "waiting",
            price_usd: moneyNumber(price),
            balance_usd: moneyNumber(account.balance()),
            expires_at: timestamp(expireTime),
          },
        });
      },
    },
    {
      operation: "poll",
      method: "GET",
      path: "/order/:id",
      answer({ id }) {
        const order = account.find(id);
        if (!order) return notFound;
        const now = clock.now();
        countPoll(tally, order, now, HASTY_MS);
        const received = receivedBy(order, now);
        return ok({
          order: {
            id: order.ref,
            phone: digits(order.phone),
            status: wordOf(order, now),
            ...(received && { sms_code: received.code, received_at: timestamp(received.arriveTime) }),
          },
        });
      },
    },
    {
      operation: "cancel",
      method: "POST",
      path: "/order/:id/cancel",
      answer({ id }) {
        const order = account.find(id);
        if (!order) return notFound;
        const now = clock.now();
        const readyTime = order.createTime + cancelCooldownMs;
        if (statusOf(order, now) === "pending" && now < readyTime) {
          const seconds = Math.ceil((readyTime - now) / 1000);
          return failed("invalid_state", `Order can be cancelled in ${seconds} seconds`);
        }
        if (!account.cancel(order)) return failed("invalid_state", `Order is ${wordOf(order, now)}`);
        return ok({ status: "cancelled", balance_usd: moneyNumber(account.balance()) });
      },
    },
    {
      operation: "finish",
      method: "POST",
      path: "/order/:id/finish",
      answer({ id }) {
        const order = account.find(id);
        if (!order) return notFound;
        const now = clock.now();
        if (wordOf(order, now) !== "received" || !account.finish(order)) {
          return failed("invalid_state", `Order is ${wordOf(order, now)}`);
        }
        return ok({ status: "finished" });
      },
    },
  ];
}

/** An order whose code has come is finished by itself once it expires. */
function wordOf(order: Order, now: number): string {
  switch (statusOf(order, now)) {
    case "pending":
      return "waiting";
    case "completed":
      return now < order.expireTime ? "received" : "finished";
    default:
      return statusOf(order, now);
  }
}

/** Without its plus: `79001234567`. */
function digits(phone: string): string {
  return phone.replace(/\D/g, "");
}
