/** Nobody is believed who asks for more. */
export const LONGEST_RETRY_AFTER_MS = 60 * 60_000;

type Header = string | string[] | undefined;

/**
 * Reads the Retry-After of an answer's headers (RFC 9110, section 10.2.3): seconds or a date, which is one by the clock
 * that the answer's own Date is by. Never more than an hour.
 */
export function retryAfterMs(headers: Readonly<Record<string, Header>>, now: number): number | undefined {
  const value = first(headers["retry-after"]);
  const isSeconds = /^\d+(\.\d+)?$/.test(value);
  const ms = isSeconds ? Number(value) * 1000 : dateIn(value) - (dateIn(first(headers.date)) || now);
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), LONGEST_RETRY_AFTER_MS) : undefined;
}

function first(header: Header): string {
  return ((Array.isArray(header) ? header[0] : header) ?? "").trim();
}

/** In Unix milliseconds; NaN where it is none. The oldest of the three forms names no zone: all are in GMT. */
function dateIn(value: string): number {
  if (!value.includes(":")) return Number.NaN;
  return Date.parse(/ \d{4}$/.test(value) ? `${value} GMT` : value);
}

/** The first time that the words name, as in "wait 30 s" or "2 minutes", in milliseconds; undefined where they name none. */
export function spanIn(words: string): number | undefined {
  const [, amount, unit] = /\b(\d{1,4}) ?(s|m)(?:ec|in|\b)/i.exec(words) ?? [];
  return amount ? Number(amount) * (unit?.toLowerCase() === "m" ? 60_000 : 1_000) : undefined;
}
