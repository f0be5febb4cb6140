import type { ServerResponse } from "node:http";
import type { Clock } from "../core/clock.ts";
import { countCall, countMisuse, type Tally } from "./books.ts";
import type { Faults } from "./faults.ts";
import { playMishap } from "./mishap.ts";
import type { Excess, Limit, Windows } from "./window.ts";
import { type Answer, type Call, type Incoming, send } from "./wire.ts";

/** What a call has to pass. */
interface Gate {
  /** Anybody may pass. */
  readonly keyless?: true;
  readonly unauthorized: Answer;
  readonly limit?: Limit;
}

/** One documented call. */
export interface Endpoint extends Gate {
  /** What the books and the faults call it. Calls that do the same share it. */
  readonly operation: string;
  readonly method: "GET" | "POST";
  /** Below the API's base; `:id` stands for one segment. */
  readonly path: string;
  /** The query parameters that the document names. */
  readonly query?: readonly string[];
  answer(call: Call): Answer;
}

/** An upstream's API as its document describes it. */
export interface UpstreamApi {
  readonly endpoints: readonly Endpoint[];
  authorized(incoming: Incoming): boolean;
  /** What happens to a call of no endpoint. */
  readonly stray: Gate & { readonly answer: Answer };
  /** Where an endpoint is told by something else than the path: the path that stands for it. */
  pathOf?(incoming: Incoming): string;
  /** Answers before the key is looked at, as a web framework does. */
  intercept?(incoming: Incoming): Answer | undefined;
  tooSoon(excess: Excess): Answer;
  failure(): Answer;
}

export interface SiteParts {
  readonly api: UpstreamApi;
  readonly tally: Tally;
  readonly faults: Faults;
  readonly clock: Clock;
  /** Absent where no limit is enforced. */
  readonly windows: Windows | undefined;
}

/** Answers a request as the upstream would: key, then limits, then whatever fault is waiting, then the endpoint. */
export function createSite({ api, tally, faults, clock, windows }: SiteParts) {
  const routes = api.endpoints.map((endpoint) => ({ endpoint, pattern: patternOf(endpoint.path) }));

  function noted(answer: Answer): Answer {
    if (answer.misuse) countMisuse(tally, answer.misuse);
    return answer;
  }

  /** A key that is not the customer's, or a call too many. */
  function refusal(incoming: Incoming, { keyless, unauthorized, limit }: Gate): Answer | undefined {
    if (!keyless && !api.authorized(incoming)) return { ...unauthorized, misuse: "unauthorized" };
    const excess = limit && windows?.admit(limit);
    if (!excess) return undefined;
    tally.limited += 1;
    return api.tooSoon(excess);
  }

  return (incoming: Incoming, response: ServerResponse): void => {
    const path = api.pathOf?.(incoming) ?? incoming.path;
    const onPath = routes.filter(({ pattern }) => pattern.test(path));
    const route = onPath.find(({ endpoint }) => endpoint.method === incoming.method);
    if (route) countCall(tally, route.endpoint.operation);

    const early = api.intercept?.(incoming) ?? refusal(incoming, route?.endpoint ?? api.stray);
    if (early) {
      send(response, noted(early));
      return;
    }
    if (!route) {
      const misuse = onPath.length > 0 ? "wrong_method" : "unknown_path";
      send(response, noted({ ...api.stray.answer, misuse }));
      return;
    }
    const { endpoint, pattern } = route;
    for (const name of incoming.query.keys()) {
      if (!endpoint.query?.includes(name)) countMisuse(tally, "unknown_parameter");
    }
    const perform = () => noted(endpoint.answer({ ...incoming, id: pattern.exec(path)?.[1] ?? "" }));
    const fault = faults.take(endpoint.operation);
    if (!fault) {
      send(response, perform());
      return;
    }
    playMishap({
      response,
      fault,
      clock,
      perform,
      failure: () => api.failure(),
      tooSoon: (retryAfterSeconds) =>
        api.tooSoon({
          limit: endpoint.limit?.perMinute ?? 0,
          retryAfterSeconds,
          resetSeconds: Math.ceil(clock.now() / 1000) + retryAfterSeconds,
        }),
    });
  };
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replace(":id", "([^/]+)")}$`);
}
