import type { Problem, Verification } from "../core/verification.ts";
import type { Deliveries } from "./delivery.ts";
import type { Memory } from "./memory.ts";
import { codeOf, type Outcomes } from "./outcomes.ts";
import { placeAt } from "./place.ts";

/** Reports on so many verifications are remembered; those on older ones would count anew. */
const MOST_VERIFICATIONS = 10_000;

interface Row {
  /** Grows: rows are used again, the oldest first. */
  readonly number: number;
  readonly verificationId: string;
  readonly problems: readonly string[];
}

/** What callers say was wrong with numbers and codes. */
export interface Reports {
  /** Each problem of a verification counts once. Nothing counts of one that was never bought. */
  report(verification: Verification, problem: Problem, time: number): void;
  isReported(verificationId: string): boolean;
  /** To be called once the memory is loaded. */
  load(): void;
}

export interface ReportParts {
  readonly memory: Memory;
  readonly deliveries: Deliveries;
  readonly outcomes: () => Pick<Outcomes, "fail" | "hasFailed">;
  changed(upstream: string): void;
}

export function createReports({ memory, deliveries, outcomes, changed }: ReportParts): Reports {
  const rows = memory.table<Row>("reports", {
    fresh: () => ({ number: 0, verificationId: "", problems: [] }),
    read(json) {
      const row = json as Row;
      return Number.isInteger(row.number) && Array.isArray(row.problems) ? row : undefined;
    },
    write: (row) => row,
  });
  const numbers = new Map<string, number>();
  let last = 0;

  const slotOf = (number: number) => String(number % MOST_VERIFICATIONS);

  function keep(verificationId: string, problems: readonly string[]): void {
    const number = numbers.get(verificationId) ?? last + 1;
    last = Math.max(last, number);
    const replaced = rows.get(slotOf(number));
    if (replaced) numbers.delete(replaced.verificationId);
    numbers.set(verificationId, number);
    rows.set(slotOf(number), { number, verificationId, problems });
  }

  return {
    report(verification, problem, time) {
      const { verificationId, upstream, country, service, messages, status } = verification;
      if (upstream === undefined) return;
      const number = numbers.get(verificationId);
      const known = number === undefined ? [] : (rows.get(slotOf(number))?.problems ?? []);
      if (known.includes(problem)) return;
      keep(verificationId, [...known, problem]);
      const hasExpired = status === "EXPIRED" && messages.length === 0;
      // Its end without a code has been counted as just that.
      if (hasExpired && problem === "CODE_MISSING") return;
      const isFailure = known.length > 0 || hasExpired || outcomes().hasFailed(verificationId);
      const place = placeAt({ upstream, country, service });
      if (messages.length > 0 && known.length === 0) {
        const { at, logWait } = codeOf(verification);
        deliveries.count(place, at, { orders: -1, codes: -1, logWait: -logWait });
      }
      // One purchase fails once. What else was wrong with it lowers the estimate, and is no further sign of an outage.
      if (isFailure) deliveries.count(place, time, { orders: 1, codes: 0, logWait: 0, seen: 0 });
      else outcomes().fail(verification, place, 1, time);
      changed(upstream);
    },

    isReported: (verificationId) => numbers.has(verificationId),

    load() {
      for (const slot of rows.keys()) {
        const { number, verificationId } = rows.open(slot);
        numbers.set(verificationId, number);
        last = Math.max(last, number);
      }
    },
  };
}
