import type { UpstreamApi } from "../upstream.ts";
import type { Incoming } from "../wire.ts";
import type { HandlerApiParts } from "./action.ts";
import { activationActions } from "./activations.ts";
import { mistake, token } from "./answers.ts";
import { listActions } from "./lists.ts";
import { numberActions } from "./numbers.ts";
import { rentalActions } from "./rentals.ts";

/** Where the sandbox answers it: one path for everything. */
export const BASE_PATH = "/handler_api/stubs/handler_api.php";

const STATUS_ACTIONS = new Set(["setStatus", "setRentStatus"]);

/** The protocol that SMS-Activate left to its successors. Nearly every answer has status 200. */
export function handlerApi(parts: HandlerApiParts): UpstreamApi {
  const unauthorized = token("BAD_KEY");
  const actions = [
    ...listActions(parts),
    ...numberActions(parts),
    ...activationActions(parts),
    ...rentalActions(parts),
  ].filter(({ beyondText }) => !(beyondText && parts.textOnly));
  return {
    endpoints: actions.flatMap(({ operation, query = [], answer, ...named }) =>
      (["GET", "POST"] as const).map((method) => ({
        operation,
        method,
        path: pathFor(named.action, named.status),
        query: ["api_key", "action", ...query],
        unauthorized,
        answer: (call) => answer({ ...call, query: parameters(call) }),
      })),
    ),
    authorized: (incoming) => parameters(incoming).get("api_key") === parts.apiKey,
    stray: { unauthorized, answer: token("BAD_ACTION") },
    pathOf,
    intercept: (incoming) => (parameters(incoming).has("api_key") ? undefined : mistake("NO_KEY", "unauthorized")),
    failure: () => token("ERROR_SQL"),
    tooSoon: ({ retryAfterSeconds }) => ({
      ...token("Too Many Requests"),
      status: 429,
      headers: { "retry-after": String(retryAfterSeconds) },
    }),
  };
}

function pathOf(incoming: Incoming): string {
  const asked = parameters(incoming);
  const action = asked.get("action") ?? "";
  return pathFor(action, STATUS_ACTIONS.has(action) ? asked.get("status") : undefined);
}

/** An action that depends on `status` has a path for each. */
function pathFor(action: string, status: string | number | null | undefined): string {
  return status === undefined ? `/${action}` : `/${action}/${status}`;
}

/** A form that is posted counts as if it stood in the query. */
function parameters({ method, query, headers, body }: Incoming): URLSearchParams {
  const isForm = method === "POST" && /^application\/x-www-form-urlencoded\b/i.test(headers["content-type"] ?? "");
  return isForm ? new URLSearchParams([...query, ...new URLSearchParams(body)]) : query;
}
