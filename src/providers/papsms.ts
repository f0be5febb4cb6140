// PapSMS: https://papsms.com/api/v1 ("SMS Verification API Guide for Developers", the project's copy, read 2026-11-21).
//
// - There is no price list, no list of services and no balance. What is for sale is what the operator has priced in
//   `prices`; the purchase tells what was charged.
// - `GET /countries` is named and its answer is not: read as a list of codes, or of objects that hold one.
// - No failure is shown: read as whatever has words under `error` or `message` and does not say `success: true`.
// - The answer to a finish is not shown either, so what a cancel brought back is never known: "a partial refund" in one
//   place, "automatically refunded" in another.

import { z } from "zod";
import type { CatalogList } from "../core/catalog.ts";
import type { Listing, Progress } from "../core/desks.ts";
import { GatewayError, UpstreamFault } from "../core/error.ts";
import type { Money } from "../core/money.ts";
import { amount, dateTime, hint, id, messageTime, text, truth, word } from "../upstream/decode.ts";
import { defineProvider } from "../upstream/define.ts";
import { perMinute } from "../upstream/limits.ts";
import { readList } from "../upstream/parts.ts";
import { spanIn } from "../upstream/retry-after.ts";
import { UNSOLD, unsold } from "../upstream/unsold.ts";

const money = z.custom<Money>((value) => {
  const { success, data } = z.object({ currency: z.literal("USD"), micros: z.bigint() }).safeParse(value);
  return success && data.micros >= 0n;
});

const success = z.object({ success: truth.pipe(z.literal(true)) });

/** A cost that is left out loses no number that was sold: it is what the operator's price says. */
const purchaseAnswer = success.extend({
  data: z.object({
    activation_id: id,
    phone_number: text.min(1),
    cost: amount("USD").nullish(),
    expires_at: hint(dateTime),
  }),
});

/** By the names of the answer, and by those of the callback. */
const sms = z.union([
  text.transform((full_text) => ({ full_text, code: undefined, received_at: undefined })),
  z
    .object({
      code: text.nullish(),
      // No code is lost for its text.
      full_text: hint(text),
      message: hint(text),
      text: hint(text),
      received_at: messageTime,
    })
    .transform(({ code, received_at, ...said }) => {
      return { code, received_at, full_text: said.full_text || said.message || said.text };
    }),
]);

const statusAnswer = success.extend({
  data: z.object({ status: word.nullish(), sms: z.union([z.array(sms), sms]).nullish() }),
});

const finishAnswer = success.extend({
  data: z
    .object({ status: hint(word) })
    .optional()
    .catch(undefined),
});

const alpha2 = z
  .string()
  .regex(/^[a-z]{2}$/i)
  .transform((code) => code.toLowerCase());

/** By their lower-case codes; none where the list cannot be read, or a line of it cannot: then who is missing is not known. */
const countryCodes = z
  .array(
    z.union([
      alpha2,
      z.object({ code: alpha2 }).transform(({ code }) => code),
      z.object({ country: alpha2 }).transform(({ country }) => country),
      z.object({ iso: alpha2 }).transform(({ iso }) => iso),
    ]),
  )
  .min(1)
  .transform((codes): CatalogList => codes.map((code) => ({ id: code, name: "" })));

const countriesAnswer = z.union([
  countryCodes,
  z.object({ countries: countryCodes }).transform(({ countries }) => countries),
  z.object({ data: countryCodes }).transform(({ data }) => data),
  z.object({ data: z.object({ countries: countryCodes }) }).transform(({ data }) => data.countries),
  z.unknown().transform((): CatalogList => []),
]);

const wording = z.union([
  z.string(),
  z
    .object({ code: z.string().catch(""), message: z.string().catch("") })
    .transform(({ code, message }) => `${code} ${message}`),
]);
const failure = z.object({
  success: hint(truth),
  code: hint(z.string()),
  error: hint(wording),
  message: hint(wording),
});

const callback = z.union([
  z.object({ activation_id: id }).transform(({ activation_id }) => activation_id),
  z.object({ activationId: id }).transform(({ activationId }) => activationId),
  z.object({ data: z.object({ activation_id: id }) }).transform(({ data }) => data.activation_id),
  z.object({ id }).transform((activation) => activation.id),
]);

const PURCHASE = "/numbers/purchase";

/** What a number may have been sold for all the same. */
const SPEAKS_OF_AN_ORDER = /expired|completed|finished|received/i;

export const papsms = defineProvider({
  id: "papsms",
  baseUrl: "https://papsms.com/api/v1",
  options: z.object({
    apiKey: z.string().min(1),
    /** By country and service, as the upstream spells both: `us/whatsapp`. */
    prices: z.record(z.string().regex(/^[a-z]{2}\/\S+$/), money).default({}),
  }),
  limits: { account: perMinute(60) },
  // The document's own clients ask every 2 s.
  pollGapMs: 2_000,
  // The example's code comes 55 minutes before the end.
  lifetimeMs: 60 * 60_000,
  refusals: {
    /**
     * Whatever names an error and does not call itself a success. At a purchase there is no order to speak of: that one is
     * there already leaves open what was sold, and what is not found is a service or a country.
     */
    words(body, path) {
      const { success, code, error, message } = failure.safeParse(body).data ?? {};
      if (success || (success === undefined && !error && !message)) return undefined;
      const said = [code, error, message].filter(Boolean).join(": ").replaceAll("_", " ");
      if (path !== PURCHASE) return `order: ${said}`;
      return success === false && !SPEAKS_OF_AN_ORDER.test(said) ? unsold(said) : said;
    },
    reasons: [
      [/rate.?limit|too many requests/i, "UPSTREAMS_UNAVAILABLE"],
      [/(?:insufficient|not enough) (?:stock|numbers?)/i, "NO_NUMBERS"],
      [/insufficient|not enough|\bbalance\b|\bfunds\b/i, "UPSTREAM_FUNDS"],
      [/api.?key|unauthori[sz]ed|forbidden/i, "UPSTREAM_CREDENTIALS"],
      [/too early|too soon/i, "CANCEL_TOO_EARLY"],
      [/^order: (?!.*(?:received|already)).*(?:early.?cancel|\byet\b|\bwait\b|\bafter \d)/is, "CANCEL_TOO_EARLY"],
      [/^order: .*(?:already received|(?:sms|code) (?:was|has been) received)/is, "ALREADY_RECEIVED"],
      [/^order: .*(?:already|expired|cannot be cancell?ed)/is, "ALREADY_ENDED"],
      [/(?:invalid|unknown|unsupported) (?:service|country)/i, "NO_OFFERS"],
      [/(?:service|country)\b.* not (?:found|supported|exist)/i, "NO_OFFERS"],
      [/\bno.?(?:\w+ ){0,3}numbers?|out of stock|no stock|sold out/i, "NO_NUMBERS", 503],
      [/unavailable|not available/i, "NO_NUMBERS"],
      [/(?:service|country) (?:(?:is )?not|(?:field )?is (?:missing|required|invalid))/i, "NO_OFFERS"],
      [/^order: .*not found/is, "NOT_FOUND"],
      // `success: false`, in words that nobody knows.
      UNSOLD,
      [/not found/i, "NO_OFFERS"],
    ],
    retryAfterMs: (words) => (/^order: /i.test(words) ? spanIn(words) : undefined),
  },
  callback: (body) => callback.safeParse(body).data,
  headers: ({ apiKey }) => ({ authorization: `Bearer ${apiKey}` }),
  desks: (http, { prices }) => {
    async function finish(orderRef: string, status: "completed" | "cancelled", signal: AbortSignal): Promise<void> {
      const path = `/numbers/finish/${encodeURIComponent(orderRef)}`;
      const { data } = await http.post(path, { status }, finishAnswer, signal);
      if (status === "cancelled" && data?.status && data.status !== "cancelled") {
        throw new UpstreamFault("a cancel was answered with another status");
      }
    }

    return {
      catalog: {
        async *listings(signal, lists) {
          const read = () => http.getCatalog("/countries", countriesAnswer, signal).catch(noneWhereNotFound);
          yield* readList(lists, "countries", read, (countries) => {
            return Object.entries(prices).map(([key, price]) => toListing(key, price, countries));
          });
        },
      },

      verification: {
        async buy({ offerRef }, signal) {
          const { data } = await http.post(PURCHASE, place(offerRef), purchaseAnswer, signal);
          return {
            orderRef: data.activation_id,
            numberAsSold: data.phone_number,
            price: data.cost ?? undefined,
            expireTime: data.expires_at,
          };
        },

        async check({ orderRef }, signal) {
          const path = `/numbers/status/${encodeURIComponent(orderRef)}`;
          return toProgress((await http.get(path, statusAnswer, signal)).data);
        },

        async cancel({ orderRef }, signal) {
          await finish(orderRef, "cancelled", signal);
          return {};
        },

        complete: ({ orderRef }, signal) => finish(orderRef, "completed", signal),
      },
    };
  },
});

function place(key: string): { readonly country: string; readonly service: string } {
  const [country = "", ...service] = key.split("/");
  return { country, service: service.join("/") };
}

function toListing(key: string, price: Money, countries: CatalogList): Listing {
  const { country, service } = place(key);
  return {
    ref: key,
    product: "VERIFICATION",
    country,
    serviceName: service,
    capabilities: ["SMS"],
    price,
    available: countries.length > 0 ? countries.some(({ id }) => id === country) : undefined,
  };
}

/** The article names the list of countries in passing: without it nobody is missing. */
function noneWhereNotFound(error: unknown): CatalogList {
  if (error instanceof GatewayError && error.reason === "NOT_FOUND") return [];
  throw error;
}

function toProgress({ status, sms }: z.infer<typeof statusAnswer>["data"]): Progress {
  const messages = [sms ?? []]
    .flat()
    .filter(({ code, full_text }) => code || full_text)
    .map(({ code, full_text, received_at }) => ({ text: full_text ?? "", code: code || undefined, ...received_at }));
  if (messages.length > 0) return { state: "received", messages };
  if (status === "cancelled") return { state: "cancelled" };
  if (status === "expired") return { state: "expired" };
  return { state: "waiting" };
}
