// smsVerificationService: https://smsverificationservice.com/api/v1 (the project's copy of the document, read 2026-11-21).
//
// - Every path ends in a slash. Purchases answer 201. Phones come with spaces.
// - Answers are wrapped in {success, data}, bare objects or raw arrays, each endpoint in its own way: any is read of each.
// - Refusals come with 400, 402, 404 and, the document says, 500: under that only where the words name stock, funds or a service.
// - USA short-term services have no country field: they are US. Other countries are listed one by one.
// - A purchase answers neither a price nor an expiry; charged is the list's `sell_price`, else its `price`. A rental by
//   name and an eSIM are the exceptions.
// - Rentals of 3 and of 30 days go by name, those of 1 day and others of 30 days by id. Each length is an offer of its
//   own: a renewal is for the same length again, and an order does not tell which it was.
// - A rental shows its newest message only, and only under /status/; there is no sender and no time.
// - A cancel does not say what came back. Of an order without a code nothing else gives the money back.
// - The list of the 50 newest orders tells each one's status, and no code.

import { z } from "zod";
import type { BoughtOrder, Inbox, Listing, Order, Progress, Purchase, RecentOrder } from "../core/desks.ts";
import { GatewayError, type Reason, UpstreamFault } from "../core/error.ts";
import type { Money } from "../core/money.ts";
import { amount, count, dateTime, hint, id, lines, text, truth, word } from "../upstream/decode.ts";
import { defineProvider } from "../upstream/define.ts";
import type { UpstreamHttp } from "../upstream/http.ts";
import { perMinute } from "../upstream/limits.ts";
import { eachPart, readList } from "../upstream/parts.ts";
import { UNSOLD, unsold } from "../upstream/unsold.ts";

const usd = amount("USD");

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => {
  return typeof value === "object" && value !== null && !Array.isArray(value);
};

/** The same answer comes wrapped in `data` and bare. */
function unwrapped(answer: unknown): unknown {
  return isObject(answer) && typeof answer.data === "object" && answer.data !== null ? answer.data : answer;
}

/** A list by itself, or under its name. */
function list<T>(name: string, content: z.ZodType<T>) {
  return z.preprocess((answer) => {
    const data = unwrapped(answer);
    return isObject(data) ? (data[name] === null ? [] : data[name]) : data;
  }, content);
}

function one<Fields extends z.ZodRawShape>(fields: Fields) {
  return z.preprocess(unwrapped, z.object(fields));
}

const charge = { sell_price: usd.nullish(), price: usd.nullish() };

const usServices = list(
  "services",
  lines(z.object({ service_id: id, name: text, ...charge }).refine((line) => charged(line) !== undefined)),
);

const rentalsByName = list(
  "services",
  lines(
    z.object({
      name: text,
      sell_price_3days: usd.nullish(),
      price_3days: usd.nullish(),
      sell_price_30days: usd.nullish(),
      price_30days: usd.nullish(),
    }),
  ),
);

const decimal = z
  .string()
  .regex(/^\d{1,6}(?:\.\d{1,20})?$/)
  .transform(Number);

const esimPlans = list(
  "plans",
  lines(z.object({ name: text, data_gb: hint(decimal), validity_days: hint(count), ...charge })),
);

const countriesAnswer = list("countries", lines(z.object({ country_id: id, country_name: text })));

const globalOffers = list("offers", lines(z.object({ service_id: id, service_name: text, ...charge })));

/** What is left out of it is what was quoted. "All datetimes are UTC", with their zone or without. */
const sale = { ...charge, expiry_date: hint(dateTime) };

const orderAnswer = one({ order_id: id, phone: text.min(1), ...sale });

const renewAnswer = one({ status: word, ...sale });

const esimAnswer = one({ order_id: id, activation_code: text.min(1), ...sale });

const seconds = z
  .string()
  .regex(/^\d{1,10}(?:\.\d{1,9})?$/)
  .transform((shown) => Math.floor(Number(shown)));

const statusAnswer = one({
  status: word,
  otp: text.nullish(),
  // No code is lost for its text.
  message: hint(text),
  time_left_seconds: hint(seconds),
});

const cancelAnswer = one({ status: word });

/** Without `lines`: a list that hides one order proves nothing about it. */
const ordersAnswer = list(
  "orders",
  z.array(
    z.object({
      order_id: id,
      service: text.nullish(),
      phone: text.nullish(),
      status: word.nullish(),
      ...charge,
      created_at: dateTime,
    }),
  ),
);

const statusesAnswer = list("orders", lines(z.object({ order_id: id, status: word.pipe(z.string().min(1)) })));

const balanceAnswer = one({ balance: usd, currency: word.pipe(z.literal("usd")).nullish() });

const isSuccess = (answer: boolean) => z.object({ success: truth.pipe(z.literal(answer)) });
/** Beside an order or a list, an error's words are a warning. */
const success = isSuccess(true);
const failed = isSuccess(false);

/** Django's own envelope for a body that is not valid: the wrong fields with what is wrong about each. */
const fieldErrors = z.record(z.string(), z.array(z.string()).min(1));
const sentence = z.union([z.string(), fieldErrors.transform((fields) => Object.values(fields).flat().join(" "))]);
const failure = z.union([
  ...(["error", "errors", "detail"] as const).map((name) =>
    z.object({ [name]: sentence }).transform((answer) => answer[name] as string),
  ),
  failed.extend({ message: z.string() }).transform(({ message }) => message),
  failed.transform(() => ""),
  sentence,
]);

/** What is bought there. */
const SELLS = /^\/order\/(?:[a-z][\w-]*|[^/]+\/renew)\/$/;

/** The document's own forms of an error. */
const refused = z.union([failed, fieldErrors]);

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
  // The document knows no end but a cancel, which "returns the funds", and refuses it of what is cancelled or completed.
  paidUntilCancelled: true,
  refusals: {
    words(body, path) {
      if (typeof body === "string" || success.safeParse(body).success) return undefined;
      const words = failure.safeParse(body).data;
      return words && SELLS.test(path) && refused.safeParse(body).success ? unsold(words) : words;
    },
    // 500 is among the statuses that the document names for refusals.
    reasons: [
      [/rate limit/i, "UPSTREAMS_UNAVAILABLE"],
      [/insufficient (?:stock|numbers?)/i, "NO_NUMBERS"],
      [/insufficient balance/i, "UPSTREAM_FUNDS", 500],
      [/insufficient|balance|\bfunds/i, "UPSTREAM_FUNDS"],
      [/api key|credentials|permission/i, "UPSTREAM_CREDENTIALS"],
      [/too early|too soon/i, "CANCEL_TOO_EARLY"],
      // A service may be not active as well, and a purchase already there.
      [/cannot be (?:cancell?ed|renewed)|(?:order|rental) (?:is )?not active/i, "ALREADY_ENDED"],
      [/already (?:been )?(?:cancell?ed|completed|ended|expired|received|refunded|used)/i, "ALREADY_ENDED"],
      [/\bno (?:\w+ ){0,3}numbers?\b|out of stock|no stock|sold out|\bservice not available/i, "NO_NUMBERS", 500],
      [/not available|unavailable|no (?:\w+ )?(?:services|offers)/i, "NO_NUMBERS"],
      [/(?:service|country|plan) not found/i, "NO_OFFERS", 500],
      [/is required|valid (?:integer|choice)|invalid (?:service|country|plan)/i, "NO_OFFERS"],
      // The document's own form of an error, in words that it does not have.
      UNSOLD,
      [/not found/i, "NOT_FOUND"],
    ],
  },
  callback: (body) => callback.safeParse(body).data?.message.order_id,
  headers: ({ apiKey }) => ({ authorization: `Bearer ${apiKey}` }),
  desks: (http) => ({
    catalog: {
      async *listings(signal, lists) {
        yield* eachPart(["temporary", "best-temp"], async (list) => {
          const services = await ifThere(http.getCatalog(`/services/${list}/`, usServices, signal));
          return services.map((line) => ({
            ...listing(`${list}.${line.service_id}`, "US", line.name),
            price: charged(line),
            supportsAreaCode: list === "temporary",
            curated: list === "best-temp",
          }));
        });
        const countries = yield* readList(lists, "countries", async () => {
          const lines = await ifThere(http.getCatalog("/global/countries/", countriesAnswer, signal));
          return lines.map(({ country_id, country_name }) => ({ id: country_id, name: country_name }));
        });
        yield* eachPart(countries, async ({ id: country_id, name }) => {
          const offers = await ifThere(http.getCatalog("/global/services/", globalOffers, signal, { country_id }));
          return offers.map((line) => ({
            ...listing(`global.${country_id}.${line.service_id}`, name, line.service_name),
            price: charged(line),
          }));
        });
        const others = [rentedByName, rentedById("rent-1day", 1), rentedById("rent-30days", 30), plans];
        yield* eachPart(others, (read) => read(http, signal));
      },
    },

    async balance(signal) {
      return (await http.get("/balance/", balanceAnswer, signal)).balance;
    },

    verification: {
      buy: (order, signal) => buy(http, order, signal),

      async check({ orderRef }, signal) {
        return toProgress(await http.get(`/order/${encodeURIComponent(orderRef)}/status/`, statusAnswer, signal));
      },

      cancel: (order, signal) => cancel(http, order, signal),

      async recent(signal) {
        return (await http.get("/orders/", ordersAnswer, signal)).map((order) => ({
          orderRef: order.order_id,
          numberAsSold: order.phone ?? "",
          serviceName: order.service ?? "",
          price: charged(order),
          createTime: order.created_at,
          standing: standingOf(order.status),
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
        return toInbox(await http.get(path, statusAnswer, signal));
      },

      async extend({ orderRef, offerRef }, days, signal) {
        rentalOf(offerRef, days);
        const path = `/order/${encodeURIComponent(orderRef)}/renew/`;
        const renewed = await http.post(path, undefined, renewAnswer, signal);
        if (renewed.status !== "active") throw new UpstreamFault("a renewal was answered with another status");
        return { price: charged(renewed), expireTime: renewed.expiry_date };
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

const NOT_THERE: readonly Reason[] = ["NOT_FOUND", "NO_OFFERS", "NO_NUMBERS"];

/** A list that is not there is an empty one: what the others have is still sold. */
async function ifThere<Line>(list: Promise<Line[]>): Promise<Line[]> {
  try {
    return await list;
  } catch (error) {
    if (error instanceof GatewayError && NOT_THERE.includes(error.reason)) return [];
    throw error;
  }
}

async function rentedByName(http: UpstreamHttp, signal: AbortSignal): Promise<Listing[]> {
  const services = await ifThere(http.getCatalog("/services/rental/", rentalsByName, signal));
  return services.flatMap(({ name, ...line }) => [
    ...rental("rental", 3, name, name, line.sell_price_3days ?? line.price_3days),
    ...rental("rental", 30, name, name, line.sell_price_30days ?? line.price_30days),
  ]);
}

function rentedById(list: string, days: number) {
  return async (http: UpstreamHttp, signal: AbortSignal): Promise<Listing[]> => {
    const services = await ifThere(http.getCatalog(`/services/${list}/`, usServices, signal));
    return services.flatMap((line) => rental(list, days, line.service_id, line.name, charged(line)));
  };
}

async function plans(http: UpstreamHttp, signal: AbortSignal): Promise<Listing[]> {
  return (await ifThere(http.getCatalog("/services/esim/", esimPlans, signal))).map((line) => ({
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
  const answer = await http.post(`/order/${list}/`, body, orderAnswer, signal);
  return { orderRef: answer.order_id, numberAsSold: answer.phone, price: charged(answer) };
}

async function rent(
  http: UpstreamHttp,
  { offerRef, days }: { readonly offerRef: string; readonly days: number },
  signal: AbortSignal,
): Promise<Purchase> {
  const { list, item } = rentalOf(offerRef, days);
  const body = list === "rental" ? { service: item, duration: days } : { service_id: numeric(item) };
  const answer = await http.post(`/order/${list}/`, body, orderAnswer, signal);
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
  const { status } = await http.post(path, undefined, cancelAnswer, signal);
  if (!CANCELLED.has(status)) throw new UpstreamFault("a cancel was answered with another status");
  return {};
}

/** The document's ids are integers, and `integer / string` for one call: a number goes out as a number. */
function numeric(value = ""): number | string {
  return /^(?:0|[1-9]\d{0,14})$/.test(value) ? Number(value) : value;
}

const CANCELLED = new Set(["cancelled", "refunded"]);

/** The document's other words, and one that it has for none of its own. */
const STANDS = new Set(["pending", "active", "completed", "expired"]);

/**
 * "Wallet is debited at sell_price; if the provider fails the debit is rolled back", and "Refundable orders return the
 * funds to your wallet automatically": an order that was cancelled without our doing cost nothing, with a phone as well.
 * How one that was rolled back is listed is not said: another word is left to the balance, or to the operator.
 */
function standingOf(status: string | null | undefined): RecentOrder["standing"] {
  if (!status || STANDS.has(status)) return undefined;
  return CANCELLED.has(status) ? "returned" : "unclear";
}

function toProgress({ status, otp, message }: z.infer<typeof statusAnswer>): Progress {
  // A pending order's message may be a remark of the upstream's own.
  if (otp || (message && status === "completed"))
    return { state: "received", messages: [{ text: message ?? "", code: otp || undefined }] };
  if (CANCELLED.has(status)) return { state: "cancelled" };
  if (status === "expired") return { state: "expired" };
  return { state: "waiting" };
}

/** What a rental was sent last. Before it is active its message may be a remark of the upstream's own. */
function toInbox({ status, otp, message, time_left_seconds }: z.infer<typeof statusAnswer>): Inbox {
  const isFromSender = status === "active" || status === "completed" || status === "expired";
  const isMessage = otp || (message && isFromSender);
  return {
    messages: isMessage ? [{ text: message ?? "", code: otp || undefined }] : [],
    leftMs: time_left_seconds === undefined ? undefined : time_left_seconds * 1000,
    ended: CANCELLED.has(status) ? "cancelled" : status === "expired" ? "expired" : undefined,
  };
}
