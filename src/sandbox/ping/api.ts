import type { Clock } from "../../core/clock.ts";
import type { Account } from "../account.ts";
import type { Tally } from "../books.ts";
import type { Endpoint, UpstreamApi } from "../upstream.ts";
import { failed } from "./answers.ts";
import type { PingOffer } from "./catalogue.ts";
import { orderEndpoints } from "./orders.ts";
import { rentalEndpoints } from "./rentals.ts";
import { serviceEndpoints } from "./services.ts";

export interface PingParts {
  readonly apiKey: string;
  readonly account: Account<PingOffer>;
  readonly tally: Tally;
  readonly clock: Clock;
}

/** Without what its document shares between all of its endpoints. */
export type PingEndpoint = Omit<Endpoint, "unauthorized">;

/** Where the sandbox answers it. */
export const BASE_PATH = "/ping/v1";

const unauthorized = failed(401, "Missing or invalid API key", "UNAUTHORIZED");

/** Ping, below `/v1`. Its document shows no error but the envelope that all of them come in. */
export function pingApi(parts: PingParts): UpstreamApi {
  const endpoints = [...serviceEndpoints(parts), ...orderEndpoints(parts), ...rentalEndpoints(parts)];
  return {
    endpoints: endpoints.map((endpoint) => ({ ...endpoint, unauthorized })),
    authorized: ({ headers }) => headers["x-ping-api-key"] === parts.apiKey,
    stray: { unauthorized, answer: failed(404, "The requested resource does not exist", "NOT_FOUND") },
    failure: () => failed(500, "Something went wrong", "INTERNAL_ERROR"),
    tooSoon: ({ limit, retryAfterSeconds, resetSeconds }) => ({
      ...failed(429, `Rate limit exceeded. Please retry after ${retryAfterSeconds} seconds.`, "RATE_LIMIT_EXCEEDED"),
      headers: {
        "retry-after": String(retryAfterSeconds),
        "x-ratelimit-limit": String(limit),
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": String(resetSeconds),
      },
    }),
  };
}
