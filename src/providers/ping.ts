// Ping: https://api.ping.co.zw, "Phone Numbers" (the project's copy of the document, read 2026-11-21).
//
// - Failures are `{result: "failed", message, code?}`, in some examples `result: "error"`, also inside a 200.
//   The words are in no document: where they are not known, that form itself says that nothing was sold, unless they
//   leave it open.
// - The list of services carries no success rate and no wait: only a service's own page does.
// - One list holds verifications and rentals. A rental's `cost` is taken to be for one day: the example's 7 days cost
//   3.50 and 3 more 1.50. It ranks offers; what is paid is what the rental's own answer says.
// - An order carries its code and nothing else of the message: no text, no sender. A rental has whole messages.
// - There is no balance, no list of orders and nothing to call when a code was used.

import { z } from "zod";
import type { Listing, Progress, ReceivedMessage } from "../core/desks.ts";
import { UpstreamFault } from "../core/error.ts";
import type { Money } from "../core/money.ts";
import type { Capability } from "../core/offer.ts";
import {
  amount,
  chargedFor,
  count,
  dateTime,
  hint,
  id,
  lines,
  messageTime,
  paid,
  ratio,
  text,
  truth,
  word,
} from "../upstream/decode.ts";
import { defineProvider } from "../upstream/define.ts";
import { perMinute } from "../upstream/limits.ts";
import { eachPart } from "../upstream/parts.ts";
import { UNSOLD, unsold } from "../upstream/unsold.ts";

const PAGE = 100;

/** "in USD", where it is not said. */
const dollars = word.pipe(z.enum(["usd", ""])).nullish();

const service = z.object({
  public_id: id,
  name: text,
  country_code: text,
  type: word.pipe(z.enum(["verification", "rental"])),
  capabilities: z.array(word).nullish(),
  cost: amount("USD"),
  currency: dollars,
  available: hint(truth),
  estimated_wait_seconds: hint(count),
  success_rate: hint(ratio),
});

/** A page may hold nothing that can be read, such as another type of service: the list as a whole has to. */
const services = z.array(z.unknown()).transform((all) => ({
  count: all.length,
  readable: all.flatMap((line) => service.safeParse(line).data ?? []),
}));

const servicesAnswer = z.object({ services, total: hint(count), limit: hint(count) });

const serviceAnswer = z.object({ service });

/** A price that is left out loses no number that was sold: it is what was quoted. */
const charge = { cost: z.string().nullish(), currency: z.string().nullish() };

const createAnswer = z.object({
  verification: z.object({ public_id: id, phone_number: text.min(1), expires_at: hint(dateTime), ...charge }),
});

const pollAnswer = z.object({
  verification: z.object({ status: word.nullish(), code: text.nullish(), received_at: messageTime }),
});

const refund = hint(
  z.union([
    z.object({ amount: z.string(), currency: hint(z.string()) }).transform((back) => paid(back.amount, back.currency)),
    z.string().transform((back) => paid(back)),
  ]),
);

const givenBack = z.object({ status: word.nullish(), refund }).nullish();

const cancelAnswer = z.object({ verification: givenBack });

const rentAnswer = z.object({
  rental: z.object({ public_id: id, phone_number: text.min(1), expires_at: hint(dateTime), ...charge }),
});

const messagesAnswer = z.object({
  messages: lines(
    z.object({ id: hint(id), from: text.nullish(), text: text.nullable(), received_at: messageTime }),
  ).nullable(),
});

const extendAnswer = z.object({
  rental: z.object({
    extension_cost: z.string().nullish(),
    currency: z.string().nullish(),
    expires_at: hint(dateTime),
  }),
});

const releaseAnswer = z.object({ rental: givenBack });

const success = z.object({ result: word.pipe(z.literal("success")) });
const failed = z.object({ result: word.pipe(z.enum(["failed", "error"])) });

const wording = z.union([z.string(), z.array(z.string()).transform((all) => all.join(" "))]).catch("");
const failure = z.object({ code: wording, message: wording, error_info: wording });

/** What is bought there. */
const SELLS = /\/(?:create|extend)$/;
/** Something may be sold for all that, whatever else the words say. */
const LEFT_OPEN = /time[ds]?.?out|duplicate|already(?! (?:been )?(?:cancell?ed|expired|ended))/i;

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
    words(body, path) {
      if (success.safeParse(body).success) return undefined;
      const { code = "", message = "", error_info = "" } = failure.safeParse(body).data ?? {};
      const words = [code, message, error_info].filter(Boolean).join(": ").replaceAll("_", " ");
      if (!SELLS.test(path)) return words;
      if (LEFT_OPEN.test(words)) return "";
      return failed.safeParse(body).success ? unsold(words) : words;
    },
    reasons: [
      [/rate.?limit|too many requests/i, "UPSTREAMS_UNAVAILABLE"],
      [/(?:insufficient|not enough) (?:stock|numbers?|inventory|availability)/i, "NO_NUMBERS"],
      // Of orders that wait: the next one may be sold when they have ended.
      [/(?:too many|maximum number of) (?:\w+ )?(?:orders|verifications|rentals)/i, "NO_NUMBERS"],
      [/permission/i, "UPSTREAM_CREDENTIALS"],
      [/insufficient|not enough|balance|\bfunds|payment required|top.?up/i, "UPSTREAM_FUNDS"],
      [/api.?key|unauthori[sz]ed|authentication|forbidden|access denied/i, "UPSTREAM_CREDENTIALS"],
      [/account .*(?:suspended|banned|blocked|disabled|(?:not|no longer) active|inactive)/i, "UPSTREAM_CREDENTIALS"],
      // Not what is said of the account: it would end all that is rented.
      [
        /(?:order|verification|rental|number)\b[^:.]*(?:(?:already|is|was|has|been) +(?:been )?(?:cancell?ed|expired)|(?:not|no longer) active)/i,
        "ALREADY_ENDED",
      ],
      [/already|cannot be cancell?ed|has (?:received|a (?:code|message))/i, "ALREADY_RECEIVED"],
      [/too early|too soon/i, "CANCEL_TOO_EARLY"],
      [/\bno (?:\w+ ){0,3}numbers?\b|(?:no|out of|not in) (?:stock|inventory)|sold out/i, "NO_NUMBERS", 503],
      [/(?:unable|failed|could not|cannot) (?:to )?(?:allocate|assign|reserve|find) .*number/i, "NO_NUMBERS"],
      [/unavailable|(?:not|no longer) (?:currently )?available/i, "NO_NUMBERS"],
      [/service.*(?:not found|not exist|not supported)|(?:invalid|unknown|unsupported) service/i, "NO_OFFERS"],
      // The document's own form of a failure, in words that it does not have.
      UNSOLD,
      [/not found/i, "NOT_FOUND"],
    ],
  },
  headers: ({ apiKey }) => ({ "x-ping-api-key": apiKey }),
  desks: (http) => ({
    catalog: {
      async *listings(signal) {
        let seen = 0;
        let readable = 0;
        let size = PAGE;
        let total = 1;
        let isTold = false;
        const read = async (skip: number) => {
          const query = { skip: String(skip), limit: String(PAGE) };
          const page = await http.getCatalog("/nonvoip/services", servicesAnswer, signal, query);
          seen += page.services.count;
          readable += page.services.readable.length;
          // Fewer than were asked for, where the upstream says that it gives no more at once.
          size = Math.min(page.limit || PAGE, PAGE);
          isTold = page.total !== undefined;
          const next = page.services.count < size ? 0 : skip + size + 1;
          // Nothing follows an empty page, whatever the total says.
          total = page.services.count === 0 ? 0 : (page.total ?? next);
          return page.services.readable.map(toListing);
        };
        for (let skip = 0; skip < total; skip += size) {
          if (isTold) yield* eachPart([skip], read);
          else yield await read(skip);
        }
        if (seen > 0 && readable === 0) throw new UpstreamFault("unreadable answer: no service is as documented");
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
          price: chargedFor(verification.cost, verification.currency),
          expireTime: verification.expires_at,
        };
      },

      async check({ orderRef }, signal) {
        const path = `/nonvoip/orders/${encodeURIComponent(orderRef)}/poll`;
        return toProgress((await http.get(path, pollAnswer, signal)).verification);
      },

      async cancel({ orderRef }, signal) {
        const path = `/nonvoip/orders/${encodeURIComponent(orderRef)}/cancel`;
        return refundOf((await http.post(path, undefined, cancelAnswer, signal)).verification);
      },
    },

    rental: {
      async rent({ offerRef, days }, signal) {
        const body = { serviceId: offerRef, days };
        const { rental } = await http.post("/nonvoip/rentals/create", body, rentAnswer, signal);
        return {
          orderRef: rental.public_id,
          numberAsSold: rental.phone_number,
          price: chargedFor(rental.cost, rental.currency),
          expireTime: rental.expires_at,
        };
      },

      async inbox({ orderRef }, signal) {
        const path = `/nonvoip/rentals/${encodeURIComponent(orderRef)}/messages`;
        const { messages } = await http.get(path, messagesAnswer, signal);
        return { messages: (messages ?? []).map(toMessage) };
      },

      async extend({ orderRef }, days, signal) {
        const path = `/nonvoip/rentals/${encodeURIComponent(orderRef)}/extend`;
        const { rental } = await http.post(path, { days }, extendAnswer, signal);
        return { price: chargedFor(rental.extension_cost, rental.currency), expireTime: rental.expires_at };
      },

      async release({ orderRef }, signal) {
        const path = `/nonvoip/rentals/${encodeURIComponent(orderRef)}/cancel`;
        return refundOf((await http.post(path, undefined, releaseAnswer, signal)).rental);
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
    // "sms (default)"
    capabilities: (line.capabilities ?? ["sms"]).flatMap((word) => CAPABILITIES[word] ?? []),
    available: line.available,
    successRate: line.success_rate,
    waitMs: line.estimated_wait_seconds === undefined ? undefined : line.estimated_wait_seconds * 1000,
  };
}

function toProgress({ status, code, received_at }: z.infer<typeof pollAnswer>["verification"]): Progress {
  if (code) return { state: "received", messages: [{ text: "", code, ...received_at }] };
  if (status === "cancelled") return { state: "cancelled" };
  if (status === "expired") return { state: "expired" };
  return { state: "waiting" };
}

function refundOf(order: z.infer<typeof givenBack>): { readonly refund: Money | undefined } {
  if (order?.status && order.status !== "cancelled") {
    throw new UpstreamFault("a cancel was answered with another status");
  }
  return { refund: order?.refund };
}

function toMessage(message: NonNullable<z.infer<typeof messagesAnswer>["messages"]>[number]): ReceivedMessage {
  return {
    messageId: message.id,
    sender: message.from ?? undefined,
    text: message.text ?? "",
    ...message.received_at,
  };
}
