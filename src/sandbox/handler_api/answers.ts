import type { Answer, Misuse } from "../wire.ts";

/** Hosts call everything HTML, so that the first character alone tells a token from JSON. */
const headers = { "content-type": "text/html; charset=UTF-8" };

export function token(...parts: readonly (string | number)[]): Answer {
  return { status: 200, body: parts.join(":"), headers };
}

export function mistake(word: string, misuse: Misuse): Answer {
  return { ...token(word), misuse };
}

export function json(body: unknown): Answer {
  return { status: 200, body, headers };
}

/** How the rentals, and they alone, answer what went wrong. */
export function rentError(message: string): Answer {
  return json({ status: "error", message });
}

/** `2026-05-01 12:00:00`, without a zone. */
export function dateTime(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace("T", " ");
}

/** Digits alone: `79000000000`. */
export function digits(phone: string): string {
  return phone.replace(/\D/g, "");
}
