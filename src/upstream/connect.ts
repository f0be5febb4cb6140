import type { Logger } from "pino";
import type { Clock } from "../core/clock.ts";
import type { Desks, Verb } from "../core/desks.ts";
import { GatewayError, UpstreamFault } from "../core/error.ts";
import type { SentCall } from "../core/store.ts";
import type { CallEnd, Upstream } from "../core/upstream.ts";
import type { Provider } from "./define.ts";
import { createHttp } from "./http.ts";
import { createLastError } from "./last-error.ts";
import { createLimits, type Limit, type LimitTable } from "./limits.ts";

export interface UpstreamEntry {
  readonly id: string;
  readonly provider: Provider;
  /** The provider's own options, such as the key. */
  readonly options: unknown;
  readonly baseUrl?: string | undefined;
  /** By `account` or an endpoint's name; only ever lowers what the document allows. */
  readonly limits?: Readonly<Record<string, Limit>>;
}

export interface ConnectOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** What the account sent before this run, as far as a window may still hold it. */
  readonly earlier: readonly SentCall[];
  /** Remembers a call before it is sent. */
  record(call: SentCall): Promise<void>;
  /** Told how each call ended. */
  heard(end: CallEnd): void;
}

/** Opens one account at one provider: its HTTP and its limits in one. */
export function connectUpstream(
  entry: UpstreamEntry,
  { clock, log, earlier, record, heard }: ConnectOptions,
): Upstream {
  const { id, provider } = entry;
  const opened = provider.open(entry.options);
  const http = createHttp({
    upstream: id,
    baseUrl: baseUrlOf(entry),
    headers: opened.headers,
    refusals: provider.refusals,
    textAnswers: provider.textAnswers,
    clock,
  });
  const desks = opened.desks(http);
  const limits = createLimits(lowered(provider.limits, entry.limits ?? {}), clock);
  const lastError = createLastError(clock);
  for (const call of earlier) if (call.upstream === id) limits.remember(call.verb, call.time);

  async function sent<T>(verb: Verb, task: () => Promise<T>): Promise<T> {
    await record({ upstream: id, verb, time: new Date(clock.now()) });
    try {
      const result = await task();
      heard({ upstream: id, verb });
      return result;
    } catch (error) {
      if (error instanceof GatewayError && error.reason === "UPSTREAMS_UNAVAILABLE") {
        limits.refused(verb, error.retryAfterMs ?? 0);
        log.warn({ upstream: id, verb }, "the upstream refused a call for its rate");
      }
      if (error instanceof UpstreamFault) log.warn({ upstream: id, verb, fault: error.message }, "a call failed");
      lastError.failed(verb, error);
      heard({ upstream: id, verb, error });
      throw error;
    }
  }

  return {
    id,
    provider: provider.id,
    desks,
    features: features(desks),
    pollGapMs: provider.pollGapMs,
    lifetimeMs: opened.lifetimeMs,
    hasInboxLimit: limits.areApart("check", "inbox"),
    cancelDelayMs: opened.cancelDelayMs,
    paidUntilCancelled: provider.paidUntilCancelled,
    run: (verb, task, signal) => limits.run(verb, () => sent(verb, task), signal),
    poll: (choose, signal) => {
      const chosen = () => {
        const poll = choose();
        return poll && (() => sent(poll.verb, poll.send));
      };
      return limits.poll(chosen, signal);
    },
    limits: limits.states,
    lastError: lastError.get,
    close() {
      limits.close();
      return http.close();
    },
  };
}

/** Throws when the entry has no address and its provider has none either. */
export function baseUrlOf({ id, provider, baseUrl = provider.baseUrl }: UpstreamEntry): string {
  if (baseUrl !== undefined) return baseUrl;
  throw new Error(`upstreams: ${id}: ${provider.id} is spoken at many addresses; base_url has to name one`);
}

/** The document's limits with the operator's where those are lower, or where there is none. */
function lowered(
  { account: documented, endpoints = {} }: LimitTable,
  own: Readonly<Record<string, Limit>>,
): LimitTable {
  const account = documented ? lower(documented, own.account) : own.account;
  return {
    ...(account && { account }),
    endpoints: Object.fromEntries(Object.entries(endpoints).map(([name, limit]) => [name, lower(limit, own[name])])),
  };
}

function lower<L extends Limit>(limit: L, by: Limit | undefined): L {
  if (!by || by.calls / by.windowMs > limit.calls / limit.windowMs) return limit;
  // What a longer window allows may all be sent at once: it is cut into windows of which each keeps to both.
  const windows = Math.max(Math.floor(by.calls / limit.calls), 1);
  return { ...limit, calls: Math.min(by.calls, limit.calls), windowMs: Math.ceil(by.windowMs / windows) };
}

function features(desks: Desks): string[] {
  return [
    "catalog",
    ...(desks.catalog.detail ? ["catalog.detail"] : []),
    ...(desks.balance ? ["balance"] : []),
    ...["verification", "rental", "esim"].flatMap((desk) =>
      Object.keys(desks[desk as "verification" | "rental" | "esim"] ?? {}).map((verb) => `${desk}.${verb}`),
    ),
  ];
}
