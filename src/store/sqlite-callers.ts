import type { Caller } from "../core/caller.ts";
import { tooManyOpen, withoutCode } from "./refusals.ts";
import { fromTime, type Row, toInteger } from "./rows.ts";
import * as sql from "./sql/callers.ts";
import type { Statements } from "./sqlite-statements.ts";

/** How long a caller rests whose purchases all ended without a message, before each further one. */
const REST_MS = 3_600_000n;

/** What callers have under way, and whether they may have more: a row for each, however many orders there are. */
export interface Callers {
  /** Throws TOO_MANY_OPEN when one more order would be too many. */
  requireRoom(caller: Caller): void;
  /** As `requireRoom`. Throws BUDGET_EXCEEDED during a rest. Answers whether this order would be the trial after one. */
  admit(caller: Caller, time: Date): boolean;

  began(caller: string, orderSeq: bigint, isTrial: boolean): void;
  received(caller: string): void;
  ended(caller: string): void;
  /** As `ended`, of a number that was bought. */
  endedWithoutMessage(caller: string, time: Date): void;
}

/** A caller's row, as the transaction at hand has made it. */
interface Standing {
  open: bigint;
  fruitless: bigint;
  fruitlessTime: bigint | null;
  trial: bigint | null;
}

export function createCallers(db: Statements): Callers {
  const standings = new Map<string, Standing>();
  const changed = new Set<string>();

  db.hold({
    tables: ["callers"],
    write(run) {
      for (const caller of changed) {
        const { open, fruitless, fruitlessTime, trial } = standingOf(caller);
        run(sql.saveCaller, caller, open, fruitless, fruitlessTime, trial);
      }
      changed.clear();
    },
    forget() {
      standings.clear();
      changed.clear();
    },
  });

  function standingOf(caller: string): Standing {
    const known = standings.get(caller);
    if (known) return known;
    const row = db.get(sql.findCaller, caller);
    const standing = row ? toStanding(row) : { open: 0n, fruitless: 0n, fruitlessTime: null, trial: null };
    standings.set(caller, standing);
    return standing;
  }

  function change(caller: string, how: (standing: Standing) => void): void {
    const standing = standingOf(caller);
    how(standing);
    changed.add(caller);
    db.heldBack();
  }

  /** A trial that has not ended keeps the others waiting as well, for as long as a rest. */
  function isTrial({ fruitless, fruitlessTime, trial }: Standing, maxWithoutCode: number, time: Date): boolean {
    if (fruitless === 0n || fruitless < BigInt(maxWithoutCode)) return false;
    const tried = trial === null ? undefined : db.get(sql.findTrial, trial);
    const rest = toInteger(tried?.create_time ?? fruitlessTime) + REST_MS - fromTime(time);
    if (rest > 0n) throw withoutCode(fruitless, maxWithoutCode, Number(rest));
    return true;
  }

  function requireRoom({ name, budget: { maxOpen } }: Caller): void {
    if (maxOpen === undefined) return;
    const { open } = standingOf(name);
    if (open >= BigInt(maxOpen)) throw tooManyOpen(open, maxOpen);
  }

  return {
    requireRoom,
    admit(caller, time) {
      requireRoom(caller);
      const { maxWithoutCode } = caller.budget;
      return maxWithoutCode !== undefined && isTrial(standingOf(caller.name), maxWithoutCode, time);
    },
    began(caller, orderSeq, isTrial) {
      change(caller, (standing) => {
        standing.open += 1n;
        if (isTrial) standing.trial = orderSeq;
      });
    },
    received(caller) {
      if (standingOf(caller).fruitless === 0n) return;
      change(caller, (standing) => {
        standing.fruitless = 0n;
      });
    },
    ended(caller) {
      change(caller, (standing) => {
        standing.open -= 1n;
      });
    },
    endedWithoutMessage(caller, time) {
      change(caller, (standing) => {
        standing.open -= 1n;
        standing.fruitless += 1n;
        standing.fruitlessTime = fromTime(time);
      });
    },
  };
}

function toStanding({ open, fruitless, fruitless_time, trial }: Row): Standing {
  return {
    open: toInteger(open),
    fruitless: toInteger(fruitless),
    fruitlessTime: fruitless_time === null ? null : toInteger(fruitless_time),
    trial: trial === null ? null : toInteger(trial),
  };
}
