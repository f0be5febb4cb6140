import { createRandom } from "./random.ts";

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

/** Faults that come by chance. */
export interface Mischance {
  /** How likely a call meets one, 0 to 1. */
  readonly rate: number;
  /** Which: each as likely as the others. */
  readonly kinds: readonly FaultKind[];
  /** For `status_429`. */
  readonly retryAfterSeconds: number;
}

/** The faults that wait for the calls of one upstream. */
export interface Faults {
  /** The next `times` calls of the endpoint, or of any for `*`, meet the fault. Earlier faults come first. */
  arm(endpoint: string, fault: Fault, times: number): void;
  /** From now on calls of the endpoint, or of any for `*`, meet faults by chance, in place of what was set for it. */
  risk(endpoint: string, mischance: Mischance): void;
  /** The fault that this call meets, used up once. One that was armed comes before one by chance. */
  take(endpoint: string): Fault | undefined;
  /** The chances begin again as well. */
  reset(): void;
}

/** The same seed gives the same faults to the same calls. */
export function createFaults(seed: number): Faults {
  let armed: { endpoint: string; fault: Fault; left: number }[] = [];
  const risks = new Map<string, Mischance>();
  let random = createRandom(seed);

  function byChance(endpoint: string): Fault | undefined {
    const { rate, kinds, retryAfterSeconds } = risks.get(endpoint) ?? risks.get("*") ?? NO_RISK;
    if (rate === 0 || random() >= rate) return undefined;
    const kind = kinds[Math.floor(random() * kinds.length)];
    return kind && { kind, retryAfterSeconds };
  }

  return {
    arm(endpoint, fault, times) {
      armed.push({ endpoint, fault, left: times });
    },
    risk: (endpoint, mischance) => void risks.set(endpoint, mischance),
    take(endpoint) {
      const next = armed.find((entry) => entry.endpoint === endpoint || entry.endpoint === "*");
      if (!next) return byChance(endpoint);
      next.left -= 1;
      if (next.left <= 0) armed = armed.filter((entry) => entry !== next);
      return next.fault;
    },
    reset() {
      armed = [];
      risks.clear();
      random = createRandom(seed);
    },
  };
}

const NO_RISK: Mischance = { rate: 0, kinds: [], retryAfterSeconds: 0 };
