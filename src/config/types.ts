import type { Caller } from "../core/caller.ts";
import type { Money } from "../core/money.ts";
import type { Secret } from "../core/secret.ts";
import type { Strategy } from "../core/verification.ts";

/** What the daemon was told to be. Parsed once; a reload makes a new one. */
export interface Config {
  /** The file that was read, as it was named. Absent when there is none. */
  readonly file?: string;
  /** At least one. */
  readonly listen: readonly Listener[];
  readonly database: Database;
  readonly logLevel: LogLevel;
  readonly tls?: Tls;
  /** Empty: whoever can connect is core's LOCAL_CALLER, and every listener is local. */
  readonly callers: readonly ConfiguredCaller[];
  /** Disabled ones included. */
  readonly upstreams: readonly UpstreamConfig[];
  readonly routing: Routing;
  readonly retention: Retention;
  /** True when neither the file nor the environment names an upstream; `upstreams` is empty then. */
  readonly sandbox: boolean;
  /** What an operator should read once at the start: one sentence each, free of secrets. */
  readonly warnings: readonly string[];
  /** The values that came from environment variables. */
  readonly origins: readonly Origin[];
}

export type Listener = TcpListener | UnixListener;

export interface TcpListener {
  readonly kind: "tcp";
  /** A name or an address; IPv6 without its brackets. */
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
}

export interface UnixListener {
  readonly kind: "unix";
  readonly path: string;
}

export type Database =
  /** `path` may be `:memory:`. */
  { readonly engine: "sqlite"; readonly path: string } | { readonly engine: "postgres"; readonly url: Secret };

/** pino's. */
export type LogLevel = "trace" | "debug" | "info" | "warn" | "error" | "fatal" | "silent";

/** PEM files. Nobody has looked at them yet. */
export interface Tls {
  readonly certFile: string;
  readonly keyFile: string;
  /** Present: clients must show a certificate that it signed. */
  readonly clientCaFile?: string;
}

export interface ConfiguredCaller {
  readonly caller: Caller;
  /** 64 lower-case hex digits. The token itself is not kept. */
  readonly tokenSha256: string;
}

export interface UpstreamConfig {
  readonly id: string;
  /** One that this build has. */
  readonly provider: string;
  readonly apiKey: Secret;
  /** Without a slash at its end. Absent: the provider's own. */
  readonly baseUrl?: string;
  /** By `account` or the endpoint's name; only ever lowers what the provider allows. */
  readonly limits: Readonly<Record<string, Limit>>;
  /** By country and service, in lower case: `us/whatsapp`. */
  readonly prices: Readonly<Record<string, Money>>;
  /** Present: the upstream may call back. */
  readonly callbackSecret?: Secret;
  readonly enabled: boolean;
  /** Of the provider that is called so. */
  readonly handlerApi?: HandlerApiHost;
  /** Of the provider that is called so. */
  readonly pvapins?: PvapinsRentals;
}

/** What differs between the hosts that speak handler_api. What is absent is as the provider knows it. */
export interface HandlerApiHost {
  /** ISO 4217. */
  readonly currency?: string;
  readonly version?: "v2" | "text";
  readonly cancelDelayMs?: number;
  readonly lifetimeMs?: number;
  /** It sends no code before it was told that the number is in use. */
  readonly needsReady?: boolean;
  /** The lengths that are offered; absent: none. */
  readonly rentDays?: readonly number[];
}

/** What PVAPins does not say of its rentals. */
export interface PvapinsRentals {
  /** How long one lasts; absent: none is offered. */
  readonly rentDays?: number;
  /** Where its own names differ from those that are known. */
  readonly rentFiles?: Readonly<Partial<Record<"rentals" | "inbox" | "extend" | "release", string>>>;
}

/** A provider that this build has. */
export interface KnownProvider {
  readonly id: string;
  /** By its name, whatever can be limited; undefined where the provider's document leaves it open. */
  readonly limits: Readonly<Record<string, Limit | undefined>>;
}

/** At most so many calls in any window of that length. */
export interface Limit {
  readonly calls: number;
  readonly windowMs: number;
}

export interface Routing {
  readonly defaultStrategy: Strategy;
  /** By currency: what one unit is worth, in millionths of a US dollar. */
  readonly rates: Readonly<Record<string, bigint>>;
}

export interface Retention {
  readonly messagesMs: number;
  readonly ordersMs: number;
}

/** Steps from the top of the file to a value, in the file's own words: `["upstreams", 0, "api_key"]`. */
export type KeyPath = readonly (string | number)[];

export interface Origin {
  readonly path: KeyPath;
  readonly variable: string;
}
