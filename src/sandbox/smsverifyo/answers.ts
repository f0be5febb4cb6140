import { formatDecimal, type Money } from "../../core/money.ts";
import { decimalNumber } from "../json.ts";
import type { Answer, Misuse } from "../wire.ts";

/** The document's table of errors; the last is for what it has no word for. */
const STATUS = {
  unauthorized: 401,
  invalid_request: 400,
  insufficient_funds: 402,
  not_found: 404,
  invalid_state: 409,
  rate_limited: 429,
  no_numbers: 503,
  internal_error: 500,
} as const;

export function ok(body: Readonly<Record<string, unknown>>): Answer {
  return { status: 200, body: { ok: true, ...body } };
}

export function failed(code: keyof typeof STATUS, message: string, misuse?: Misuse): Answer {
  return { status: STATUS[code], body: { ok: false, error: { code, message } }, ...(misuse && { misuse }) };
}

/** Four decimals, as the document prints the account's balance: `42.5000`. */
export function fourDecimals(money: Money): unknown {
  const [units, fraction = ""] = formatDecimal(money).split(".");
  return decimalNumber(`${units}.${fraction.padEnd(4, "0")}`);
}
