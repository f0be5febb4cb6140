import type { z } from "zod";
import type { Desks } from "../core/desks.ts";
import type { Refusals, UpstreamHttp } from "./http.ts";
import type { LimitTable } from "./limits.ts";

/** Everything that makes one provider differ from the others. */
export interface ProviderDefinition<Options> {
  readonly id: string;
  /** What an upstream's `base_url` replaces. Absent: its entry has to name one. */
  readonly baseUrl?: string;
  /** What its entry in the configuration must hold. */
  readonly options: z.ZodType<Options>;
  readonly limits: LimitTable;
  /** Time between two polls of one order, at least. */
  readonly pollGapMs: number;
  /** How long a number is kept when the purchase does not say. */
  readonly lifetimeMs: number;
  /** How long after its purchase a number can be cancelled, when the purchase does not say. Absent: at once. */
  readonly cancelDelayMs?: number;
  /** Nothing gives an order's money back by itself: one that brought no code is paid for until it is cancelled. */
  readonly paidUntilCancelled?: true;
  /** Where the entry's options know these times better. */
  terms?(options: Options): { readonly lifetimeMs?: number; readonly cancelDelayMs?: number };
  readonly refusals: Refusals;
  /** True where answers may be bare text: it is then what is decoded. Otherwise an answer that is not JSON is a fault. */
  readonly textAnswers?: boolean;
  /**
   * The order that a call of the upstream's own is about; `body` is what parseJson gave. Undefined when it cannot be read.
   * Nobody signs such a call: it is a reason to ask, and never believed by itself.
   */
  callback?(body: unknown): string | undefined;
  /** Headers of every request: how the key is shown. */
  headers(options: Options): Readonly<Record<string, string>>;
  desks(http: UpstreamHttp, options: Options): Desks;
}

/** A provider whose options have been checked, ready to be talked to. */
export interface Provider extends Omit<ProviderDefinition<unknown>, "headers" | "desks" | "options" | "terms"> {
  /** Checks the options of an upstream's entry; throws a ZodError. */
  open(options: unknown): {
    readonly headers: Readonly<Record<string, string>>;
    readonly lifetimeMs: number;
    readonly cancelDelayMs?: number;
    desks(http: UpstreamHttp): Desks;
  };
}

export function defineProvider<Options>(definition: ProviderDefinition<Options>): Provider {
  const { options: schema, headers, desks, terms, ...rest } = definition;
  return {
    ...rest,
    open(given) {
      const options = schema.parse(given);
      const { lifetimeMs, cancelDelayMs } = { ...definition, ...terms?.(options) };
      return { headers: headers(options), lifetimeMs, cancelDelayMs, desks: (http) => desks(http, options) };
    },
  };
}
