import type { Money } from "./money.ts";

/** Who calls, and what the operator lets them do. */
export interface Caller {
  /** Unique; owns the resources it creates. */
  readonly name: string;
  readonly budget: Budget;
  readonly allow: AllowList;
}

/** Absent bounds do not bind. */
export interface Budget {
  /** Charged and reserved since midnight UTC. */
  readonly perDay?: Money;
  /** Charged and reserved since the first of the month, UTC. */
  readonly perMonth?: Money;
  /** For one purchase; binds beside the request's own. */
  readonly maxPrice?: Money;
  /** Resources that have not ended. */
  readonly maxOpen?: number;
  /** Verifications in a row that end without a code, before an hour's rest. */
  readonly maxWithoutCode?: number;
}

/** Who buys so often and never gets a code has a mistake, which costs money and the operator's standing. */
export const MAX_WITHOUT_CODE = 100;

/** Absent lists allow everything. */
export interface AllowList {
  readonly services?: readonly string[];
  readonly countries?: readonly string[];
  readonly upstreams?: readonly string[];
}

/** Whether one of those lists has it: no list is no bound. */
export function isAllowed(list: readonly string[] | undefined, name: string): boolean {
  return list?.includes(name) ?? true;
}

/** Who calls when no callers are configured. */
export const LOCAL_CALLER: Caller = { name: "local", budget: { maxWithoutCode: MAX_WITHOUT_CODE }, allow: {} };
