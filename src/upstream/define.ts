import type { z } from "zod";
import type { Desks } from "../core/upstream.ts";
import type { Refusals, UpstreamHttp } from "./http.ts";
import type { LimitTable } from "./limits.ts";

/** Everything that makes one provider differ from the others. */
export interface ProviderDefinition<Options> {
  readonly id: string;
  /** What an upstream's `base_url` replaces. */
  readonly baseUrl: string;
  /** What its entry in the configuration must hold. */
  readonly options: z.ZodType<Options>;
  readonly limits: LimitTable;
  /** Time between two polls of one order, at least. */
  readonly pollGapMs: number;
  /** How long a number is kept when the purchase does not say. */
  readonly lifetimeMs: number;
  readonly refusals: Refusals;
  /** Headers of every request: how the key is shown. */
  headers(options: Options): Readonly<Record<string, string>>;
  desks(http: UpstreamHttp, options: Options): Desks;
}

/** A provider whose options have been checked, ready to be talked to. */
export interface Provider extends Omit<ProviderDefinition<unknown>, "headers" | "desks" | "options"> {
  /** Checks the options of an upstream's entry; throws a ZodError. */
  open(options: unknown): {
    readonly headers: Readonly<Record<string, string>>;
    desks(http: UpstreamHttp): Desks;
  };
}

export function defineProvider<Options>(definition: ProviderDefinition<Options>): Provider {
  const { options: schema, headers, desks, ...rest } = definition;
  return {
    ...rest,
    open(given) {
      const options = schema.parse(given);
      return { headers: headers(options), desks: (http) => desks(http, options) };
    },
  };
}
