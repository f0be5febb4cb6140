/** Nobody is believed who asks for more. */
export const LONGEST_RETRY_AFTER_MS = 60 * 60_000;

/** Reads a Retry-After header (RFC 9110, section 10.2.3): seconds or a date. Never more than an hour. */
export function retryAfterMs(header: string | string[] | undefined, now: number): number | undefined {
  const value = (Array.isArray(header) ? header[0] : header)?.trim();
  if (!value) return undefined;
  const ms = /^\d+(\.\d+)?$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), LONGEST_RETRY_AFTER_MS) : undefined;
}

/** The first time that the words name, as in "wait 30 s" or "2 minutes", in milliseconds; undefined where they name none. */
export function spanIn(words: string): number | undefined {
  const [, amount, unit] = /\b(\d{1,4}) ?(s|m)(?:ec|in|\b)/i.exec(words) ?? [];
  return amount ? Number(amount) * (unit?.toLowerCase() === "m" ? 60_000 : 1_000) : undefined;
}
