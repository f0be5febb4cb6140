import type { Clock } from "../../core/clock.ts";
import type { Account } from "../account.ts";
import type { Endpoint, UpstreamApi } from "../upstream.ts";
import type { Limit } from "../window.ts";
import type { Incoming } from "../wire.ts";
import { bareError, bareUnauthorized, wrappedError } from "./answers.ts";
import type { SmsOffer } from "./catalogue.ts";
import { esimEndpoints } from "./esims.ts";
import { orderEndpoints } from "./orders.ts";
import { purchaseEndpoints } from "./purchases.ts";
import { rentalEndpoints } from "./rentals.ts";
import { serviceEndpoints } from "./services.ts";

export interface SmsVerificationServiceParts {
  readonly apiKey: string;
  readonly account: Account<SmsOffer>;
  readonly clock: Clock;
}

/** Without the limit, which is one for all. */
export type SmsVerificationServiceEndpoint = Omit<Endpoint, "limit">;

/** Where the sandbox answers it. */
export const BASE_PATH = "/smsverificationservice/api/v1";

const limit: Limit = { name: "key", perMinute: 60 };

/** smsVerificationService, below `/api/v1`. */
export function smsVerificationServiceApi(parts: SmsVerificationServiceParts): UpstreamApi {
  const endpoints = [
    ...serviceEndpoints(parts),
    ...purchaseEndpoints(parts),
    ...rentalEndpoints(parts),
    ...esimEndpoints(parts),
    ...orderEndpoints(parts),
  ];
  return {
    endpoints: endpoints.map((endpoint) => ({ ...endpoint, limit })),
    authorized: ({ headers }) => headers.authorization === `Bearer ${parts.apiKey}`,
    stray: { unauthorized: bareUnauthorized, limit, answer: bareError(404, "Not found") },
    intercept: appendSlash,
    failure: () => wrappedError(500, "Something went wrong"),
    tooSoon: ({ retryAfterSeconds }) => ({
      ...bareError(429, `Rate limit exceeded. Maximum ${limit.perMinute} requests per minute.`),
      headers: { "retry-after": String(retryAfterSeconds) },
    }),
  };
}

/** A path without its slash: Django sends a reader to the right one, and cannot do so for a POST with its body. */
function appendSlash({ method, path, query }: Incoming) {
  if (path.endsWith("/")) return undefined;
  if (method !== "GET") return bareError(404, "Not found", "missing_slash");
  const parameters = query.size > 0 ? `?${query}` : "";
  return {
    ...bareError(301, "Moved permanently", "missing_slash"),
    headers: { location: `${BASE_PATH}${path}/${parameters}` },
  };
}
