/** Every way in which an upstream can be told to misbehave; what each does is in mishap.ts. */
export const FAULT_KINDS = [
  "html",
  "html_502",
  "status_500",
  "status_429",
  "error_in_200",
  "silence",
  "reset_before",
  "gigantic",
  "reset_after",
  "error_500_after",
  "unreadable_after",
  "truncated",
  "wrong_types",
  "slow",
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

export interface Fault {
  readonly kind: FaultKind;
  /** For `status_429`. */
  readonly retryAfterSeconds: number;
}

/** The faults that wait for the next calls of one upstream. */
export interface Faults {
  /** The next `times` calls of the endpoint, or of any for `*`, meet the fault. Earlier faults come first. */
  arm(endpoint: string, fault: Fault, times: number): void;
  /** The fault that this call meets, used up once. */
  take(endpoint: string): Fault | undefined;
  reset(): void;
}

export function createFaults(): Faults {
  let armed: { endpoint: string; fault: Fault; left: number }[] = [];

  return {
    arm(endpoint, fault, times) {
      armed.push({ endpoint, fault, left: times });
    },
    take(endpoint) {
      const next = armed.find((entry) => entry.endpoint === endpoint || entry.endpoint === "*");
      if (!next) return undefined;
      next.left -= 1;
      if (next.left <= 0) armed = armed.filter((entry) => entry !== next);
      return next.fault;
    },
    reset() {
      armed = [];
    },
  };
}
