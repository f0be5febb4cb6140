// PVAPins, the classic API: https://api.pvapins.com/user/api (the project's copy of the document, read 2026-11-21, and
// what public clients agree on where the document lost its file names).
//
// - Everything is a GET with the key in the query. Countries and apps go by name. Answers are bare text or JSON.
// - There is no order id: an order is its number, country and app, and is asked about with exactly what was sold.
// - A purchase answers nothing but the number: charged is what the list says under `deduct`.
// - The number is unknown to `get_sms` in its first minute, so `Number Not Found` is no end but waiting; of one that may be
//   given back already it tells that it is over.
// - A number goes back from its third minute on, and before a code; it goes back by itself after 20 minutes.
// - How long a rental lasts is not said where it is sold: the operator's entry says it, or none are offered.
// - Times are shown in a zone that is not named. Of a rental its `timestamp`, in Unix seconds, tells it; of a message nothing
//   does; in the history they are not read at all.

import { z } from "zod";
import type { CatalogList } from "../core/catalog.ts";
import type { BoughtOrder, CatalogStep, Listing, Progress, ReceivedMessage } from "../core/desks.ts";
import { GatewayError } from "../core/error.ts";
import { amount, hint, id, lines, plausible, text } from "../upstream/decode.ts";
import { defineProvider } from "../upstream/define.ts";
import type { Query } from "../upstream/http.ts";
import { perMinute } from "../upstream/limits.ts";
import { eachPart, readList } from "../upstream/parts.ts";
import { UNSOLD, unsold } from "../upstream/unsold.ts";

const GET_SMS = "/get_sms.php";
const GET_BALANCE = "/get_balance.php";

/** What is bought there. */
const SELLS = /^\/(?:get_number|rent_renew_number)\.php$/;

const usd = amount("USD");

/** A list by itself, or in the frame of what is rented: `{data: [...], code: 100}`. */
function rows<T>(line: z.ZodType<T>) {
  const framed = z.object({ data: z.array(z.unknown()) });
  return z.preprocess((answer) => framed.safeParse(answer).data?.data ?? answer, lines(line));
}

const countriesAnswer = rows(
  z.object({ id, full_name: text.min(1) }).transform(({ id, full_name }) => ({ id, name: full_name })),
);

const appsAnswer = rows(z.object({ full_name: text.min(1), deduct: usd }));

const number = z.string().regex(/^\+?\d(?:[ -]?\d){4,14}$/);

/** Bare text, where a host may have put it into quotes as JSON does. */
const bareText = text.transform(unquoted);

const done = z.object({ code: z.literal("100") });

/** With words: a number beside this code says two things at once. */
const failed = z.object({ code: z.literal("200"), data: text.regex(/\p{L}/u) });

/** Numbers are sold as text and rented in JSON: either is a number. */
const numberAnswer = z.union([bareText.pipe(number), done.extend({ data: number }).transform(({ data }) => data)]);

/** Its form is not in the document: the clients', a rental's, or the amount alone, which has its cents. */
const balanceAnswer = z.union([
  z.object({ balance: usd }).transform(({ balance }) => balance),
  done.extend({ data: usd }).transform(({ data }) => data),
  z.preprocess((answer) => (typeof answer === "string" && /\.\d/.test(answer) ? unquoted(answer) : undefined), usd),
]);

/** What the endpoints that rent answer with, and others may. */
const reply = z.object({ data: text, code: z.string() });

const saidIn = z.union([bareText, reply.transform(({ data }) => unquoted(data))]);

/** As in `17/08/2025 08:15 pm`, taken for UTC. */
const shownTime = hint(z.string().transform(asUtc));

const unixTime = hint(
  z
    .string()
    .regex(/^\d{9,10}$/)
    .transform((seconds) => plausible(new Date(Number(seconds) * 1_000))),
);

const messageLine = z.object({ from: text.nullish(), message: text.min(1), timestamp: shownTime });

const message = messageLine.transform(toMessage);

/** Outside a list an error may have a `message` as well: a message has its sender beside it. */
const onlyMessage = messageLine.extend({ from: text.nullable() }).transform((only) => [toMessage(only)]);

const UNKNOWN = /^number not found\.?$/i;

/** A numeral or a sign alone is neither a message nor a word about one. */
const smsAnswer = z.union([
  failed.transform(({ data }) => (UNKNOWN.test(data) ? data : [])),
  saidIn.pipe(text.regex(/\p{L}|\p{Nd}{3}/u)),
  onlyMessage,
  rows(message),
]);

const WAITING = /^you have not received any code yet\.?$/i;

const inboxAnswer = z.union([saidIn.pipe(text.regex(WAITING)).transform(() => []), rows(message)]);

const name = text.regex(/\p{L}/u);

/** The history's fields are in no document: they are taken to be called as a rental's are, or as a purchase's parameters. */
const historyAnswer = rows(
  z.union([
    z.object({ number, app_name: name, country_name: name, deduct: usd.nullish() }),
    z.object({ number, app: name, country: name, deduct: usd.nullish() }).transform(({ app, country, ...line }) => {
      return { ...line, app_name: app, country_name: country };
    }),
  ]),
);

const rentalLine = z.object({
  number,
  app_name: text.min(1),
  country_name: text.min(1),
  is_released: z.union([z.string(), z.boolean()]).transform((said) => /^(?:1|true)$/i.test(String(said))),
  timestamp: unixTime,
  timestamp_readable: shownTime,
  expiry: shownTime,
});

const rentalsAnswer = rows(rentalLine);

const REJECTED = /^(?!.*\b(?:not|can'?t|cannot)\b).*\brejected\b/i;

/** The words that are about the account or the order itself: the only ones that are told from a message's text. */
const NO_MESSAGE =
  /^(?:customer|app|country|app or country) not found\.?$|^(?:not enough balance|your balance is expired)\.?$/i;

const RENT_FILES = {
  rentals: "load_rent.php",
  inbox: "load_rent_code.php",
  extend: "rent_renew_number.php",
  release: "reject_rent.php",
};
const fileName = z.string().regex(/^[\w.-]+$/);

export const pvapins = defineProvider({
  id: "pvapins",
  baseUrl: "https://api.pvapins.com/user/api",
  options: z.object({
    apiKey: z.string().min(1),
    rentDays: z.number().int().positive().optional(),
    rentFiles: z.partialRecord(z.enum(["rentals", "inbox", "extend", "release"]), fileName).default({}),
  }),
  // Not in the document: public clients report that more are turned away.
  limits: { endpoints: { numbers: { ...perMinute(5), verbs: ["buy", "rent"] } } },
  // "Poll every 3-6s"
  pollGapMs: 3_000,
  lifetimeMs: 20 * 60_000,
  cancelDelayMs: 2 * 60_000,
  textAnswers: true,
  refusals: {
    words(body, path) {
      const said = saidIn.safeParse(body).data;
      if (said === undefined) return undefined;
      if (path === GET_SMS) return NO_MESSAGE.test(said) ? said : undefined;
      if (path === GET_BALANCE && usd.safeParse(said).success) return undefined;
      if (WAITING.test(said) || done.safeParse(body).success) return undefined;
      if (SELLS.test(path) && failed.safeParse(body).success) return unsold(said);
      if (typeof body !== "string") return said;
      return number.safeParse(said).success || REJECTED.test(said) ? undefined : said;
    },
    reasons: [
      [/customer not found/i, "UPSTREAM_CREDENTIALS"],
      [/not enough balance|balance is expired/i, "UPSTREAM_FUNDS"],
      [/limit: ?\d+ ?min|\breject\w*\b.*\bafter \d+ ?(?:s|min)/i, "CANCEL_TOO_EARLY"],
      [
        /new numbers registration in progress|no free channels? available|\bno numbers? found|out of stock/i,
        "NO_NUMBERS",
      ],
      [/\bafter \d+ ?s|too many requests/i, "UPSTREAMS_UNAVAILABLE"],
      [/\b(?:app|country) not found/i, "NO_OFFERS"],
      [/\bnumber not found/i, "NOT_FOUND"],
      // A code may have come meanwhile: whoever is told that it is over looks once more.
      [/not able to reject|(?:not|can'?t|cannot)\b.*\brejected/i, "ALREADY_ENDED"],
      // The document's own form of a failure, in words that it does not have.
      UNSOLD,
    ],
    retryAfterMs(words) {
      const [, seconds] = /\bafter (\d{1,4}) ?s/i.exec(words) ?? [];
      const [, minutes] = /(?:limit: ?|\bafter )(\d{1,3}) ?min/i.exec(words) ?? [];
      return seconds ? Number(seconds) * 1_000 : minutes ? Number(minutes) * 60_000 : undefined;
    },
  },
  headers: () => ({}),
  desks: (http, { apiKey, rentDays, rentFiles }) => {
    const account = { customer: apiKey };
    const file = (verb: keyof typeof RENT_FILES) => `/${rentFiles[verb] ?? RENT_FILES[verb]}`;

    async function* sold(
      lists: Map<string, CatalogList>,
      rented: Query,
      toListing: (country: string, app: z.infer<typeof appsAnswer>[number]) => Listing,
      signal: AbortSignal,
    ): AsyncGenerator<CatalogStep, void, void> {
      const countries = yield* readList(lists, rented.is_rent ? "rental countries" : "countries", () => {
        return http.getCatalog("/load_countries.php", countriesAnswer, signal, rented);
      });
      yield* eachPart(countries, async (country) => {
        const apps = await http
          .getCatalog("/load_apps.php", appsAnswer, signal, { country_id: country.id, ...rented })
          .catch(noneWhereNoOffers);
        return apps.map((app) => toListing(country.name, app));
      });
    }

    return {
      catalog: {
        async *listings(signal, lists) {
          yield* sold(lists, {}, toVerification, signal);
          if (!rentDays) return;
          yield* sold(lists, { is_rent: "1" }, (country, app) => toRental(country, app, rentDays), signal);
        },
      },

      async balance(signal) {
        return await http.get(GET_BALANCE, balanceAnswer, signal, account);
      },

      verification: {
        async buy({ offerRef }, signal) {
          const place = placeOf(offerRef);
          const numberAsSold = await http.act("/get_number.php", numberAnswer, signal, { ...account, ...place });
          return { orderRef: toOrderRef(numberAsSold, place), numberAsSold };
        },

        async check(order, signal) {
          const answer = await http.get(GET_SMS, smsAnswer, signal, { ...account, ...orderOf(order) });
          return toProgress(answer);
        },

        async cancel(order, signal) {
          const answer = z.union([bareText.pipe(text.regex(REJECTED)), done]);
          await http.act("/get_reject_number.php", answer, signal, { ...account, ...orderOf(order) });
          return {};
        },

        async recent(signal) {
          const history = await http.get("/get_history.php", historyAnswer, signal, account);
          return history.map((line) => ({
            orderRef: toOrderRef(line.number, { app: line.app_name, country: line.country_name }),
            numberAsSold: line.number,
            serviceName: line.app_name,
            offerRef: toRef(line.country_name, line.app_name),
            price: line.deduct ?? undefined,
          }));
        },
      },

      rental:
        rentDays === undefined
          ? undefined
          : {
              async rent({ offerRef }, signal) {
                const place = placeOf(offerRef);
                const query = { ...account, ...place, is_rent: "1" };
                const numberAsSold = await http.act("/get_number.php", numberAnswer, signal, query);
                return { orderRef: toOrderRef(numberAsSold, place), numberAsSold };
              },

              async inbox(order, signal) {
                return {
                  messages: await http.get(file("inbox"), inboxAnswer, signal, { ...account, ...orderOf(order) }),
                };
              },

              async extend(order, _days, signal) {
                await http.act(file("extend"), done, signal, { ...account, ...orderOf(order) });
                return {};
              },

              async release(order, signal) {
                await http.act(file("release"), done, signal, { ...account, ...orderOf(order) });
                return {};
              },

              async rentals(signal) {
                const rented = await http.get(file("rentals"), rentalsAnswer, signal, account);
                return rented
                  .filter((line) => !line.is_released)
                  .map((line) => ({
                    orderRef: toOrderRef(line.number, { app: line.app_name, country: line.country_name }),
                    numberAsSold: line.number,
                    serviceName: line.app_name,
                    offerRef: RENT_PREFIX + toRef(line.country_name, line.app_name),
                    createTime: line.timestamp,
                    expireTime: endOf(line),
                  }));
              },
            },
    };
  },
});

function asUtc(shown: string): Date | undefined {
  const [, day, month, year, hour, minute, half] =
    /^(\d\d)\/(\d\d)\/(\d{4}) (\d{1,2}):(\d\d) ([ap])m$/i.exec(shown.trim()) ?? [];
  if (half === undefined) return undefined;
  const afternoon = half.toLowerCase() === "p" ? 12 : 0;
  return plausible(
    new Date(Date.UTC(Number(year), Number(month) - 1, Number(day), (Number(hour) % 12) + afternoon, Number(minute))),
  );
}

/** The same moment in two forms, with and without its zone, tells the zone of the end. */
function endOf({ timestamp, timestamp_readable: shown, expiry }: z.infer<typeof rentalLine>): Date | undefined {
  if (!timestamp || !shown || !expiry) return expiry;
  return new Date(timestamp.getTime() + expiry.getTime() - shown.getTime());
}

function toMessage(line: z.infer<typeof messageLine>): ReceivedMessage {
  return { sender: line.from ?? undefined, text: line.message, shownTime: line.timestamp };
}

function unquoted(said: string): string {
  const bare = said.trim();
  if (!/^".*"$/s.test(bare)) return bare;
  try {
    const inside: unknown = JSON.parse(bare);
    return typeof inside === "string" ? inside.trim() : bare;
  } catch {
    return bare;
  }
}

/** Where a number is sold, in the words and the case of the list. */
interface Place {
  readonly country: string;
  readonly app: string;
}

const RENT_PREFIX = "rent/";

function toRef(...names: readonly string[]): string {
  return names.map((name) => encodeURIComponent(name.toWellFormed())).join("/");
}

function namesIn(ref: string): readonly string[] {
  return ref.split("/").map(decodeURIComponent);
}

function placeOf(offerRef: string): { country: string; app: string } {
  const [country = "", app = ""] = namesIn(offerRef.replace(RENT_PREFIX, ""));
  return { country, app };
}

function toOrderRef(soldNumber: string, { country, app }: Place): string {
  return toRef(soldNumber, country, app);
}

function orderOf({ orderRef }: BoughtOrder): { number: string; country: string; app: string } {
  const [soldNumber = "", country = "", app = ""] = namesIn(orderRef);
  return { number: soldNumber, country, app };
}

function toVerification(country: string, { full_name, deduct }: z.infer<typeof appsAnswer>[number]): Listing {
  const ref = toRef(country, full_name);
  return { ref, product: "VERIFICATION", country, serviceName: full_name, capabilities: ["SMS"], price: deduct };
}

function toRental(country: string, app: z.infer<typeof appsAnswer>[number], days: number): Listing {
  const { ref, price, serviceName, ...listing } = toVerification(country, app);
  return {
    ...listing,
    ref: RENT_PREFIX + ref,
    product: "RENTAL",
    // `Rent Whatsapp` is for WhatsApp: the app keeps its name where it is asked for.
    serviceName: serviceName.replace(/^rent\s+(?=\S)/i, ""),
    rentalTerms: [{ days, price }],
  };
}

/** A country that is listed and has no apps is no reason to do without the others. */
function noneWhereNoOffers(error: unknown): [] {
  if (error instanceof GatewayError && error.reason === "NO_OFFERS") return [];
  throw error;
}

/** A code, or a link: every message that somebody waits for has one. Nothing else tells one from a word about it. */
const CODE_OR_LINK = /\p{Nd}(?:[\s-]?\p{Nd}){2}|\b(?=\w*\d)(?=\w*[a-z])\w{5,}\b|https?:\/\//iu;

/** The upstream's own words in the place of a message; none that is waited for begins so and names no code. */
const REMARK =
  /^(?:please wait|(?:please )?try again|too many requests|rate limit|check (?:back|after))\b(?!.*\b(?:code|otp|pin)\b)/is;

function toProgress(answer: z.infer<typeof smsAnswer>): Progress {
  if (typeof answer !== "string") {
    return answer.length > 0 ? { state: "received", messages: answer } : { state: "waiting" };
  }
  if (UNKNOWN.test(answer)) return { state: "waiting", isUnknown: true };
  if (/^error\b/i.test(answer) || REMARK.test(answer) || !CODE_OR_LINK.test(answer)) return { state: "waiting" };
  const isCode = /^\d{3,10}$/.test(answer);
  return { state: "received", messages: [isCode ? { text: "", code: answer } : { text: answer }] };
}
