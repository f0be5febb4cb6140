import { z } from "zod";
import type { Query, UpstreamHttp } from "../../http.ts";

/** What makes one host differ from the others. */
export interface Host {
  readonly apiKey: string;
  /** ISO 4217: what its prices and balance are in. */
  readonly currency: string;
  /** `v2`: it tells what a number cost and what a message says. `text`: it answers bare tokens. */
  readonly version: "v2" | "text";
  /** It sends no code before it was told that the number is in use. */
  readonly needsReady: boolean;
  /** The lengths of rentals that are offered; none: it does not rent. */
  readonly rentDays: readonly number[];
}

type Call = <T>(action: string, answer: z.ZodType<T>, signal: AbortSignal, query?: Query) => Promise<T>;

/** One account at one host. */
export interface HandlerApi {
  readonly host: Host;
  readonly call: {
    readonly get: Call;
    readonly catalog: Call;
    /** For what changes something. */
    readonly act: Call;
  };
}

/** There is one address, and the action is what is asked of it: it stands in errors, the key does not. */
export function connectHost(http: UpstreamHttp, host: Host): HandlerApi {
  const by = (method: "get" | "getCatalog" | "act"): Call => {
    return (action, answer, signal, query) =>
      http[method](`?action=${action}`, z.preprocess(unquoted, answer), signal, { api_key: host.apiKey, ...query });
  };
  return { host, call: { get: by("get"), catalog: by("getCatalog"), act: by("act") } };
}

/** A token as JSON writes text, where a host does that. */
export function unquoted(answer: unknown): unknown {
  const [, token] = typeof answer === "string" ? (/^"([A-Z][^"\\]*)"$/.exec(answer) ?? []) : [];
  return token ?? answer;
}
