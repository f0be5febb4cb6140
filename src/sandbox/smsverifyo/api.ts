import type { Clock } from "../../core/clock.ts";
import type { Account } from "../account.ts";
import type { Tally } from "../books.ts";
import type { Endpoint, UpstreamApi } from "../upstream.ts";
import type { Limit } from "../window.ts";
import { failed } from "./answers.ts";
import type { SmsVerifyoOffer } from "./catalogue.ts";
import { orderEndpoints } from "./orders.ts";
import { serviceEndpoints } from "./services.ts";

export interface SmsVerifyoParts {
  readonly apiKey: string;
  readonly account: Account<SmsVerifyoOffer>;
  readonly tally: Tally;
  readonly clock: Clock;
  /** How long an order cannot be cancelled. */
  readonly cancelCooldownMs: number;
}

/** Without what all of its endpoints share. */
export type SmsVerifyoEndpoint = Omit<Endpoint, "unauthorized" | "limit">;

/** Where the sandbox answers it. */
export const BASE_PATH = "/smsverifyo/api/public/v1";

/** The document has a 429 and no number. */
const limit: Limit = { name: "key", perMinute: 60 };

const unauthorized = failed("unauthorized", "Missing, invalid or revoked API key");

/** SMSVerifyo, below `/api/public/v1`. */
export function smsVerifyoApi(parts: SmsVerifyoParts): UpstreamApi {
  const endpoints = [...serviceEndpoints(parts), ...orderEndpoints(parts)];
  return {
    endpoints: endpoints.map((endpoint) => ({ ...endpoint, unauthorized, limit })),
    authorized: ({ headers }) => headers.authorization === `Bearer ${parts.apiKey}`,
    stray: { unauthorized, limit, answer: failed("not_found", "Not found") },
    failure: () => failed("internal_error", "Something went wrong"),
    tooSoon: ({ retryAfterSeconds }) => ({
      ...failed("rate_limited", "Too many requests"),
      headers: { "retry-after": String(retryAfterSeconds) },
    }),
  };
}
