import { type Caller, MAX_WITHOUT_CODE } from "../core/caller.ts";
import { sha256 } from "./rules.ts";
import type { FileValues } from "./schema.ts";
import type { ConfiguredCaller, HandlerApiHost, PvapinsRentals, Retention, Tls, UpstreamConfig } from "./types.ts";

type FileCaller = NonNullable<FileValues["callers"]>[number];
type FileUpstream = NonNullable<FileValues["upstreams"]>[number];

const DAY_MS = 86_400_000;

/** From the file's words to the gateway's. */
export function toCaller({ name, token, token_sha256, budget, allow }: FileCaller): ConfiguredCaller {
  const caller: Caller = {
    name,
    budget: defined({
      perDay: budget?.per_day,
      perMonth: budget?.per_month,
      maxPrice: budget?.max_price,
      maxOpen: budget?.max_open,
      maxWithoutCode: bounded(budget?.max_without_code ?? MAX_WITHOUT_CODE),
    }),
    allow: defined({ services: allow?.services, countries: allow?.countries, upstreams: allow?.upstreams }),
  };
  return { caller, tokenSha256: token ? sha256(token.reveal()) : (token_sha256 ?? "") };
}

export function toUpstream(upstream: FileUpstream): UpstreamConfig {
  return {
    id: upstream.id,
    provider: upstream.provider,
    apiKey: upstream.api_key,
    ...defined({ baseUrl: upstream.base_url, callbackSecret: upstream.callback_secret }),
    limits: upstream.limits ?? {},
    prices: upstream.prices ?? {},
    enabled: upstream.enabled ?? true,
    ...defined({
      handlerApi: upstream.handler_api && toHandlerApiHost(upstream.handler_api),
      pvapins: upstream.pvapins && toPvapinsRentals(upstream.pvapins),
    }),
  };
}

function toHandlerApiHost(host: NonNullable<FileUpstream["handler_api"]>): HandlerApiHost {
  const { currency, version, cancel_after, lifetime, needs_ready, rent_days } = host;
  return defined({
    currency,
    version,
    cancelDelayMs: cancel_after,
    lifetimeMs: lifetime,
    needsReady: needs_ready,
    rentDays: rent_days,
  });
}

function toPvapinsRentals({ rent_days, rent_files }: NonNullable<FileUpstream["pvapins"]>): PvapinsRentals {
  return defined({ rentDays: rent_days, rentFiles: rent_files && defined(rent_files) });
}

export function toTls({ cert, key, client_ca }: NonNullable<FileValues["tls"]>): Tls {
  return { certFile: cert, keyFile: key, ...defined({ clientCaFile: client_ca }) };
}

export function toRetention(retention: FileValues["retention"]): Retention {
  return { messagesMs: retention?.messages ?? 30 * DAY_MS, ordersMs: retention?.orders ?? 400 * DAY_MS };
}

function bounded(count: number | "off"): number | undefined {
  return count === "off" ? undefined : count;
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function defined<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
}
