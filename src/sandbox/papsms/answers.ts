import type { Answer, Misuse } from "../wire.ts";

/** The document shows no error: these, and their shape, are the sandbox's reading of its answers. */
const STATUS = {
  unauthorized: 401,
  invalid_request: 400,
  insufficient_balance: 402,
  not_found: 404,
  no_numbers: 409,
  invalid_state: 409,
  rate_limited: 429,
  internal_error: 500,
} as const;

export function success(data: unknown): Answer {
  return { status: 200, body: { success: true, data } };
}

export function failed(code: keyof typeof STATUS, message: string, misuse?: Misuse): Answer {
  return { status: STATUS[code], body: { success: false, error: { code, message } }, ...(misuse && { misuse }) };
}
