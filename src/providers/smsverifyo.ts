// SMSVerifyo: https://smsverifyo.com/api/public/v1 (the project's copy of the document, read 2026-11-21).
//
// - Failures are `{ok: false, error: {code, message}}` under the documented status. `no_numbers` comes with 503 and is a
//   refusal all the same; any other 5xx is not.
// - `country_id` 0 is a country. The list's price is a hint: the example lists 0.15 and charges 0.18.
// - An order carries its code and nothing else of the message: no text, no sender.
// - A cancel is refused with `invalid_state` in the cooldown after the purchase, whose length is not told, and after a
//   code or an end alike. The answer to a cancel names the new balance, not what came back.
// - No limit is named, but a 429 is: 60 a minute is what the field allows.

import { z } from "zod";
import type { Progress } from "../core/desks.ts";
import { GatewayError, type Reason, UpstreamFault } from "../core/error.ts";
import { amount, count, dateTime, hint, id, lines, messageTime, text, truth, word } from "../upstream/decode.ts";
import { defineProvider } from "../upstream/define.ts";
import { perMinute } from "../upstream/limits.ts";
import { eachPart, readList } from "../upstream/parts.ts";
import { spanIn } from "../upstream/retry-after.ts";

const usd = amount("USD");

const balanceAnswer = z.object({ balance_usd: usd, currency: word.pipe(z.literal("usd")).nullish() });

const servicesAnswer = z.object({ services: lines(z.object({ id: id.regex(/^[^.]+$/), name: text })) });

const countriesAnswer = z.object({
  countries: lines(
    z.object({ country_id: id.regex(/^\d{1,15}$/), name: text, price_usd: usd, available: hint(count) }),
  ),
});

/** A price that is left out loses no number that was sold: it is what was quoted. */
const purchaseAnswer = z.object({
  order: z.object({ id, phone: text.min(1), price_usd: usd.nullish(), expires_at: hint(dateTime) }),
});

const orderAnswer = z.object({
  order: z.object({ status: word.nullish(), sms_code: text.nullish(), received_at: messageTime }),
});

const cancelAnswer = z.union([
  z.object({ status: word }),
  z.object({ order: z.object({ status: word }) }).transform(({ order }) => order),
]);

const finishAnswer = z.object({});

const success = z.object({ ok: truth.pipe(z.literal(true)) });
const failure = z.object({
  error: z.union([
    word.transform((code) => ({ code, message: "" })),
    z.object({ code: word, message: z.string().catch("") }),
  ]),
});

const NOT_SOLD: readonly Reason[] = ["NOT_FOUND", "NO_NUMBERS"];

const PURCHASE = "/order";

export const smsverifyo = defineProvider({
  id: "smsverifyo",
  baseUrl: "https://smsverifyo.com/api/public/v1",
  options: z.object({ apiKey: z.string().min(1) }),
  limits: { account: perMinute(60) },
  // "every 3-5 seconds"
  pollGapMs: 3_000,
  // The example's code comes 28 minutes before the end.
  lifetimeMs: 30 * 60_000,
  refusals: {
    words(body, path) {
      if (success.safeParse(body).success) return undefined;
      const { error } = failure.safeParse(body).data ?? {};
      if (!error) return "";
      // There is no order yet: a wrong state says nothing of what was sold, and what is not found is something else.
      if (path === PURCHASE && error.code === "invalid_state") return "";
      const code = path === PURCHASE && error.code === "not_found" ? "invalid_request" : error.code;
      return `${code}: ${error.message}`;
    },
    reasons: [
      [/^rate_limited:/, "UPSTREAMS_UNAVAILABLE"],
      [/^insufficient_funds:/, "UPSTREAM_FUNDS"],
      [/^unauthorized:/, "UPSTREAM_CREDENTIALS"],
      [/^no_numbers:/, "NO_NUMBERS", 503],
      [/^invalid_request:/, "NO_OFFERS"],
      [/^not_found:/, "NOT_FOUND"],
      [
        /^invalid_state:(?!.*(?:received|arrived|already|finish|expire)).*(?:cool-?\s?down|too early|too soon|\byet\b|\bwait\b|\bafter \d)/is,
        "CANCEL_TOO_EARLY",
      ],
      // The code alone does not tell an order in its cooldown from one with a code or one that has ended. Whoever is told
      // that it has ended looks at the order once more; whoever is told that it is too early does not.
      [/^invalid_state:/, "ALREADY_ENDED"],
    ],
    retryAfterMs: (words) => (/^invalid_state:/i.test(words) ? spanIn(words) : undefined),
  },
  headers: ({ apiKey }) => ({ authorization: `Bearer ${apiKey}` }),
  desks: (http) => ({
    catalog: {
      async *listings(signal, lists) {
        const services = yield* readList(lists, "services", async () => {
          return (await http.getCatalog("/services", servicesAnswer, signal)).services;
        });
        yield* eachPart(services, async ({ id: service_id, name }) => {
          const { countries } = await http
            .getCatalog("/countries", countriesAnswer, signal, { service_id })
            .catch(noneWhereNotSold);
          return countries.map((line) => ({
            ref: `${service_id}.${line.country_id}`,
            product: "VERIFICATION" as const,
            country: line.name,
            serviceName: name,
            capabilities: ["SMS"] as const,
            price: line.price_usd,
            available: line.available === undefined ? undefined : line.available > 0,
            availableCount: line.available,
          }));
        });
      },
    },

    async balance(signal) {
      return (await http.get("/balance", balanceAnswer, signal)).balance_usd;
    },

    verification: {
      async buy({ offerRef }, signal) {
        const [service_id, country] = offerRef.split(".");
        const body = { service_id, country_id: Number(country) };
        const { order } = await http.post(PURCHASE, body, purchaseAnswer, signal);
        return {
          orderRef: order.id,
          numberAsSold: order.phone,
          price: order.price_usd ?? undefined,
          expireTime: order.expires_at,
        };
      },

      async check({ orderRef }, signal) {
        return toProgress((await http.get(`/order/${encodeURIComponent(orderRef)}`, orderAnswer, signal)).order);
      },

      async cancel({ orderRef }, signal) {
        const path = `/order/${encodeURIComponent(orderRef)}/cancel`;
        const { status } = await http.post(path, undefined, cancelAnswer, signal);
        if (status !== "cancelled") throw new UpstreamFault("a cancel was answered with another status");
        return {};
      },

      async complete({ orderRef }, signal) {
        await http.post(`/order/${encodeURIComponent(orderRef)}/finish`, undefined, finishAnswer, signal);
      },
    },
  }),
});

/** A service that is listed and sold nowhere is no reason to do without the others. */
function noneWhereNotSold(error: unknown): z.infer<typeof countriesAnswer> {
  if (error instanceof GatewayError && NOT_SOLD.includes(error.reason)) return { countries: [] };
  throw error;
}

function toProgress({ status, sms_code, received_at }: z.infer<typeof orderAnswer>["order"]): Progress {
  if (sms_code) {
    return { state: "received", messages: [{ text: "", code: sms_code, ...received_at }] };
  }
  if (status === "cancelled" || status === "refunded") return { state: "cancelled" };
  // "orders auto-finalize after expiry": finished without a code is over without one.
  if (status === "expired" || status === "finished") return { state: "expired" };
  return { state: "waiting" };
}
