import { z } from "zod";
import { UpstreamFault } from "../core/error.ts";
import { type Money, parseMoney } from "../core/money.ts";

/**
 * Reads JSON with every number as the text it was written in, so that money is never a float, not even for a moment,
 * and an id is the same whether an upstream quotes it or not.
 */
export function parseJson(text: string): unknown {
  return JSON.parse(text, (_key, value, context?: { source?: string }) =>
    typeof value === "number" ? (context?.source ?? String(value)) : value,
  );
}

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

export const count = z
  .string()
  .regex(/^\d{1,12}$/)
  .transform(Number);

/** A share of one, such as a success rate. */
export const ratio = z
  .string()
  .regex(/^(?:0(?:\.\d+)?|1(?:\.0+)?)$/)
  .transform(Number);

/** An ISO 8601 timestamp with its zone. */
export const time = z.iso.datetime({ offset: true }).transform((value) => new Date(value));

/**
 * A timestamp that may lack its zone, and is taken for UTC then. Good enough to show when a message came; never for what
 * ends or costs something. Undefined for anything else, `0000-00-00 00:00:00` included.
 */
export const roughTime = z.string().transform(asUtc).optional().catch(undefined);

function asUtc(value: string): Date | undefined {
  const [, day, clock, zone = "Z"] =
    /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d+)?)(Z|[+-]\d\d:\d\d)?$/.exec(value) ?? [];
  const date = new Date(`${day}T${clock}${zone}`);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/** An amount of a currency that the document names once for all. Never negative. */
export function amount(currency: string): z.ZodType<Money> {
  return z.string().transform((decimal, context) => {
    const money = parseMoney(decimal, currency);
    if (money && money.micros >= 0n) return money;
    context.addIssue({ code: "custom", message: "not an amount of money" });
    return z.NEVER;
  });
}

/** As `lines`, of a list or of an object that numbers its lines: PHP writes either. */
export function numberedLines<T>(line: z.ZodType<T>): z.ZodType<T[]> {
  const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;
  return z.preprocess((value) => (isObject(value) ? Object.values(value) : value), lines(line));
}

/**
 * A catalogue's lines, without those that cannot be read: one bad line does not hide the rest. When not a single one
 * can be read, the answer itself is unreadable.
 */
export function lines<T>(line: z.ZodType<T>): z.ZodType<T[]> {
  return z.array(z.unknown()).transform((items, context) => {
    const readable = items.flatMap((item) => {
      const result = line.safeParse(item);
      return result.success ? [result.data] : [];
    });
    if (readable.length > 0 || items.length === 0) return readable;
    context.addIssue({ code: "custom", message: "no line can be read" });
    return z.NEVER;
  });
}
