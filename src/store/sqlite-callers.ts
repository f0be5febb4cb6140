import type { Caller } from "../core/caller.ts";
import { tooManyOpen, withoutCode } from "./refusals.ts";
import { fromTime, type Row, toInteger } from "./rows.ts";
import * as sql from "./sql/callers.ts";
import type { Statements } from "./sqlite-statements.ts";

/** How long a caller rests whose purchases all ended without a message, before each further one. */
const REST_MS = 3_600_000n;

/** What callers have under way, and whether they may have more: a row for each, however many orders there are. */
export interface Callers {
  /** Throws TOO_MANY_OPEN, and BUDGET_EXCEEDED during a rest. Answers whether this order would be the trial after one. */
  admit(caller: Caller, time: Date): boolean;

  began(caller: string, orderSeq: bigint, isTrial: boolean): void;
  received(caller: string): void;
  ended(caller: string): void;
  /** As `ended`, of a number that was bought. */
  endedWithoutMessage(caller: string, time: Date): void;
}

export function createCallers(db: Statements): Callers {
  return {
    admit({ name, budget: { maxOpen, maxWithoutCode } }, time) {
      if (maxOpen === undefined && maxWithoutCode === undefined) return false;
      const row = db.get(sql.findCaller, name);
      const open = row ? toInteger(row.open) : 0n;
      if (maxOpen !== undefined && open >= BigInt(maxOpen)) throw tooManyOpen(open, maxOpen);
      return row && maxWithoutCode !== undefined ? isTrial(row, maxWithoutCode, time) : false;
    },
    began(caller, orderSeq, isTrial) {
      db.run(sql.addOpen, caller);
      if (isTrial) db.run(sql.startTrial, caller, orderSeq);
    },
    received: (caller) => void db.run(sql.forgetFruitless, caller),
    ended: (caller) => void db.run(sql.removeOpen, caller),
    endedWithoutMessage: (caller, time) => void db.run(sql.removeFruitless, caller, fromTime(time)),
  };
}

/** A trial that has not ended keeps the others waiting as well, for as long as a rest. */
function isTrial(row: Row, maxWithoutCode: number, time: Date): boolean {
  const ended = toInteger(row.fruitless);
  if (ended === 0n || ended < BigInt(maxWithoutCode)) return false;
  const rest = toInteger(row.trial_time ?? row.fruitless_time) + REST_MS - fromTime(time);
  if (rest > 0n) throw withoutCode(ended, maxWithoutCode, Number(rest));
  return true;
}
