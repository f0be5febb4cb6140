import { timestamp } from "../json.ts";
import type { Message } from "../messages.ts";
import { productOf } from "../offer.ts";
import type { Order } from "../order.ts";
import { dateTime } from "./answers.ts";
import type { HandlerApiOffer } from "./catalogue.ts";

/** What the host posts of a message; nothing signs it. */
export function callbackBody(order: Order, { number, sender, text, code, arriveTime }: Message) {
  const id = Number(order.ref);
  if (productOf(order.offer) === "rental") {
    return { rentId: id, sms: { smsId: number, phoneFrom: sender, text, date: dateTime(arriveTime) } };
  }
  const { serviceCode, place } = order.offer as HandlerApiOffer;
  return {
    activationId: id,
    service: serviceCode,
    text,
    code: code ?? "",
    country: place.id,
    receivedAt: timestamp(arriveTime),
  };
}
