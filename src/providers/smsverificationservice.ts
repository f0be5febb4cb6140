// smsVerificationService: https://smsverificationservice.com/api/v1 (the project's copy of the document, read 2026-11-21).
//
// - Every path ends in a slash. Purchases answer 201. Phones come with spaces.
// - Answers are wrapped in {success, data}, bare objects or raw arrays, each endpoint in its own way.
// - USA short-term services have no country field: they are US. Other countries are listed one by one.
// - A purchase answers neither a price nor an expiry; charged is the list's `sell_price`, else its `price`.
// - A cancel does not say what came back.

import { z } from "zod";
import { UpstreamFault } from "../core/error.ts";
import type { Money } from "../core/money.ts";
import type { Listing, Order, Progress, Purchase } from "../core/upstream.ts";
import { amount, id, lines, text, time } from "../upstream/decode.ts";
import { defineProvider } from "../upstream/define.ts";
import type { UpstreamHttp } from "../upstream/http.ts";
import { perMinute } from "../upstream/limits.ts";

const usd = amount("USD");

const usServices = z.object({
  data: z.object({ services: lines(z.object({ service_id: id, name: text, price: usd })) }),
});

const countriesAnswer = z.object({ countries: lines(z.object({ country_id: id, country_name: text })) });

const globalOffers = z.object({
  offers: lines(z.object({ service_id: id, service_name: text, sell_price: usd.nullish(), price: usd.nullish() })),
});

const orderAnswer = z.object({ data: z.object({ order_id: id, phone: text.min(1) }) });

const statusAnswer = z.object({
  data: z.object({ status: z.string(), otp: text.nullish(), message: text.nullish() }),
});

const cancelAnswer = z.object({ data: z.object({ status: z.string() }) });

const ordersAnswer = lines(
  z.object({
    order_id: id,
    service: text,
    phone: text,
    sell_price: usd.nullish(),
    price: usd.nullish(),
    created_at: time,
  }),
);

const balanceAnswer = z.object({ balance: usd, currency: z.literal("USD") });

const failure = z.object({ error: z.string() });
/** Django's own envelopes: `{detail}`, or the wrong fields with what is wrong about each. */
const djangoFailure = z.union([
  z.object({ detail: z.string() }).transform(({ detail }) => detail),
  z.record(z.string(), z.array(z.string()).min(1)).transform((fields) => Object.values(fields).flat().join(" ")),
]);

export const smsverificationservice = defineProvider({
  id: "smsverificationservice",
  baseUrl: "https://smsverificationservice.com/api/v1",
  options: z.object({ apiKey: z.string().min(1) }),
  limits: { account: perMinute(60) },
  pollGapMs: 3_000,
  // Not in the document; the field's usual term.
  lifetimeMs: 20 * 60_000,
  refusals: {
    words(body) {
      const failed = failure.safeParse(body);
      if (failed.success) return failed.data.error;
      if (z.object({ success: z.literal(false) }).safeParse(body).success) return "";
      return djangoFailure.safeParse(body).data;
    },
    reasons: [
      [/rate limit/i, "UPSTREAMS_UNAVAILABLE"],
      [/insufficient|balance|funds/i, "UPSTREAM_FUNDS"],
      [/api key|credentials|permission/i, "UPSTREAM_CREDENTIALS"],
      [/too early|too soon/i, "CANCEL_TOO_EARLY"],
      [/cannot be cancell?ed|already/i, "ALREADY_ENDED"],
      [/no numbers?|out of stock|no stock|sold out|not available|unavailable/i, "NO_NUMBERS"],
      [/service not found|country not found|is required|valid (?:integer|choice)/i, "NO_OFFERS"],
      [/not found/i, "NOT_FOUND"],
    ],
  },
  headers: ({ apiKey }) => ({ authorization: `Bearer ${apiKey}` }),
  desks: (http) => ({
    catalog: {
      async *listings(signal) {
        for (const list of ["temporary", "best-temp"] as const) {
          const { data } = await http.getCatalog(`/services/${list}/`, usServices, signal);
          yield data.services.map((line) => ({
            ...listing(`${list}.${line.service_id}`, "US", line.name),
            price: line.price,
            supportsAreaCode: list === "temporary",
            curated: list === "best-temp",
          }));
        }
        const { countries } = await http.getCatalog("/global/countries/", countriesAnswer, signal);
        yield [];
        for (const { country_id, country_name } of countries) {
          const { offers } = await http.getCatalog("/global/services/", globalOffers, signal, { country_id });
          yield offers.map((line) => ({
            ...listing(`global.${country_id}.${line.service_id}`, country_name, line.service_name),
            price: charged(line),
          }));
        }
      },
    },

    async balance(signal) {
      return (await http.get("/balance/", balanceAnswer, signal)).balance;
    },

    verification: {
      buy: (order, signal) => buy(http, order, signal),

      async check({ orderRef }, signal) {
        return toProgress(
          (await http.get(`/order/${encodeURIComponent(orderRef)}/status/`, statusAnswer, signal)).data,
        );
      },

      async cancel({ orderRef }, signal) {
        const path = `/order/${encodeURIComponent(orderRef)}/cancel/`;
        const { status } = (await http.post(path, undefined, cancelAnswer, signal)).data;
        if (!CANCELLED.has(status)) throw new UpstreamFault("a cancel was answered with another status");
        return {};
      },

      async recent(signal) {
        return (await http.get("/orders/", ordersAnswer, signal)).map((order) => ({
          orderRef: order.order_id,
          numberAsSold: order.phone,
          serviceName: order.service,
          price: charged(order),
          createTime: order.created_at,
        }));
      },
    },
  }),
});

function listing(ref: string, country: string, serviceName: string): Listing {
  return { ref, product: "VERIFICATION", country, serviceName, capabilities: ["SMS"] };
}

function charged(line: { sell_price?: Money | null; price?: Money | null }): Money | undefined {
  return line.sell_price ?? line.price ?? undefined;
}

async function buy(http: UpstreamHttp, { offerRef, areaCode }: Order, signal: AbortSignal): Promise<Purchase> {
  const [list, ...ids] = offerRef.split(".");
  const body =
    list === "global"
      ? { country_id: numeric(ids[0]), service_id: numeric(ids[1]) }
      : { service_id: numeric(ids[0]), area_code: areaCode };
  const { data } = await http.post(`/order/${list}/`, body, orderAnswer, signal);
  return { orderRef: data.order_id, numberAsSold: data.phone };
}

/** The document's ids are integers, and `integer / string` for one call: a number goes out as a number. */
function numeric(value = ""): number | string {
  return /^\d{1,15}$/.test(value) ? Number(value) : value;
}

const CANCELLED = new Set(["cancelled", "canceled", "refunded"]);

function toProgress({ status, otp, message }: z.infer<typeof statusAnswer>["data"]): Progress {
  // A pending order's message may be a remark of the upstream's own.
  if (otp || (message && status === "completed"))
    return { state: "received", messages: [{ text: message ?? "", code: otp || undefined }] };
  if (CANCELLED.has(status)) return { state: "cancelled" };
  if (status === "expired") return { state: "expired" };
  return { state: "waiting" };
}
