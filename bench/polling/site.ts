import { type Clock, sleep } from "../../src/core/clock.ts";
import { createLimits, perMinute } from "../../src/upstream/limits.ts";
import type { Line } from "./trace.ts";

const CALLS = 60;
const WINDOW_MS = 60_000;
/** A request and its answer. What is measured ends when the request is sent. */
const LATENCY_MS = 1;
const LIST_LENGTH = 50;

/** An upstream in the simulation, and the real limiter in front of it. */
export interface Site {
  readonly limits: ReturnType<typeof createLimits>;
  readonly outcomes: ReadonlyMap<string, Outcome>;
  readonly calls: number;
  readonly polls: number;
  place(line: Line): void;
  /** True once the code is there. */
  check(id: string): Promise<boolean>;
  /** The newest orders, whatever has become of them, and whether each has its code. */
  list(): Promise<readonly { readonly id: string; readonly hasCode: boolean }[]>;
  /** A call that costs a place in the window and does nothing else. */
  other(): Promise<void>;
  /** The most calls that reached it in any window. */
  busiestWindow(): number;
}

export interface Outcome {
  readonly line: Line;
  /** When the first poll was sent that saw the code. */
  seenAt: number;
  /** By itself, or by a list. */
  lastPolledAt: number;
}

export function createSite(clock: Clock): Site {
  const outcomes = new Map<string, Outcome>();
  const placed: Line[] = [];
  const arrivals: number[] = [];
  let polls = 0;

  const answer = async () => {
    arrivals.push(clock.now());
    await sleep(clock, LATENCY_MS);
  };

  return {
    limits: createLimits({ account: perMinute(CALLS) }, clock),
    outcomes,
    get calls() {
      return arrivals.length;
    },
    get polls() {
      return polls;
    },
    place(line) {
      placed.push(line);
      outcomes.set(line.id, { line, seenAt: Number.POSITIVE_INFINITY, lastPolledAt: Number.NEGATIVE_INFINITY });
    },
    async check(id) {
      const now = clock.now();
      const outcome = outcomes.get(id);
      if (!outcome) throw new Error("no such order");
      polls += 1;
      outcome.lastPolledAt = now;
      const hasCode = outcome.line.codeAt <= now;
      if (hasCode) outcome.seenAt = Math.min(outcome.seenAt, now);
      await answer();
      return hasCode;
    },
    async list() {
      const now = clock.now();
      polls += 1;
      const rows = placed.slice(-LIST_LENGTH).map(({ id, codeAt }) => ({ id, hasCode: codeAt <= now }));
      for (const { id } of rows) Object.assign(outcomes.get(id) ?? {}, { lastPolledAt: now });
      await answer();
      return rows;
    },
    other: answer,
    busiestWindow() {
      let [from, most] = [0, 0];
      for (const [index, time] of arrivals.entries()) {
        while ((arrivals[from] ?? 0) <= time - WINDOW_MS) from += 1;
        most = Math.max(most, index - from + 1);
      }
      return most;
    },
  };
}
