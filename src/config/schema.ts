import { z } from "zod";
import { nearest } from "../core/nearest.ts";
import type { Strategy } from "../core/verification.ts";
import * as scalars from "./scalars.ts";
import type { LogLevel } from "./types.ts";

/** What a complaint about a scalar may add: never there for a secret. */
export interface Given {
  readonly given: string;
  /** The allowed word that comes closest. */
  readonly meant?: string;
}

const LOG_LEVELS: readonly LogLevel[] = ["trace", "debug", "info", "warn", "error", "fatal", "silent"];
const HANDLER_API_VERSIONS = ["v2", "text"] as const;
const STRATEGIES: readonly Strategy[] = ["CHEAPEST", "MOST_RELIABLE", "FASTEST", "BALANCED"];

/** The file's schema: its keys are the file's, its values are parsed. */
export function fileSchema(providers: readonly string[]) {
  const caller = keys({
    name: text(
      "a name of up to 64 letters, digits and . _ @ -, the first a letter or digit",
      pattern(/^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/),
    ),
    token: secret("a token of at least 16 characters", scalars.readToken).optional(),
    token_sha256: secret("the SHA-256 of a token as 64 hex digits", scalars.readSha256).optional(),
    budget: keys({
      per_day: money().optional(),
      per_month: money().optional(),
      max_price: money().optional(),
      max_open: text("a whole number, 0 or more", scalars.readCount).optional(),
      max_without_code: text("a whole number, 1 or more, or off", scalars.readCountOrOff).optional(),
    }).optional(),
    allow: keys({
      services: list(text("a service in lower case, such as whatsapp", scalars.readService)).optional(),
      countries: list(text("an ISO 3166-1 alpha-2 country code, such as US", scalars.readCountry)).optional(),
      upstreams: list(text("an upstream's id", scalars.readFilePath)).optional(),
    }).optional(),
  });
  const upstream = keys({
    id: text(
      "an id of up to 32 of a-z, 0-9, _ and -, the first a letter or digit, such as ping",
      pattern(/^[a-z0-9][a-z0-9_-]{0,31}$/),
    ),
    provider: choice(providers),
    api_key: secret("the account's key", scalars.readKey),
    base_url: secret("a URL such as https://api.example.com/v1", scalars.readBaseUrl).optional(),
    limits: limits().optional(),
    prices: record(
      text("a country and a service in lower case, such as us/whatsapp", scalars.readPriceKey),
      money(),
    ).optional(),
    callback_secret: secret("a secret of at least 16 characters", scalars.readToken).optional(),
    enabled: text("true or false", scalars.readBoolean).optional(),
    handler_api: keys({
      currency: text("a currency's ISO 4217 code, such as RUB", pattern(/^[A-Z]{3}$/)).optional(),
      version: choice(HANDLER_API_VERSIONS).optional(),
      cancel_after: text("a number and s, m, h or d, such as 2m, or 0", scalars.readDelay).optional(),
      lifetime: duration().optional(),
      needs_ready: text("true or false", scalars.readBoolean).optional(),
      rent_days: list(days()).optional(),
    }).optional(),
    pvapins: keys({
      rent_days: days().optional(),
      rent_files: keys({
        rentals: fileName().optional(),
        inbox: fileName().optional(),
        extend: fileName().optional(),
        release: fileName().optional(),
      }).optional(),
    }).optional(),
  });
  return keys({
    listen: listenSchema.optional(),
    database: secret("sqlite:<path>, sqlite::memory: or postgres://...", scalars.readDatabase).optional(),
    log_level: choice(LOG_LEVELS).optional(),
    tls: keys({
      cert: file(),
      key: file(),
      client_ca: file().optional(),
    }).optional(),
    callers: z.array(caller, expecting("a list of callers")).nullish(),
    upstreams: z.array(upstream, expecting("a list of upstreams")).nullish(),
    routing: keys({
      default_strategy: choice(STRATEGIES).optional(),
      rates: record(
        text("a currency's ISO 4217 code, such as RUB", scalars.readCurrency),
        text('US dollars for one unit of it, with up to six decimals, such as "0.011"', scalars.readRate),
      ).optional(),
    }).nullish(),
    retention: keys({ messages: duration().optional(), orders: duration().optional() }).nullish(),
  });
}

export type FileValues = z.output<ReturnType<typeof fileSchema>>;

const money = () => text('US dollars with up to six decimals, such as "1.50"', scalars.readMoney);
const limits = () =>
  record(
    text("a limit's name, such as account", pattern(/^[a-z][a-z0-9_]*$/)),
    text("<calls>/s, <calls>/min or <calls>/h, such as 60/min", scalars.readLimit),
  );
const duration = () => text("a number and s, m, h or d, such as 30d", scalars.readDuration);
const days = () => text("a whole number of days, 1 to 3650", scalars.readDays);
const fileName = () => text("a file's name, such as load_rent.php", scalars.readFileName);
const file = () => text("a file's path", scalars.readFilePath);

function choice<W extends string>(words: readonly W[]) {
  const expected = `one of ${words.join(", ")}`;
  return scalar(expected).transform((given, context): W => {
    const word = words.find((candidate) => candidate === given);
    if (word) return word;
    const meant = meantBy(given, words);
    context.addIssue({
      code: "custom",
      message: `expected ${expected}`,
      params: { given, ...(meant && { meant }) } satisfies Given,
    });
    return z.NEVER;
  });
}

/** A scalar that a complaint may quote. */
function text<T>(expected: string, read: scalars.Read<T>) {
  return parsed(expected, read, true);
}

/** A scalar that is never quoted. */
function secret<T>(expected: string, read: scalars.Read<T>) {
  return parsed(expected, read, false);
}

function parsed<T>(expected: string, read: scalars.Read<T>, quotable: boolean) {
  return scalar(expected).transform((given, context): T => {
    const value = read(given);
    if (value instanceof scalars.Complaint) {
      context.addIssue({ code: "custom", message: value.message });
    } else if (value === undefined) {
      context.addIssue({
        code: "custom",
        message: `expected ${expected}`,
        ...(quotable && { params: { given } satisfies Given }),
      });
    } else {
      return value;
    }
    return z.NEVER;
  });
}

function scalar(expected: string) {
  return z.string(expecting(expected));
}

function pattern(allowed: RegExp): scalars.Read<string> {
  return (given) => (allowed.test(given) ? given : undefined);
}

/** A list that is left out when it has nothing to say: an empty one is a slip. */
function list<T extends z.ZodType>(item: T, expected = "a list") {
  return z.array(item, expecting(expected)).min(1, "the list is empty; put something in it, or leave the key out");
}

function record<K extends z.ZodType<string, string>, V extends z.ZodType>(key: K, value: V) {
  return z.record(key, value, expecting("keys and values"));
}

function keys<S extends z.ZodRawShape>(shape: S) {
  const known = Object.keys(shape);
  const wrongType = expecting(`keys and values (${known.join(", ")})`);
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? // One line for each key, in the issue's order: see complaints.
          (issue.keys as string[]).map((key) => unknownKey(key, known)).join("\n")
        : wrongType.error(issue),
  });
}

function unknownKey(key: string, known: readonly string[]): string {
  const meant = meantBy(key, known);
  return `unknown key; ${meant ? `did you mean ${meant}?` : `expected one of ${known.join(", ")}`}`;
}

/** The few words that there are leave room for more slips than the many names of services do. */
function meantBy(written: string, words: readonly string[]): string | undefined {
  return nearest(written, words, { slips: Math.max(2, Math.ceil(written.length / 3)), count: 1 })[0];
}

function expecting(expected: string) {
  return {
    error: ({ input }: { readonly input?: unknown }) => {
      if (input === undefined) return `missing; expected ${expected}`;
      if (input === null) return `it has no value; expected ${expected}`;
      return `expected ${expected}, not ${Array.isArray(input) ? "a list" : typeof input === "object" ? "keys and values" : "text"}`;
    },
  };
}

/** One or several, always as a list. */
export const listenSchema = z.preprocess(
  (value) => (typeof value === "string" ? [value] : value),
  list(
    text("host:port or unix:/path, such as 127.0.0.1:7070", scalars.readListener),
    "host:port, unix:/path or a list of them",
  ),
);
