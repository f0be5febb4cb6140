import { formatDecimal } from "../../core/money.ts";
import type { Message } from "../messages.ts";
import { productOf } from "../offer.ts";
import { messagesBy, type Order, receivedBy, statusOf } from "../order.ts";
import type { Answer, Call } from "../wire.ts";
import { type Action, ANY_STATUS, type HandlerApiParts } from "./action.ts";
import { dateTime, digits, json, mistake, token } from "./answers.ts";
import { CURRENCY_NUMBERS, type HandlerApiOffer } from "./catalogue.ts";

const EARLIEST_CANCEL_MS = 2 * 60_000;

type Activation = Order<HandlerApiOffer>;

/** What becomes of a number that was bought for one service. */
export function activationActions({ account, messages, clock }: HandlerApiParts): Action[] {
  /** The message that was the latest when another was asked for. */
  const used = new WeakMap<Activation, Message>();

  const isActivation = ({ offer }: Activation) => productOf(offer) === "verification";
  const statusNow = (activation: Activation) => statusOf(activation, clock.now());

  function withActivation(answer: (activation: Activation) => Answer): Action["answer"] {
    return ({ query }: Call) => {
      const id = query.get("id");
      if (!id) return mistake("NO_ACTIVATION", "invalid_parameter");
      const activation = account.find(id);
      return activation && isActivation(activation) ? answer(activation) : token("NO_ACTIVATION");
    };
  }

  /** Asks for another message: what has come until now is used. */
  function sendAnother(activation: Activation): void {
    const received = receivedBy(activation, clock.now());
    if (received) used.set(activation, received);
    for (const message of messages.schedule(activation.offer, clock.now())) account.deliver(activation, message);
  }

  function cancel(activation: Activation): Answer {
    const status = statusNow(activation);
    if (status === "completed") return token("OTP_RECEIVED");
    if (status === "finished") return token("ACTIVATION_NOT_ACTIVE");
    if (status !== "pending") return token("ACCESS_CANCEL_ALREADY");
    if (clock.now() - activation.createTime < EARLIEST_CANCEL_MS) return token("EARLY_CANCEL_DENIED");
    account.cancel(activation);
    return token("ACCESS_CANCEL");
  }

  return [
    {
      operation: "poll",
      action: "getStatus",
      query: ["id"],
      answer: withActivation((activation) => {
        const received = receivedBy(activation, clock.now());
        if (received) {
          const isUsed = received === used.get(activation) && statusNow(activation) === "completed";
          return token(isUsed ? "STATUS_WAIT_RETRY" : "STATUS_OK", received.code ?? received.text);
        }
        return token(statusNow(activation) === "pending" ? "STATUS_WAIT_CODE" : "STATUS_CANCEL");
      }),
    },
    {
      operation: "poll",
      action: "getStatusV2",
      query: ["id"],
      beyondText: true,
      answer: withActivation((activation) => {
        const received = receivedBy(activation, clock.now());
        if (!received && statusNow(activation) !== "pending") return token("STATUS_CANCEL");
        // One that is used stays until the next has come: its time tells them apart.
        const sms = received && {
          dateTime: dateTime(received.arriveTime),
          code: received.code ?? "",
          text: received.text,
        };
        return json({ verificationType: 0, sms: sms ?? null, call: null });
      }),
    },
    {
      operation: "ready",
      action: "setStatus",
      status: 1,
      query: ["id", "status"],
      answer: withActivation((activation) =>
        token(statusNow(activation) === "pending" ? "ACCESS_READY" : "BAD_STATUS"),
      ),
    },
    {
      operation: "another",
      action: "setStatus",
      status: 3,
      query: ["id", "status"],
      answer: withActivation((activation) => {
        if (statusNow(activation) !== "completed" || activation.expireTime <= clock.now()) return token("BAD_STATUS");
        sendAnother(activation);
        return token("ACCESS_RETRY_GET");
      }),
    },
    {
      operation: "finish",
      action: "setStatus",
      status: 6,
      query: ["id", "status"],
      answer: withActivation((activation) => token(account.finish(activation) ? "ACCESS_ACTIVATION" : "BAD_STATUS")),
    },
    {
      operation: "cancel",
      action: "setStatus",
      status: 8,
      query: ["id", "status"],
      answer: withActivation(cancel),
    },
    {
      operation: "status",
      action: "setStatus",
      status: ANY_STATUS,
      query: ["id", "status"],
      answer: () => mistake("BAD_STATUS", "invalid_parameter"),
    },
    {
      operation: "orders",
      action: "getActiveActivations",
      query: ["start", "length"],
      answer({ query }) {
        const now = clock.now();
        const isRunning = (activation: Activation) => !activation.closed && activation.expireTime > now;
        const start = Number(query.get("start") ?? 0);
        const length = Number(query.get("length") ?? 100);
        const active = account.orders().filter((order) => isActivation(order) && isRunning(order));
        return json({
          status: "success",
          activeActivations: active
            .reverse()
            .slice(start, start + length)
            .map((activation) => lineOf(activation, messagesBy(activation, now))),
        });
      },
    },
  ];
}

function lineOf({ ref, offer, phone, price, createTime }: Activation, received: readonly Message[]) {
  return {
    activationId: ref,
    serviceCode: offer.serviceCode,
    phoneNumber: digits(phone),
    activationCost: formatDecimal(price),
    activationStatus: "4",
    smsCode: received.length > 0 ? received.map(({ code }) => code ?? "") : null,
    smsText: received.length > 0 ? received.map(({ text }) => text) : null,
    activationTime: dateTime(createTime),
    discount: "0.00",
    repeated: "0",
    countryCode: String(offer.place.id),
    countryName: offer.place.eng,
    canGetAnotherSms: "1",
    currency: CURRENCY_NUMBERS[price.currency],
  };
}
