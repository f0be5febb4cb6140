import { z } from "zod";
import type { ReceivedMessage } from "../core/desks.ts";
import { UpstreamFault } from "../core/error.ts";
import { type Money, parseMoney } from "../core/money.ts";

export { parseJson } from "./json.ts";

/** Checks what parseJson gave against a schema of the fields below. Unknown fields are ignored. */
export function decode<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  // Only where and what kind: an issue's own message may quote the upstream.
  const issue = result.error.issues[0];
  const path = issue && issue.path.length > 0 ? issue.path.join(".") : "the answer";
  throw new UpstreamFault(`unreadable answer: ${path} is not as documented (${issue?.code ?? "invalid"})`);
}

export const text = z.string().max(4096);

/** An upstream's own identifier. `0` is one. */
export const id = z.string().min(1).max(128).regex(/^\S+$/);

/** A word that says how something stands, in small letters and one spelling. */
export const word = text.transform((said) =>
  said
    .trim()
    .toLowerCase()
    .replace(/^canceled$/, "cancelled"),
);

/** As JSON has it, as text or as a digit. */
export const truth = z.union([
  z.boolean(),
  z
    .string()
    .regex(/^(?:true|false|[01])$/i)
    .transform((said) => /^(?:true|1)$/i.test(said)),
]);

const MOST = 2 ** 31 - 1;

/** At most what 31 bits hold, as in the API. */
export const count = z
  .string()
  .regex(/^\d{1,10}$/)
  .transform(Number)
  .refine((number) => number <= MOST);

/** A share of one, such as a success rate. */
export const ratio = z
  .string()
  .regex(/^(?:0(?:\.\d+)?|1(?:\.0+)?)$/)
  .transform(Number);

const UNIX = /^\d{10}(?:\d{3})?$/;

/** Undefined for a date that nobody means: outside these years it is in no protocol's range, or a mistake. */
export function plausible(date: Date): Date | undefined {
  const year = date.getUTCFullYear();
  return year >= 2000 && year <= 2100 ? date : undefined;
}

/** A moment within this century: an ISO 8601 timestamp with its zone, or Unix time in seconds or milliseconds. */
export const time = z.union([z.iso.datetime({ offset: true }), z.string().regex(UNIX)]).transform((value, context) => {
  const date = UNIX.test(value) ? readUnix(value) : plausible(new Date(value));
  if (date) return date;
  context.addIssue({ code: "custom", message: "not a time that anybody means" });
  return z.NEVER;
});

/** What is good to know and no more: undefined where it cannot be read, and nothing else is lost for it. */
export function hint<T>(field: z.ZodType<T>) {
  return field.optional().catch(undefined);
}

/**
 * A timestamp that may lack its zone, and is taken for UTC then: only for where the document says that it is.
 * Undefined for anything else, `0000-00-00 00:00:00` included.
 */
export const utcTime = hint(z.string().transform((value) => readTime(value)?.date));

/** As `time`, or without its zone: only for where the document's times are all in UTC. */
export const dateTime = z.union([time, utcTime.pipe(z.date())]);

/** When a message came: a moment where the timestamp has its zone, else what is shown. Undefined for anything else. */
export const messageTime = hint(
  z.string().transform((value): Pick<ReceivedMessage, "receiveTime" | "shownTime"> | undefined => {
    const read = readTime(value);
    return read && (read.hasZone ? { receiveTime: read.date } : { shownTime: read.date });
  }),
);

/** Seconds or milliseconds: other lengths are of no moment near this one. */
function readUnix(value: string): Date | undefined {
  return UNIX.test(value) ? plausible(new Date(Number(value.padEnd(13, "0")))) : undefined;
}

function readTime(value: string): { readonly date: Date; readonly hasZone: boolean } | undefined {
  const unix = readUnix(value);
  if (unix) return { date: unix, hasZone: true };
  const [, day, clock, zone] = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d+)?)(Z|[+-]\d\d:?\d\d)?$/.exec(value) ?? [];
  const date = plausible(new Date(`${day}T${clock}${zone ?? "Z"}`));
  return date && { date, hasZone: zone !== undefined };
}

/** `0,50` is a half; `1,500` may be either, and is not read. */
const DECIMAL_COMMA = /(?<=^\s*0),(?=\d+\s*$)|(?<=^\s*\d+),(?=(?:\d{1,2}|\d{4,})\s*$)/;

/**
 * An amount of a currency that the document names once for all. Never negative, and never more than so many units.
 * Dollars may show their sign, or their name.
 */
export function amount(currency: string, mostUnits = 1_000_000n): z.ZodType<Money> {
  return z.string().transform((shown, context) => {
    const bare = currency === "USD" ? shown.trim().replace(/^(?:\$|usd) ?|(?<=\d) ?(?:\$|usd)$/i, "") : shown;
    const money = parseMoney(bare.replace(DECIMAL_COMMA, "."), currency);
    if (money && money.micros >= 0n && money.micros <= mostUnits * 1_000_000n) return money;
    context.addIssue({ code: "custom", message: "not an amount of money" });
    return z.NEVER;
  });
}

/** What was paid, or came back: in dollars unless a currency is named. Undefined where it cannot be read. */
export function paid(shown: string | undefined, currency = "USD"): Money | undefined {
  const code = currency.trim().toUpperCase();
  return /^[A-Z]{3}$/.test(code) ? amount(code).safeParse(shown).data : undefined;
}

/** What was charged; undefined where nothing is said. Throws where something is, and it is no price that can be believed. */
export function chargedFor(shown: string | null | undefined, currency: string | null | undefined): Money | undefined {
  if (!shown) return undefined;
  const money = paid(shown, currency || undefined);
  if (!money) throw new UpstreamFault("unreadable answer: what was charged is not as documented");
  return money;
}

/** As `lines`, of a list or of an object that numbers its lines: PHP writes either. */
export function numberedLines<T>(line: z.ZodType<T>): z.ZodType<T[]> {
  return z.preprocess(withoutNumbers, lines(line));
}

/** As `numberedLines`, for a list that is of use only when each line can be read. */
export function everyLine<T>(line: z.ZodType<T>): z.ZodType<T[]> {
  return z.preprocess(withoutNumbers, z.array(line));
}

function withoutNumbers(value: unknown): unknown {
  return typeof value === "object" && value !== null ? Object.values(value) : value;
}

/** So many more than can be read, and nobody looks at the rest. */
const MOST_UNREADABLE = 10_000;

/**
 * A catalogue's lines, without those that cannot be read: one bad line does not hide the rest. When not a single one
 * can be read, or next to none of very many, the answer itself is unreadable.
 */
export function lines<T>(line: z.ZodType<T>): z.ZodType<T[]> {
  return z.array(z.unknown()).transform((items, context) => {
    const fail = () => {
      context.addIssue({ code: "custom", message: "no line can be read" });
      return z.NEVER;
    };
    const readable: T[] = [];
    let unreadable = 0;
    for (const item of items) {
      const result = line.safeParse(item);
      if (result.success) readable.push(result.data);
      else unreadable += 1;
      if (unreadable > readable.length + MOST_UNREADABLE) return fail();
    }
    return readable.length > 0 || items.length === 0 ? readable : fail();
  });
}
