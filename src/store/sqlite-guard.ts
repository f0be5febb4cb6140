import type { Caller } from "../core/caller.ts";
import { withoutCode } from "./refusals.ts";
import { fromTime, toInteger } from "./rows.ts";
import * as sql from "./sql/guard.ts";
import type { Statements } from "./sqlite-database.ts";

const REST_MS = 3_600_000n;

/** Stops the callers whose purchases all end without a message: one more may be tried for each hour's rest. */
export interface Guard {
  /** Throws BUDGET_EXCEEDED. Answers whether this one is the trial after the rest. */
  admit(caller: Caller, time: Date): boolean;

  tries(caller: string, orderSeq: bigint): void;
  endedWithoutMessage(caller: string, time: Date): void;
  received(caller: string): void;
}

export function createGuard(db: Statements): Guard {
  return {
    admit({ name, budget: { maxWithoutCode } }, time) {
      if (maxWithoutCode === undefined) return false;
      const row = db.get(sql.findFruitless, name);
      if (!row) return false;
      const ended = toInteger(row.ended);
      if (ended < BigInt(maxWithoutCode)) return false;
      const last = toInteger(row.trial_time ?? row.end_time);
      const rest = last + REST_MS - fromTime(time);
      if (rest > 0n) throw withoutCode(ended, maxWithoutCode, Number(rest));
      return true;
    },
    tries: (caller, orderSeq) => void db.run(sql.startTrial, caller, orderSeq),
    endedWithoutMessage: (caller, time) => void db.run(sql.addFruitless, caller, fromTime(time)),
    received: (caller) => void db.run(sql.forgetFruitless, caller),
  };
}
