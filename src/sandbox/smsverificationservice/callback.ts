import type { CallbackBody } from "../callbacks.ts";

/** What it posts to the customer when a message arrives. */
export const callbackBody: CallbackBody = (order, message) => ({
  event: "incoming_message",
  message: {
    order_id: Number(order.ref),
    number: order.phone.replace(/\D/g, ""),
    service: order.offer.service.toLowerCase(),
    sender: message.sender.replace("+", ""),
    sms: message.text,
    type: "str",
  },
});
