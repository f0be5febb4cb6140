import type { Desks, Verb } from "./desks.ts";

/** What is left of one of an upstream's limits. */
export interface LimitState {
  /** `account`, or the endpoint's name. */
  readonly name: string;
  readonly calls: number;
  readonly windowMs: number;
  readonly remaining: number;
}

export type UpstreamState = "READY" | "DEGRADED" | "BENCHED" | "CREDENTIALS_REJECTED" | "OUT_OF_FUNDS" | "UNREACHABLE";

/** How a call to an upstream ended. */
export interface CallEnd {
  readonly upstream: string;
  readonly verb: Verb;
  /** What was thrown; absent when it was answered as hoped. */
  readonly error?: unknown;
}

/** A call that failed; the message never quotes the upstream. */
export interface CallFailure {
  readonly message: string;
  readonly time: Date;
}

/** What the slots for polls are for: codes, and the messages of rentals. */
export type PollVerb = "check" | "inbox";

/** One request of a poll. */
export interface Poll<T> {
  readonly verb: PollVerb;
  send(): Promise<T>;
}

/** One configured account at one provider. */
export interface Upstream {
  readonly id: string;
  readonly provider: string;
  readonly desks: Desks;
  /** What it can do, in words for operators: `balance`, `verification.cancel`. */
  readonly features: readonly string[];
  /** Time between two polls of one order, at least. */
  readonly pollGapMs: number;
  /** How long a number is kept when the upstream does not say. */
  readonly lifetimeMs: number;
  /** How long after its purchase a number can be cancelled, when the upstream does not say. Absent: at once. */
  readonly cancelDelayMs?: number;
  /** Nothing gives an order's money back by itself: one that brought no code is paid for until it is cancelled. */
  readonly paidUntilCancelled?: true | undefined;

  /**
   * Waits for a slot within the upstream's limits, runs the task, which makes one request, and gives the slot back one
   * window later. Throws UPSTREAMS_UNAVAILABLE when the signal aborts first; after that the signal no longer matters.
   */
  run<T>(verb: Verb, task: () => Promise<T>, signal?: AbortSignal): Promise<T>;

  /**
   * As `run` of a `check`, for whoever polls all the time: the slots are spread evenly over the limit's window, and the
   * task is chosen once the slot is there. Where there is none then, the slot was not used.
   */
  poll<T>(choose: () => Poll<T> | undefined, signal?: AbortSignal): Promise<T | undefined>;

  /** Looks at rentals fall under a limit of their own: slots for polls are none for them. */
  readonly hasInboxLimit?: boolean;

  limits(): readonly LimitState[];
  /** Of the calls that failed for the upstream's sake, the last. */
  lastError(): CallFailure | undefined;

  /** Closes its connections. Calls under way fail. */
  close(): Promise<void>;
}
