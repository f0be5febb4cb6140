import type { Clock } from "../../core/clock.ts";
import type { Account } from "../account.ts";
import type { Endpoint, UpstreamApi } from "../upstream.ts";
import type { Limit } from "../window.ts";
import { failed, success } from "./answers.ts";
import type { PapSmsOffer } from "./catalogue.ts";
import { numberEndpoints } from "./numbers.ts";

export interface PapSmsParts {
  readonly apiKey: string;
  readonly account: Account<PapSmsOffer>;
  readonly clock: Clock;
  /** What a cancelled number gives back of its cost, from 0 to 1. */
  readonly refundedShare: number;
}

/** Without what all of its endpoints share. */
export type PapSmsEndpoint = Omit<Endpoint, "unauthorized" | "limit">;

/** Where the sandbox answers it. */
export const BASE_PATH = "/papsms/api/v1";

const limit: Limit = { name: "key", perMinute: 60 };

const unauthorized = failed("unauthorized", "Missing or invalid API key");

/** PapSMS, below `/api/v1`. */
export function papSmsApi(parts: PapSmsParts): UpstreamApi {
  const endpoints = [countries(parts), ...numberEndpoints(parts)];
  return {
    endpoints: endpoints.map((endpoint) => ({ ...endpoint, unauthorized, limit })),
    authorized: ({ headers }) => headers.authorization === `Bearer ${parts.apiKey}`,
    stray: { unauthorized, limit, answer: failed("not_found", "Not found") },
    failure: () => failed("internal_error", "Something went wrong"),
    tooSoon: ({ retryAfterSeconds }) => ({
      ...failed("rate_limited", `Rate limit of ${limit.perMinute} requests per minute exceeded`),
      headers: { "retry-after": String(retryAfterSeconds) },
    }),
  };
}

/** The document names it and does not show its answer. */
function countries({ account }: PapSmsParts): PapSmsEndpoint {
  return {
    operation: "countries",
    method: "GET",
    path: "/countries",
    answer() {
      const listed = account.offers.filter((offer) => account.listed(offer));
      const names = new Map(listed.map(({ country, countryName }) => [country.toLowerCase(), countryName]));
      return success([...names].map(([code, name]) => ({ code, name })));
    },
  };
}
