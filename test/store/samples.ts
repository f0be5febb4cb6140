import type { Budget, Caller } from "../../src/core/caller.ts";
import { type Money, parseMoney } from "../../src/core/money.ts";
import type { Rates } from "../../src/core/rates.ts";
import type { NewAttempt, NewVerification, RecordedPurchase, Store } from "../../src/core/store.ts";
import type { Message, Verification, VerificationRequest } from "../../src/core/verification.ts";

export const NOON = new Date("2026-05-15T12:00:00Z");

export function minutesLater(minutes: number, time = NOON): Date {
  return new Date(time.getTime() + minutes * 60_000);
}

export function money(decimal: string, currency: string): Money {
  const amount = parseMoney(decimal, currency);
  if (!amount) throw new Error(`${decimal} is no amount`);
  return amount;
}

export const usd = (decimal: string) => money(decimal, "USD");
export const eur = (decimal: string) => money(decimal, "EUR");
/** Of a currency that no rate is known of. */
export const xau = (decimal: string) => money(decimal, "XAU");

/** A euro is worth 1.10 dollars, and a rouble 0.011. */
export const RATES: Rates = new Map([
  ["EUR", 1_100_000n],
  ["RUB", 11_000n],
]);

export function callerNamed(name: string, budget: Budget = {}): Caller {
  return { name, budget, allow: {} };
}

export const CI = callerNamed("ci");

export const REQUEST: VerificationRequest = {
  country: "GB",
  service: "whatsapp",
  capability: "SMS",
  strategy: "CHEAPEST",
  upstreams: [],
  excludeUpstreams: [],
  labels: {},
};

let made = 0;

/** A wish that no other test has made. */
export function aWish(fields: Partial<NewVerification> = {}): NewVerification {
  made += 1;
  return {
    verificationId: `ver-${made}`,
    caller: CI,
    requestId: `request-${made}`,
    request: REQUEST,
    fingerprint: "as sent",
    time: NOON,
    ...fields,
  };
}

export function anAttempt(fields: Partial<NewAttempt> = {}): NewAttempt {
  return {
    upstream: "acme",
    provider: "acmesms",
    offerId: "acme:17",
    offerRef: "17",
    country: "GB",
    service: "whatsapp",
    quotedPrice: usd("0.50"),
    explanation: "the cheapest of three, at 0.50 USD",
    time: NOON,
    ...fields,
  };
}

/** A purchase of an order that no other has. */
export function aPurchase(fields: Partial<RecordedPurchase> = {}): RecordedPurchase {
  made += 1;
  return {
    orderRef: `order-${made}`,
    phoneNumber: "+447700900123",
    numberAsSold: "07700 900123",
    price: usd("0.45"),
    expireTime: minutesLater(20),
    time: minutesLater(1),
    ...fields,
  };
}

export function aMessage(fields: Partial<Message> = {}): Message {
  const text = "Your code is 123456";
  return { messageId: "m1", text, code: "123456", receiveTime: minutesLater(2), late: false, ...fields };
}

export async function created(store: Store, fields: Partial<NewVerification> = {}): Promise<Verification> {
  return (await store.createVerification(aWish(fields))).verification;
}

/** A verification whose first attempt is under way. */
export async function buying(store: Store, fields: Partial<NewVerification> = {}): Promise<string> {
  const wish = aWish(fields);
  await store.createVerification(wish);
  await store.beginAttempt(wish.verificationId, wish.caller, anAttempt({ time: wish.time }));
  return wish.verificationId;
}

/** A verification that waits for its code. */
export async function waiting(store: Store, fields: Partial<NewVerification> = {}): Promise<string> {
  const id = await buying(store, fields);
  await store.recordPurchase(id, aPurchase());
  return id;
}

/** A verification that has received one. */
export async function received(store: Store, fields: Partial<NewVerification> = {}): Promise<string> {
  const id = await waiting(store, fields);
  await store.recordMessages(id, [aMessage()], minutesLater(3));
  return id;
}

/** A purchase of which nobody knows whether it was made. */
export async function uncertain(store: Store, fields: Partial<NewVerification> = {}): Promise<string> {
  const id = await buying(store, fields);
  await store.recordUncertain(id, minutesLater(1));
  return id;
}

/** What `expect(...).rejects` is to meet: a GatewayError with that reason. */
export function refusal(reason: string): object {
  return { name: "GatewayError", reason };
}

/** A bug: not a refusal that a caller would be shown. */
export function bug(message: RegExp): object {
  return { name: "Error", message: expectMatching(message) };
}

function expectMatching(message: RegExp): unknown {
  return { asymmetricMatch: (text: unknown) => typeof text === "string" && message.test(text) };
}
