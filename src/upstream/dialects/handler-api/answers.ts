import { z } from "zod";
import type { Inbox, OverviewRow, Progress, Purchase, ReceivedMessage, RecentOrder } from "../../../core/desks.ts";
import type { Money } from "../../../core/money.ts";
import { amount, everyLine, hint, id, messageTime, numberedLines, paid, text, time, word } from "../../decode.ts";
import { serviceNameOf } from "./services.ts";

const number = z.string().regex(/^\+?\d{5,15}$/);

/** What PHP writes where there is nothing. */
function orNothing<T>(schema: z.ZodType<T>) {
  const isNothing = (value: unknown) => value === "" || value === false || (Array.isArray(value) && value.length === 0);
  return z.preprocess((value) => (isNothing(value) ? undefined : value), schema.nullish()).optional();
}

const NUMERIC: Readonly<Record<string, string>> = { 156: "CNY", 643: "RUB", 840: "USD", 978: "EUR" };

/** An amount in the currency that the answer names, in whichever way, or else in the host's own. Undefined if neither. */
function charged(cost: string | null | undefined, said: string | null | undefined, own: string): Money | undefined {
  return paid(cost ?? undefined, NUMERIC[said ?? ""] ?? (said || own));
}

/** A balance may be in a currency of which a million buys lunch. */
const MOST_BALANCE = 1_000_000_000n;

export function balanceAnswer(currency: string): z.ZodType<Money> {
  const token = /^ACCESS_BALANCE:(.+)$/;
  return z.preprocess(
    (said) => (typeof said === "string" ? token.exec(said)?.[1] : undefined),
    amount(currency, MOST_BALANCE),
  );
}

/** Of getNumber and getNumberV2: some hosts answer the one in the form of the other. */
export function purchaseAnswer(currency: string): z.ZodType<Purchase> {
  const asText = z
    .string()
    .regex(/^ACCESS_NUMBER:[^:\s]{1,128}:\+?\d{5,15}(?::\S{0,128})?$/)
    .transform((said): Purchase => {
      const [, orderRef = "", numberAsSold = ""] = said.split(":");
      return { orderRef, numberAsSold };
    });
  const asJson = z
    .object({
      activationId: id,
      phoneNumber: number,
      activationCost: z.string().nullish(),
      currency: z.string().nullish(),
      activationEndTime: hint(time),
    })
    .transform(
      (sold): Purchase => ({
        orderRef: sold.activationId,
        numberAsSold: sold.phoneNumber,
        price: charged(sold.activationCost, sold.currency, currency),
        expireTime: sold.activationEndTime,
      }),
    );
  return z.union([asText, asJson]);
}

const received = orNothing(
  z.object({
    code: text.nullish(),
    text: text.nullish(),
    from: text.nullish(),
    phoneFrom: text.nullish(),
    dateTime: messageTime,
    date: messageTime,
  }),
);

const statusFields = ["verificationType", "sms", "call", "data"];

/** Of getStatus and getStatusV2. */
export const statusAnswer: z.ZodType<Progress> = z.union([
  z.string().max(4096).transform(toProgress),
  z
    .looseObject({ sms: received, call: received, data: received })
    .refine((answer) => statusFields.some((field) => field in answer))
    .transform(({ sms, call, data }): Progress => {
      const messages = [sms, call, data].flatMap((part) => {
        if (!part?.code && !part?.text) return [];
        const { code, text, from, phoneFrom, dateTime, date } = part;
        const sender = phoneFrom || from || undefined;
        return [{ sender, text: text ?? "", code: code || undefined, ...(dateTime ?? date) }];
      });
      return messages.length > 0 ? { state: "received", messages } : { state: "waiting" };
    }),
]);

function toProgress(said: string): Progress {
  const [, quoted] = /^STATUS_OK:(.+)$/s.exec(said) ?? [];
  const content = quoted?.trim().replace(/^'(.*)'$/s, "$1");
  if (content) {
    const isCode = /^[\w-]{1,16}$/.test(content);
    return { state: "received", messages: [isCode ? { text: "", code: content } : { text: content }] };
  }
  if (/^(?:STATUS|ACCESS)_CANCEL$/.test(said)) return { state: "cancelled" };
  // STATUS_WAIT_RETRY carries a code, and it is the old one.
  return { state: "waiting" };
}

/** Of setStatus: the hosts that know HTTP answer 204, which reads as empty. */
export function statusSet(token: string): z.ZodType<string> {
  return z.enum([token, ""]);
}

export function activationsAnswer(currency: string): z.ZodType<readonly RecentOrder[]> {
  const activation = z
    .object({
      activationId: id,
      phoneNumber: number,
      serviceCode: text,
      countryCode: hint(id),
      activationCost: z.string().nullish(),
      currency: z.string().nullish(),
      activationTime: hint(time),
    })
    .transform(
      (line): RecentOrder => ({
        orderRef: line.activationId,
        numberAsSold: line.phoneNumber,
        serviceName: serviceNameOf(line.serviceCode),
        offerRef: line.countryCode === undefined ? undefined : `${line.countryCode}.${line.serviceCode}`,
        price: charged(line.activationCost, line.currency, currency),
        createTime: line.activationTime,
      }),
    );
  // A list that hides one order proves nothing about it.
  return activationsOf(everyLine(activation));
}

const codes = orNothing(z.union([z.array(z.unknown()), z.string()]));

/**
 * A code that is listed stays listed while the next one is waited for: how many there are tells the two apart. It is
 * asked for by itself all the same, since a message looks different in each of the two answers.
 */
export const overviewAnswer: z.ZodType<readonly OverviewRow[]> = activationsOf(
  numberedLines(
    z
      .looseObject({ activationId: id, smsCode: codes, smsText: codes })
      // A list that has no place for codes says nothing of them.
      .refine((line) => "smsCode" in line || "smsText" in line)
      .transform(({ activationId, smsCode, smsText }) => {
        const received = smsCode ?? smsText ?? undefined;
        const news = Array.isArray(received) ? String(received.length) : received;
        return { orderRef: activationId, news };
      }),
  ),
);

/** The forms in which hosts list what is active. */
function activationsOf<Activation>(activations: z.ZodType<readonly Activation[]>): z.ZodType<readonly Activation[]> {
  return z.union([
    z.object({ data: activations }).transform(({ data }) => data),
    z.object({ activeActivations: z.object({ rows: activations }) }).transform((all) => all.activeActivations.rows),
    z.object({ activeActivations: activations }).transform((all) => all.activeActivations),
    z.object({ error: z.literal("NO_ACTIVATIONS") }).transform(() => []),
    z.literal("NO_ACTIVATIONS").transform(() => []),
  ]);
}

const success = z.object({ status: word.pipe(z.literal("success")) });

const phone = z.object({ id, number, endDate: hint(time) });

/** Of getRentNumber and continueRentNumber. */
export const rentAnswer = success.extend({ phone }).transform(
  (sold): Purchase => ({
    orderRef: sold.phone.id,
    numberAsSold: sold.phone.number,
    expireTime: sold.phone.endDate,
  }),
);

export const rentSet = success;

/** Of getRentStatus. */
export const inboxAnswer: z.ZodType<Inbox> = z.union([
  success
    .extend({ values: numberedLines(z.object({ text, phoneFrom: text.nullish(), date: messageTime })) })
    .transform(({ values }) =>
      toInbox(values.map(({ text, phoneFrom, date }) => ({ sender: phoneFrom || undefined, text, ...date }))),
    ),
  z.object({ status: z.literal("error"), message: z.literal("STATUS_WAIT_CODE") }).transform(() => toInbox([])),
]);

function toInbox(messages: readonly ReceivedMessage[]): Inbox {
  return { messages };
}

/** Of getRentList. */
export const rentalsAnswer = success.extend({ values: numberedLines(z.object({ id, phone: number })) });
