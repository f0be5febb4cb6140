import type { Answer, Misuse } from "../wire.ts";

/** Some of the document's answers are wrapped in `success`, some are bare; each endpoint has its own way. */
export function wrapped(data: unknown, status = 200): Answer {
  return { status, body: { success: true, data } };
}

export function bare(body: unknown): Answer {
  return { status: 200, body };
}

export function wrappedError(status: number, error: string, misuse?: Misuse): Answer {
  return { status, body: { success: false, error }, ...(misuse && { misuse }) };
}

export function bareError(status: number, error: string, misuse?: Misuse): Answer {
  return { status, body: { error }, ...(misuse && { misuse }) };
}

/** The two ways in which the document refuses a key. */
export const wrappedUnauthorized = wrappedError(401, "Invalid or missing API key");
export const bareUnauthorized = bareError(401, "Invalid API key");
