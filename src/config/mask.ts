import { Document, isCollection, isNode } from "yaml";
import { formatDecimal, type Money } from "../core/money.ts";
import { formatListener } from "./rules.ts";
import { formatLimit } from "./scalars.ts";
import type { Config, ConfiguredCaller, Database, UpstreamConfig } from "./types.ts";

const MASK = "****";

/** The effective configuration in the file's own form, without its secrets, and where the environment had a say. */
export function maskedConfig(config: Config): string {
  const listen = config.listen.map(formatListener);
  const document = new Document({
    listen: listen.length === 1 ? listen[0] : listen,
    database: maskedDatabase(config.database),
    log_level: config.logLevel,
    ...(config.tls && {
      tls: { cert: config.tls.certFile, key: config.tls.keyFile, ...present({ client_ca: config.tls.clientCaFile }) },
    }),
    callers: config.callers.map(maskedCaller),
    upstreams: config.upstreams.map(maskedUpstream),
    routing: {
      default_strategy: config.routing.defaultStrategy,
      ...section(
        "rates",
        mapValues(config.routing.rates, (micros) => formatDecimal({ currency: "USD", micros })),
      ),
    },
    retention: { messages: duration(config.retention.messagesMs), orders: duration(config.retention.ordersMs) },
  });
  for (const { path, variable } of config.origins) {
    const node = document.getIn(path, true);
    if (isCollection(node)) node.commentBefore = ` ${variable}`;
    else if (isNode(node)) node.comment = ` ${variable}`;
  }
  document.commentBefore = ` ${config.file ?? "no file"}${config.sandbox ? "; no upstreams: the sandbox" : ""}`;
  return document.toString({ lineWidth: 0 });
}

function maskedDatabase(database: Database): string {
  if (database.engine === "sqlite") return `sqlite:${database.path}`;
  const { host, pathname } = new URL(database.url.reveal());
  return `postgres://${MASK}@${host}${pathname}`;
}

function maskedCaller({ caller: { name, budget, allow }, tokenSha256 }: ConfiguredCaller) {
  return {
    name,
    token_sha256: `${tokenSha256.slice(0, 8)}${MASK}`,
    ...section("budget", {
      per_day: decimal(budget.perDay),
      per_month: decimal(budget.perMonth),
      max_price: decimal(budget.maxPrice),
      max_open: budget.maxOpen,
      max_without_code: budget.maxWithoutCode ?? "off",
    }),
    ...section("allow", { services: allow.services, countries: allow.countries, upstreams: allow.upstreams }),
  };
}

function maskedUpstream(upstream: UpstreamConfig) {
  const { handlerApi: host = {}, pvapins: rentals = {} } = upstream;
  return {
    id: upstream.id,
    provider: upstream.provider,
    api_key: MASK,
    ...present({ base_url: upstream.baseUrl }),
    ...section("limits", mapValues(upstream.limits, formatLimit)),
    ...section("prices", mapValues(upstream.prices, formatDecimal)),
    ...present({ callback_secret: upstream.callbackSecret && MASK }),
    enabled: upstream.enabled,
    ...section("handler_api", {
      currency: host.currency,
      version: host.version,
      cancel_after: host.cancelDelayMs === undefined ? undefined : duration(host.cancelDelayMs),
      lifetime: host.lifetimeMs === undefined ? undefined : duration(host.lifetimeMs),
      needs_ready: host.needsReady,
      rent_days: host.rentDays,
    }),
    ...section("pvapins", { rent_days: rentals.rentDays, ...section("rent_files", rentals.rentFiles ?? {}) }),
  };
}

const decimal = (money: Money | undefined) => money && formatDecimal(money);

const UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
] as const;

/** In the largest unit that says it exactly: `30d`. */
function duration(ms: number): string {
  const [unit, unitMs] = UNITS.find(([, unitMs]) => ms % unitMs === 0) ?? ["s", 1000];
  return `${ms / unitMs}${unit}`;
}

function mapValues<T, R>(values: Readonly<Record<string, T>>, change: (value: T) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value)]));
}

/** Without the keys that have no value. */
function present(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/** Nothing at all when it would be empty. */
function section(name: string, values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const kept = present(values);
  return Object.keys(kept).length > 0 ? { [name]: kept } : {};
}
