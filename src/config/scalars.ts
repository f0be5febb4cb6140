import { isIP } from "node:net";
import { normalize } from "node:path";
import countries from "i18n-iso-countries/index.js";
import { type Money, parseMoney } from "../core/money.ts";
import { Secret } from "../core/secret.ts";
import type { Database, Limit, Listener } from "./types.ts";

/** Why a text cannot be read, where "expected ..., not ..." would not say it. */
export class Complaint {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

/** Turns text into a value; undefined when it is not what was expected. */
export type Read<T> = (text: string) => T | Complaint | undefined;

/** Budgets, bounds and price lists are in this currency. */
const CURRENCY = "USD";

const SHORTEST_SECRET = 16;
// Linux takes 108 bytes for a socket's path, its closing zero included.
const LONGEST_SOCKET_PATH = 107;

export const readKey: Read<Secret> = (text) => {
  if (text === "") return new Complaint("it is empty; expected a key");
  // It becomes a header, where such characters are refused or, worse, trimmed.
  if (!/^[\x21-\x7e]+$/.test(text)) {
    return new Complaint("it holds white space or characters outside ASCII (a line break at its end?); expected a key");
  }
  return new Secret(text);
};

/** A secret that others must not guess, unlike a key that somebody else made. */
export const readToken: Read<Secret> = (text) => {
  if (text.length < SHORTEST_SECRET) {
    return new Complaint(
      `it has ${text.length} characters and could be guessed; expected at least ${SHORTEST_SECRET} (try: openssl rand -hex 32)`,
    );
  }
  return readKey(text);
};

export const readSha256: Read<string> = (text) => {
  return /^[0-9a-f]{64}$/i.test(text) ? text.toLowerCase() : undefined;
};

export const readMoney = (text: string): Money | undefined => {
  return /^\d{1,9}(\.\d{1,6})?$/.test(text) ? parseMoney(text, CURRENCY) : undefined;
};

export const readCurrency: Read<string> = (text) => {
  if (text === CURRENCY) return new Complaint("US dollars need no rate; expected another currency");
  return /^[A-Z]{3}$/.test(text) ? text : undefined;
};

/** In millionths of a dollar. */
export const readRate: Read<bigint> = (text) => readMoney(text)?.micros || undefined;

export const readCount: Read<number> = (text) => (/^\d{1,9}$/.test(text) ? Number(text) : undefined);

/** From 1 on. */
export const readCountOrOff: Read<number | "off"> = (text) => (text === "off" ? text : readCount(text) || undefined);

export const readBoolean: Read<boolean> = (text) => (text === "true" ? true : text === "false" ? false : undefined);

export const readFilePath: Read<string> = (text) => (text === "" ? undefined : text);

export const readCountry: Read<string> = (text) => {
  const code = text.toUpperCase();
  return /^[A-Z]{2}$/.test(code) && countries.isValid(code) ? code : undefined;
};

export const readService: Read<string> = (text) => (/^[a-z0-9][a-z0-9_.-]{0,63}$/.test(text) ? text : undefined);

export const readPriceKey: Read<string> = (text) => {
  const [country = "", ...service] = text.split("/");
  const isCountry = country === country.toLowerCase() && typeof readCountry(country) === "string";
  return isCountry && typeof readService(service.join("/")) === "string" ? text : undefined;
};

const UNIT_MS = { s: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const;

export const readDuration: Read<number> = (text) => {
  const [, count, unit] = /^([1-9]\d{0,5})([smhd])$/.exec(text) ?? [];
  return unit ? Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS] : undefined;
};

/** As a duration, and `0`. */
export const readDelay: Read<number> = (text) => (/^0[smhd]?$/.test(text) ? 0 : readDuration(text));

export const readDays: Read<number> = (text) => {
  const days = readCount(text);
  return typeof days === "number" && days >= 1 && days <= 3650 ? days : undefined;
};

export const readFileName: Read<string> = (text) => (/^\w[\w.-]{0,63}$/.test(text) ? text : undefined);

export const readLimit: Read<Limit> = (text) => {
  const [, calls, unit] = /^([1-9]\d{0,5})\/(s|min|h)$/.exec(text) ?? [];
  return unit ? { calls: Number(calls), windowMs: UNIT_MS[unit as keyof typeof UNIT_MS] } : undefined;
};

/** As it is written. */
export function formatLimit({ calls, windowMs }: Limit): string {
  return `${calls}/${windowMs === UNIT_MS.min ? "min" : windowMs === UNIT_MS.h ? "h" : "s"}`;
}

export const readBaseUrl: Read<string> = (text) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== "http:" && url?.protocol !== "https:") return undefined;
  if (url.username || url.password) return new Complaint("it holds a user or a password; expected a URL without them");
  if (url.search || url.hash || /[?#]/.test(text)) {
    return new Complaint("it holds a query or a fragment; expected a URL without them");
  }
  return url.href.replace(/\/+$/, "");
};

export const readDatabase: Read<Database> = (text) => {
  if (/^postgres(ql)?:\/\//.test(text)) {
    return URL.canParse(text) ? { engine: "postgres", url: new Secret(text) } : undefined;
  }
  const [, path] = /^sqlite:(.+)$/s.exec(text) ?? [];
  if (path?.startsWith("//")) {
    return new Complaint("two slashes begin no path; expected sqlite:./relative.db or sqlite:/absolute.db");
  }
  return path === undefined ? undefined : { engine: "sqlite", path };
};

export const readListener: Read<Listener> = (text) => {
  const [, socket] = /^unix:(.+)$/s.exec(text) ?? [];
  if (socket !== undefined) {
    const path = normalize(socket);
    if (Buffer.byteLength(path) <= LONGEST_SOCKET_PATH) return { kind: "unix", path };
    return new Complaint(`the path is too long for a Unix socket; expected at most ${LONGEST_SOCKET_PATH} bytes`);
  }
  const [, host = "", digits = ""] = /^(.*):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits === "" || port > 65_535) return undefined;
  if (host === "" || host === "*") {
    return new Complaint(`a host must be named; expected 127.0.0.1:${port}, or 0.0.0.0:${port} for every interface`);
  }
  const address = /^\[(.*)\]$/.exec(host)?.[1];
  if (address !== undefined) return isIP(address) === 6 ? { kind: "tcp", host: address, port } : undefined;
  if (host.includes(":")) return new Complaint("an IPv6 address needs brackets, as in [::1]:7070");
  const isName = /^(?!-)[A-Za-z0-9.-]{1,253}$/.test(host) && (isIP(host) === 4 || /[A-Za-z]/.test(host));
  return isName ? { kind: "tcp", host, port } : undefined;
};
