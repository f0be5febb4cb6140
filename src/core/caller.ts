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
}

/** Absent lists allow everything. */
export interface AllowList {
  readonly services?: readonly string[];
  readonly countries?: readonly string[];
  readonly upstreams?: readonly string[];
}

/** Who calls when no callers are configured. */
export const LOCAL_CALLER: Caller = { name: "local", budget: {}, allow: {} };
