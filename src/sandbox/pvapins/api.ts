import type { Clock } from "../../core/clock.ts";
import type { Account } from "../account.ts";
import type { Tally } from "../books.ts";
import type { Endpoint, UpstreamApi } from "../upstream.ts";
import type { Incoming } from "../wire.ts";
import { accountEndpoints } from "./account.ts";
import { CHECK_BACK_LATER, CUSTOMER_NOT_FOUND, refused, text } from "./answers.ts";
import { appEndpoints } from "./apps.ts";
import type { PvapinsOffer } from "./catalogue.ts";
import { numberEndpoints } from "./numbers.ts";
import { rentalEndpoints } from "./rentals.ts";

export interface PvapinsParts {
  readonly apiKey: string;
  readonly account: Account<PvapinsOffer>;
  readonly tally: Tally;
  readonly clock: Clock;
}

/** Without what is the same for all of them: a GET, whose parameters beside the key are named. */
export type PvapinsEndpoint = Omit<Endpoint, "method" | "unauthorized">;

/** Where the sandbox answers it. */
export const BASE_PATH = "/pvapins/user/api";

const FOR_RENT_TOO = new Set(["/load_countries.php", "/load_apps.php", "/get_number.php"]);

/** By the document these tell what went wrong beside a code. */
const WITH_CODE = new Set(["/rent/get_number.php", "/reject_rent.php", "/rent_renew_number.php"]);

/** PVAPins, below `/user/api`. Its document names no limit, and every answer has status 200. */
export function pvapinsApi(parts: PvapinsParts): UpstreamApi {
  const unauthorized = text(CUSTOMER_NOT_FOUND);
  const endpoints = [
    ...appEndpoints(parts),
    ...numberEndpoints(parts),
    ...rentalEndpoints(parts),
    ...accountEndpoints(parts),
  ];
  return {
    endpoints: endpoints.map(({ query = [], ...endpoint }) => ({
      ...endpoint,
      method: "GET",
      query: endpoint.keyless ? query : ["customer", ...query],
      unauthorized: WITH_CODE.has(endpoint.path) ? refused(CUSTOMER_NOT_FOUND) : unauthorized,
    })),
    authorized: ({ query }) => query.get("customer") === parts.apiKey,
    stray: { unauthorized, answer: { status: 404, body: "File not found." } },
    pathOf,
    failure: () => text(CHECK_BACK_LATER),
    tooSoon: ({ retryAfterSeconds }) => ({
      status: 429,
      body: "Too Many Requests.",
      headers: { "retry-after": String(retryAfterSeconds) },
    }),
  };
}

/** Some files do two things, told apart by `is_rent=1`: the second stands under `/rent`. */
function pathOf({ path, query }: Incoming): string {
  return FOR_RENT_TOO.has(path) && query.get("is_rent") === "1" ? `/rent${path}` : path;
}
