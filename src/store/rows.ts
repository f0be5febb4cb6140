import type { Change, EntryKind, HistoryEvent, RecordedBalance } from "../core/books.ts";
import type { Verb } from "../core/desks.ts";
import type { Reason } from "../core/error.ts";
import type { Money } from "../core/money.ts";
import type { Learned, SentCall } from "../core/store.ts";
import type { Attempt, Message, Outcome, Verification, VerificationStatus } from "../core/verification.ts";
import { toRequest } from "./requests.ts";

/** What an engine gives for a row. Integers are bigints. */
export type Row = Readonly<Record<string, unknown>>;

/** What an engine is given. There is no number and no Date: node:sqlite would bind a float, and NULL. */
export type Value = string | bigint | null;

export function fromTime(time: Date): bigint {
  return BigInt(time.getTime());
}

export function toText(value: unknown): string {
  if (typeof value !== "string") throw new TypeError(`a column holds ${typeof value} instead of text`);
  return value;
}

export function toInteger(value: unknown): bigint {
  if (typeof value !== "bigint") throw new TypeError(`a column holds ${typeof value} instead of an integer`);
  return value;
}

export function toTime(value: unknown): Date {
  return new Date(Number(toInteger(value)));
}

export function toMoney(micros: unknown, currency: unknown): Money {
  return { currency: toText(currency), micros: toInteger(micros) };
}

export function textIfAny(value: unknown): string | undefined {
  return value === null ? undefined : toText(value);
}

export function timeIfAny(value: unknown): Date | undefined {
  return value === null ? undefined : toTime(value);
}

export function moneyIfAny(micros: unknown, currency: unknown): Money | undefined {
  return micros === null ? undefined : toMoney(micros, currency);
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without the fields that are undefined. */
export function present<T extends object>(fields: T): Present<T> {
  const kept: Present<T> = {};
  for (const key in fields) {
    if (fields[key] !== undefined) kept[key] = fields[key] as Present<T>[typeof key];
  }
  return kept;
}

export function toVerification(row: Row, attempts: readonly Attempt[], messages: readonly Message[]): Verification {
  return {
    verificationId: toText(row.order_id),
    version: Number(toInteger(row.version)),
    caller: toText(row.caller),
    requestId: toText(row.request_id),
    request: toRequest(toText(row.request)),
    country: toText(row.country),
    service: toText(row.service),
    status: toText(row.status) as VerificationStatus,
    createTime: toTime(row.create_time),
    ...present({
      phoneNumber: textIfAny(row.phone_number),
      numberAsSold: textIfAny(row.number_as_sold),
      code: textIfAny(row.code),
      upstream: textIfAny(row.upstream),
      provider: textIfAny(row.provider),
      offerId: textIfAny(row.offer_id),
      offerRef: textIfAny(row.offer_ref),
      orderRef: textIfAny(row.order_ref),
      price: moneyIfAny(row.price_micros, row.price_currency),
      quotedPrice: moneyIfAny(row.quoted_micros, row.quoted_currency),
      refund: moneyIfAny(row.refund_micros, row.refund_currency),
      expireTime: timeIfAny(row.expire_time),
      cancellableTime: timeIfAny(row.cancellable_time),
      codeTime: timeIfAny(row.code_time),
      endTime: timeIfAny(row.end_time),
    }),
    messages,
    attempts,
  };
}

export function toAttempt(row: Row): Attempt {
  return {
    upstream: toText(row.upstream),
    offerId: toText(row.offer_id),
    quotedPrice: toMoney(row.quoted_micros, row.quoted_currency),
    explanation: toText(row.explanation),
    startTime: toTime(row.start_time),
    ...present({
      outcome: textIfAny(row.outcome) as Outcome | undefined,
      reason: textIfAny(row.reason) as Reason | undefined,
      endTime: timeIfAny(row.end_time),
    }),
  };
}

export function toMessage(row: Row): Message {
  return {
    messageId: toText(row.message_id),
    text: toText(row.text),
    receiveTime: toTime(row.receive_time),
    late: toInteger(row.late) !== 0n,
    ...present({ sender: textIfAny(row.sender), code: textIfAny(row.code) }),
  };
}

export function toEntry(row: Row): HistoryEvent["entries"][number] {
  return { kind: toText(row.kind) as EntryKind, money: toMoney(row.micros, row.currency) };
}

/** The row is joined with that of the attempt that the event is about. */
export function toHistoryEvent(row: Row, entries: HistoryEvent["entries"]): HistoryEvent {
  const event = {
    seq: toInteger(row.seq),
    time: toTime(row.time),
    caller: toText(row.caller),
    orderId: toText(row.order_id),
    change: toText(row.change) as Change,
    status: toText(row.status),
    version: Number(toInteger(row.version)),
    entries,
  };
  if (row.attempt === null) return event;
  const attempt = {
    number: Number(toInteger(row.attempt)),
    upstream: toText(row.upstream),
    offerId: toText(row.offer_id),
    quotedPrice: toMoney(row.quoted_micros, row.quoted_currency),
    explanation: toText(row.explanation),
    ...present({
      outcome: textIfAny(row.outcome) as Outcome | undefined,
      reason: textIfAny(row.reason) as Reason | undefined,
    }),
  };
  return { ...event, attempt };
}

export function toRecordedBalance(row: Row): RecordedBalance {
  return {
    upstream: toText(row.upstream),
    provider: toText(row.provider),
    balance: toMoney(row.micros, row.currency),
    time: toTime(row.time),
  };
}

export function toSentCall(row: Row): SentCall {
  return { upstream: toText(row.upstream), verb: toText(row.verb) as Verb, time: toTime(row.time) };
}

export function toLearned(row: Row): Learned {
  return { kind: toText(row.kind), key: toText(row.key), value: toText(row.value), time: toTime(row.time) };
}
