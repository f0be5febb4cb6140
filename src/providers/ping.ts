// Ping: https://api.ping.co.zw, "Phone Numbers" (the project's copy of the document, read 2026-11-21).
//
// - Failures are `{result: "failed", message, code?}`, in some examples `result: "error"`, also inside a 200.
// - The list of services carries no success rate and no wait: only a service's own page does.
// - One list holds verifications and rentals. A rental's `cost` is taken to be for one day: the example's 7 days cost
//   3.50 and 3 more 1.50. It ranks offers; what is paid is what the rental's own answer says.
// - An order carries its code and nothing else of the message: no text, no sender. A rental has whole messages.
// - There is no balance, no list of orders and nothing to call when a code was used.

import { z } from "zod";
import type { Capability } from "../core/offer.ts";
import type { Listing, Progress, ReceivedMessage } from "../core/upstream.ts";
import { amount, count, hint, id, lines, ratio, text, time } from "../upstream/decode.ts";
import { defineProvider } from "../upstream/define.ts";
import { perMinute } from "../upstream/limits.ts";

const PAGE = 100;

const currency = z.literal("USD");

const service = z.object({
  public_id: id,
  name: text,
  country_code: text,
  type: z.enum(["verification", "rental"]),
  capabilities: z.array(z.string()),
  cost: amount("USD"),
  currency,
  available: z.boolean(),
  estimated_wait_seconds: hint(count),
  success_rate: hint(ratio),
});

const servicesAnswer = z.object({ services: lines(service), total: count });

const serviceAnswer = z.object({ service });

const createAnswer = z.object({
  verification: z.object({
    public_id: id,
    phone_number: text.min(1),
    cost: amount("USD"),
    currency,
    expires_at: hint(time),
  }),
});

const pollAnswer = z.object({
  verification: z.object({ status: z.string(), code: text.nullish(), received_at: hint(time) }),
});

const cancelAnswer = z.object({
  verification: z.object({ refund: z.object({ amount: amount("USD"), currency }).nullish() }),
});

const rentAnswer = z.object({
  rental: z.object({ public_id: id, phone_number: text.min(1), cost: amount("USD"), currency, expires_at: hint(time) }),
});

const messagesAnswer = z.object({
  messages: lines(z.object({ id, from: text.nullish(), text, received_at: hint(time) })),
});

const extendAnswer = z.object({
  rental: z.object({ extension_cost: amount("USD"), currency, expires_at: hint(time) }),
});

const releaseAnswer = z.object({
  rental: z.object({ refund: z.object({ amount: amount("USD"), currency }).nullish() }),
});

const failure = z.object({ code: z.string().optional().catch(undefined), message: z.string().catch("") });

export const ping = defineProvider({
  id: "ping",
  baseUrl: "https://api.ping.co.zw/v1",
  options: z.object({ apiKey: z.string().min(1) }),
  limits: {
    endpoints: {
      services: { ...perMinute(60), verbs: ["listings", "detail"] },
      create: { ...perMinute(30), verbs: ["buy"] },
      cancel: { ...perMinute(30), verbs: ["cancel"] },
      poll: { ...perMinute(120), verbs: ["check"] },
      rental_create: { ...perMinute(30), verbs: ["rent"] },
      rental_messages: { ...perMinute(120), verbs: ["inbox"] },
      rental_extend: { ...perMinute(30), verbs: ["extend"] },
      rental_cancel: { ...perMinute(30), verbs: ["release"] },
    },
  },
  // "every 3-5 seconds"
  pollGapMs: 3_000,
  lifetimeMs: 15 * 60_000,
  refusals: {
    words(body) {
      if (z.object({ result: z.literal("success") }).safeParse(body).success) return undefined;
      const { code, message } = failure.catch({ code: undefined, message: "" }).parse(body);
      return [code, message].filter(Boolean).join(": ");
    },
    reasons: [
      [/rate.?limit/i, "UPSTREAMS_UNAVAILABLE"],
      [/insufficient|balance|\bfunds/i, "UPSTREAM_FUNDS"],
      [/api.?key|unauthori[sz]ed|permission|forbidden/i, "UPSTREAM_CREDENTIALS"],
      [/already (?:been )?(?:cancelled|canceled|expired)|has expired|(?:not|no longer) active/i, "ALREADY_ENDED"],
      [/already|cannot be cancell?ed|has (?:received|a (?:code|message))/i, "ALREADY_RECEIVED"],
      [/too early|too soon/i, "CANCEL_TOO_EARLY"],
      [/no numbers?|out of stock|no stock|sold out|unavailable|(?:not|no longer) available/i, "NO_NUMBERS"],
      [/service.*(?:not found|not exist)|(?:invalid|unknown) service/i, "NO_OFFERS"],
      [/not found/i, "NOT_FOUND"],
    ],
  },
  headers: ({ apiKey }) => ({ "x-ping-api-key": apiKey }),
  desks: (http) => ({
    catalog: {
      async *listings(signal) {
        for (let skip = 0, total = 1; skip < total; skip += PAGE) {
          const query = { skip: String(skip), limit: String(PAGE) };
          const page = await http.getCatalog("/nonvoip/services", servicesAnswer, signal, query);
          yield page.services.map(toListing);
          // Whatever the total says.
          if (page.services.length === 0) return;
          total = page.total;
        }
      },

      async detail(ref, signal) {
        return toListing(
          (await http.get(`/nonvoip/services/${encodeURIComponent(ref)}`, serviceAnswer, signal)).service,
        );
      },
    },

    verification: {
      async buy({ offerRef, capability }, signal) {
        const body = { serviceId: offerRef, capability: capability.toLowerCase() };
        const { verification } = await http.post("/nonvoip/orders/create", body, createAnswer, signal);
        return {
          orderRef: verification.public_id,
          numberAsSold: verification.phone_number,
          price: verification.cost,
          expireTime: verification.expires_at,
        };
      },

      async check({ orderRef }, signal) {
        const path = `/nonvoip/orders/${encodeURIComponent(orderRef)}/poll`;
        return toProgress((await http.get(path, pollAnswer, signal)).verification);
      },

      async cancel({ orderRef }, signal) {
        const path = `/nonvoip/orders/${encodeURIComponent(orderRef)}/cancel`;
        const { refund } = (await http.post(path, undefined, cancelAnswer, signal)).verification;
        return { refund: refund?.amount };
      },
    },

    rental: {
      async rent({ offerRef, days }, signal) {
        const body = { serviceId: offerRef, days };
        const { rental } = await http.post("/nonvoip/rentals/create", body, rentAnswer, signal);
        return {
          orderRef: rental.public_id,
          numberAsSold: rental.phone_number,
          price: rental.cost,
          expireTime: rental.expires_at,
        };
      },

      async inbox({ orderRef }, signal) {
        const path = `/nonvoip/rentals/${encodeURIComponent(orderRef)}/messages`;
        return { messages: (await http.get(path, messagesAnswer, signal)).messages.map(toMessage) };
      },

      async extend({ orderRef }, days, signal) {
        const path = `/nonvoip/rentals/${encodeURIComponent(orderRef)}/extend`;
        const { rental } = await http.post(path, { days }, extendAnswer, signal);
        return { price: rental.extension_cost, expireTime: rental.expires_at };
      },

      async release({ orderRef }, signal) {
        const path = `/nonvoip/rentals/${encodeURIComponent(orderRef)}/cancel`;
        const { refund } = (await http.post(path, undefined, releaseAnswer, signal)).rental;
        return { refund: refund?.amount };
      },
    },
  }),
});

const CAPABILITIES: Readonly<Record<string, Capability>> = { sms: "SMS", voice: "VOICE" };

function toListing(line: z.infer<typeof service>): Listing {
  const sale: Pick<Listing, "product" | "price" | "rentalTerms"> =
    line.type === "rental"
      ? { product: "RENTAL", rentalTerms: [{ minDays: 1, maxDays: 30, pricePerDay: line.cost }] }
      : { product: "VERIFICATION", price: line.cost };
  return {
    ...sale,
    ref: line.public_id,
    country: line.country_code,
    serviceName: line.name,
    capabilities: line.capabilities.flatMap((word) => CAPABILITIES[word] ?? []),
    available: line.available,
    successRate: line.success_rate,
    waitMs: line.estimated_wait_seconds === undefined ? undefined : line.estimated_wait_seconds * 1000,
  };
}

function toProgress({ status, code, received_at }: z.infer<typeof pollAnswer>["verification"]): Progress {
  if (code) return { state: "received", messages: [{ text: "", code, receiveTime: received_at }] };
  if (status === "cancelled") return { state: "cancelled" };
  if (status === "expired") return { state: "expired" };
  return { state: "waiting" };
}

function toMessage(message: z.infer<typeof messagesAnswer>["messages"][number]): ReceivedMessage {
  return {
    messageId: message.id,
    sender: message.from ?? undefined,
    text: message.text,
    receiveTime: message.received_at,
  };
}
