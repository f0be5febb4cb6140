import { z } from "zod";
import type { Money } from "../../core/money.ts";
import { moneyNumber, timestamp } from "../json.ts";
import { type Order, receivedBy, statusOf, withoutSpaces } from "../order.ts";
import { jsonBody } from "../wire.ts";
import { failed, success } from "./answers.ts";
import type { PapSmsEndpoint, PapSmsParts } from "./api.ts";

const purchaseBody = z.object({ country: z.string().regex(/^[a-z]{2}$/), service: z.string().min(1) });
const finishBody = z.object({ status: z.enum(["completed", "cancelled"]) });

const notFound = failed("not_found", "Activation not found");

export function numberEndpoints({ account, clock, refundedShare }: PapSmsParts): PapSmsEndpoint[] {
  return [
    {
      operation: "create",
      method: "POST",
      path: "/numbers/purchase",
      answer(call) {
        const asked = purchaseBody.safeParse(jsonBody(call));
        if (!asked.success) return invalid(asked.error);
        const { country, service } = asked.data;
        const offer = account.offers.find((each) => each.country.toLowerCase() === country && each.service === service);
        if (!offer) return failed("not_found", "Service is not sold in this country");
        const sale = account.buy(offer);
        if ("refused" in sale) {
          return sale.refused === "funds"
            ? failed("insufficient_balance", "Insufficient balance")
            : failed("no_numbers", "No numbers available");
        }
        const { sold } = sale;
        return success({
          activation_id: sold.ref,
          phone_number: withoutSpaces(sold.phone),
          country,
          service,
          expires_at: timestamp(sold.expireTime),
          cost: moneyNumber(sold.price),
        });
      },
    },
    {
      operation: "poll",
      method: "GET",
      path: "/numbers/status/:id",
      answer({ id }) {
        const order = account.find(id);
        if (!order) return notFound;
        const received = receivedBy(order, clock.now());
        return success({
          status: wordOf(order, clock.now()),
          sms: received
            ? {
                code: received.code ?? null,
                full_text: received.text,
                received_at: timestamp(received.arriveTime),
              }
            : null,
        });
      },
    },
    {
      operation: "finish",
      method: "POST",
      path: "/numbers/finish/:id",
      answer(call) {
        const asked = finishBody.safeParse(jsonBody(call));
        if (!asked.success) return invalid(asked.error);
        const order = account.find(call.id);
        if (!order) return notFound;
        const { status } = asked.data;
        const isDone =
          status === "completed" ? account.finish(order) : account.cancel(order, shareOf(order.price, refundedShare));
        if (!isDone) return failed("invalid_state", `Activation is ${wordOf(order, clock.now())}`);
        return success({ activation_id: order.ref, status });
      },
    },
  ];
}

function invalid({ issues }: z.ZodError) {
  return failed("invalid_request", `${String(issues[0]?.path[0] ?? "The body")} is missing or invalid`, "invalid_body");
}

function wordOf(order: Order, now: number): string {
  const status = statusOf(order, now);
  const words: Readonly<Record<string, string>> = { pending: "waiting", completed: "received", finished: "completed" };
  return words[status] ?? status;
}

/** Rounded down to the micro-unit. */
function shareOf({ currency, micros }: Money, share: number): Money {
  return { currency, micros: (micros * BigInt(Math.round(share * 1_000_000))) / 1_000_000n };
}
