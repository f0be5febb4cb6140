// smsVerificationService: https://smsverificationservice.com/api/v1 (the project's copy of the document, read 2026-11-21).
//
// - Every path ends in a slash. Purchases answer 201. Phones come with spaces.
// - Answers are wrapped in {success, data}, bare objects or raw arrays, each endpoint in its own way.
// - USA short-term services have no country field: they are US. Other countries are listed one by one.
// - A purchase answers neither a price nor an expiry; charged is the list's `sell_price`, else its `price`. A rental by
//   name and an eSIM are the exceptions.
// - Rentals of 3 and of 30 days go by name, those of 1 day and others of 30 days by id. Each length is an offer of its
//   own: a renewal is for the same length again, and an order does not tell which it was.
// - A rental shows its newest message only, and only under /status/; there is no sender and no time.
// - A cancel does not say what came back.
// - The list of the 50 newest orders tells each one's status, and no code.

import { z } from "zod";
import { GatewayError, UpstreamFault } from "../core/error.ts";
import type { Money } from "../core/money.ts";
import type { BoughtOrder, Inbox, Listing, Order, Progress, Purchase } from "../core/upstream.ts";
import { amount, count, hint, id, lines, text, time } from "../upstream/decode.ts";
import { defineProvider } from "../upstream/define.ts";
import type { UpstreamHttp } from "../upstream/http.ts";
import { perMinute } from "../upstream/limits.ts";

const usd = amount("USD");

const usServices = z.object({
  data: z.object({ services: lines(z.object({ service_id: id, name: text, price: usd })) }),
});

const charge = { sell_price: usd.nullish(), price: usd.nullish() };

const rentalsByName = lines(
  z.object({
    name: text,
    sell_price_3days: usd.nullish(),
    price_3days: usd.nullish(),
    sell_price_30days: usd.nullish(),
    price_30days: usd.nullish(),
  }),
);

const decimal = z
  .string()
  .regex(/^\d{1,6}(?:\.\d{1,6})?$/)
  .transform(Number);

const esimPlans = lines(z.object({ name: text, data_gb: hint(decimal), validity_days: hint(count), ...charge }));

const countriesAnswer = z.object({ countries: lines(z.object({ country_id: id, country_name: text })) });

const globalOffers = z.object({
  offers: lines(z.object({ service_id: id, service_name: text, ...charge })),
});

const orderAnswer = z.object({ data: z.object({ order_id: id, phone: text.min(1) }) });

const rentalAnswer = z.object({ order_id: id, phone: text.min(1), expiry_date: hint(time), ...charge });

const renewAnswer = z.object({ data: z.object({ status: z.string(), expiry_date: hint(time), ...charge }) });

const esimAnswer = z.object({ order_id: id, activation_code: text.min(1), ...charge });

const statusAnswer = z.object({
  data: z.object({
    status: z.string(),
    otp: text.nullish(),
    message: text.nullish(),
    time_left_seconds: hint(count),
  }),
});

const cancelAnswer = z.object({ data: z.object({ status: z.string() }) });

/** Without `lines`: a list that hides one order proves nothing about it. */
const ordersAnswer = z.array(
  z.object({
    order_id: id,
    service: text,
    phone: text.nullish(),
    ...charge,
    created_at: time,
  }),
);

const statusesAnswer = lines(z.object({ order_id: id, status: z.string().min(1) }));

const balanceAnswer = z.object({ balance: usd, currency: z.literal("USD") });

/** Beside an order or a list, an error's words are a warning. */
const success = z.object({ success: z.literal(true) });
const failure = z.object({ error: z.string() });
/** Django's own envelopes: `{detail}`, or the wrong fields with what is wrong about each. */
const djangoFailure = z.union([
  z.object({ detail: z.string() }).transform(({ detail }) => detail),
  z.record(z.string(), z.array(z.string()).min(1)).transform((fields) => Object.values(fields).flat().join(" ")),
]);

const callback = z.object({ event: z.literal("incoming_message"), message: z.object({ order_id: id }) });

export const smsverificationservice = defineProvider({
  id: "smsverificationservice",
  baseUrl: "https://smsverificationservice.com/api/v1",
  options: z.object({ apiKey: z.string().min(1) }),
  limits: { account: perMinute(60) },
  // Not in the document.
  pollGapMs: 1_000,
  // Not in the document; the field's usual term.
  lifetimeMs: 20 * 60_000,
  refusals: {
    words(body) {
      if (success.safeParse(body).success) return undefined;
      const failed = failure.safeParse(body);
      if (failed.success) return failed.data.error;
      if (z.object({ success: z.literal(false) }).safeParse(body).success) return "";
      return djangoFailure.safeParse(body).data;
    },
    reasons: [
      [/rate limit/i, "UPSTREAMS_UNAVAILABLE"],
      [/insufficient|balance|\bfunds/i, "UPSTREAM_FUNDS"],
      [/api key|credentials|permission/i, "UPSTREAM_CREDENTIALS"],
      [/too early|too soon/i, "CANCEL_TOO_EARLY"],
      [/cannot be (?:cancell?ed|renewed)|not active|already/i, "ALREADY_ENDED"],
      [/no numbers?|out of stock|no stock|sold out|not available|unavailable/i, "NO_NUMBERS"],
      [/(?:service|country|plan) not found|is required|valid (?:integer|choice)/i, "NO_OFFERS"],
      [/not found/i, "NOT_FOUND"],
    ],
  },
  callback: (body) => callback.safeParse(body).data?.message.order_id,
  headers: ({ apiKey }) => ({ authorization: `Bearer ${apiKey}` }),
  desks: (http) => ({
    catalog: {
      async *listings(signal) {
        for (const list of ["temporary", "best-temp"] as const) {
          const { data } = await ifThere(http.getCatalog(`/services/${list}/`, usServices, signal), NO_SERVICES);
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
        yield* rentals(http, signal);
        yield await plans(http, signal);
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

      cancel: (order, signal) => cancel(http, order, signal),

      async recent(signal) {
        return (await http.get("/orders/", ordersAnswer, signal)).map((order) => ({
          orderRef: order.order_id,
          numberAsSold: order.phone ?? "",
          serviceName: order.service,
          price: charged(order),
          createTime: order.created_at,
        }));
      },

      async overview(signal) {
        return (await http.get("/orders/", statusesAnswer, signal)).map(({ order_id, status }) => ({
          orderRef: order_id,
          news: status === "pending" ? undefined : status,
        }));
      },
    },

    // "the 50 most recent orders for the authenticated account"
    recentHolds: { newest: 50, openOnly: false },

    inboxTellsEnd: true,

    rental: {
      rent: (order, signal) => rent(http, order, signal),

      async inbox({ orderRef }, signal) {
        const path = `/order/${encodeURIComponent(orderRef)}/status/`;
        return toInbox((await http.get(path, statusAnswer, signal)).data);
      },

      async extend({ orderRef, offerRef }, days, signal) {
        rentalOf(offerRef, days);
        const path = `/order/${encodeURIComponent(orderRef)}/renew/`;
        const { data } = await http.post(path, undefined, renewAnswer, signal);
        if (data.status !== "active") throw new UpstreamFault("a renewal was answered with another status");
        return { price: charged(data), expireTime: data.expiry_date };
      },

      release: (order, signal) => cancel(http, order, signal),
    },

    esim: {
      async buyEsim(offerRef, signal) {
        const body = { plan: decodeURIComponent(offerRef.slice(offerRef.indexOf(".") + 1)) };
        const answer = await http.post("/order/esim/", body, esimAnswer, signal);
        return { orderRef: answer.order_id, activationCode: answer.activation_code, price: charged(answer) };
      },
    },
  }),
});

function listing(ref: string, country: string, serviceName: string): Listing {
  return { ref, product: "VERIFICATION", country, serviceName, capabilities: ["SMS"] };
}

const RENTALS_BY_ID = [
  ["rent-1day", 1],
  ["rent-30days", 30],
] as const;

const NO_SERVICES: z.infer<typeof usServices> = { data: { services: [] } };

/** A list that is not there is an empty one: what the others have is still sold. */
async function ifThere<T>(list: Promise<T>, none: T): Promise<T> {
  try {
    return await list;
  } catch (error) {
    if (error instanceof GatewayError && error.reason === "NOT_FOUND") return none;
    throw error;
  }
}

async function* rentals(http: UpstreamHttp, signal: AbortSignal): AsyncGenerator<Listing[], void, void> {
  const byName = await ifThere(http.getCatalog("/services/rental/", rentalsByName, signal), []);
  yield byName.flatMap(({ name, ...line }) => [
    ...rental("rental", 3, name, name, line.sell_price_3days ?? line.price_3days),
    ...rental("rental", 30, name, name, line.sell_price_30days ?? line.price_30days),
  ]);
  for (const [list, days] of RENTALS_BY_ID) {
    const { data } = await ifThere(http.getCatalog(`/services/${list}/`, usServices, signal), NO_SERVICES);
    yield data.services.flatMap(({ service_id, name, price }) => rental(list, days, service_id, name, price));
  }
}

async function plans(http: UpstreamHttp, signal: AbortSignal): Promise<Listing[]> {
  return (await ifThere(http.getCatalog("/services/esim/", esimPlans, signal), [])).map((line) => ({
    ref: `esim.${encodeName(line.name)}`,
    product: "ESIM",
    // A plan is for where its name says; no field does.
    country: "",
    serviceName: line.name,
    capabilities: [],
    price: charged(line),
    esimPlan: { dataGb: line.data_gb, validityDays: line.validity_days },
  }));
}

/** Nothing where no price says that the length is sold. */
function rental(list: string, days: number, item: string, name: string, price: Money | null | undefined): Listing[] {
  if (!price) return [];
  const ref = `${list}.${days}.${encodeName(item)}`;
  return [{ ...listing(ref, "US", name), product: "RENTAL", rentalTerms: [{ days, price }] }];
}

/** A name as a part of a ref, which has no spaces. */
function encodeName(name: string): string {
  return encodeURIComponent(name.toWellFormed());
}

/** Takes a rental's ref apart: `rental.3.Booking.com`, `rent-1day.1.4421`. Throws NOT_SUPPORTED for another length. */
function rentalOf(offerRef: string, days: number): { readonly list: string; readonly item: string } {
  const [list = "", length, ...item] = offerRef.split(".");
  if (length === String(days)) return { list, item: decodeURIComponent(item.join(".")) };
  throw new GatewayError("NOT_SUPPORTED", `it is rented and renewed for ${length} days, not for ${days}`, {
    metadata: { days: String(days), sold_days: length ?? "" },
  });
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

async function rent(
  http: UpstreamHttp,
  { offerRef, days }: { readonly offerRef: string; readonly days: number },
  signal: AbortSignal,
): Promise<Purchase> {
  const { list, item } = rentalOf(offerRef, days);
  if (list !== "rental") {
    const { data } = await http.post(`/order/${list}/`, { service_id: numeric(item) }, orderAnswer, signal);
    return { orderRef: data.order_id, numberAsSold: data.phone };
  }
  const answer = await http.post("/order/rental/", { service: item, duration: days }, rentalAnswer, signal);
  return {
    orderRef: answer.order_id,
    numberAsSold: answer.phone,
    price: charged(answer),
    expireTime: answer.expiry_date,
  };
}

async function cancel(
  http: UpstreamHttp,
  { orderRef }: BoughtOrder,
  signal: AbortSignal,
): Promise<{ readonly refund?: Money }> {
  const path = `/order/${encodeURIComponent(orderRef)}/cancel/`;
  const { status } = (await http.post(path, undefined, cancelAnswer, signal)).data;
  if (!CANCELLED.has(status)) throw new UpstreamFault("a cancel was answered with another status");
  return {};
}

/** The document's ids are integers, and `integer / string` for one call: a number goes out as a number. */
function numeric(value = ""): number | string {
  return /^(?:0|[1-9]\d{0,14})$/.test(value) ? Number(value) : value;
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

/** What a rental was sent last. Before it is active its message may be a remark of the upstream's own. */
function toInbox({ status, otp, message, time_left_seconds }: z.infer<typeof statusAnswer>["data"]): Inbox {
  const isFromSender = status === "active" || status === "completed" || status === "expired";
  const isMessage = otp || (message && isFromSender);
  return {
    messages: isMessage ? [{ text: message ?? "", code: otp || undefined }] : [],
    leftMs: time_left_seconds === undefined ? undefined : time_left_seconds * 1000,
    ended: CANCELLED.has(status) ? "cancelled" : status === "expired" ? "expired" : undefined,
  };
}
