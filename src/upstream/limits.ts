import type { Clock } from "../core/clock.ts";
import type { Verb } from "../core/desks.ts";
import { GatewayError } from "../core/error.ts";
import type { LimitState } from "../core/upstream.ts";
import { createBucket } from "./bucket.ts";
import { type Gate, NOT_SENT, pass } from "./gate.ts";
import { createPace, type Pace } from "./pace.ts";
import { createPause } from "./pause.ts";
import { createShares, isPatient } from "./shares.ts";

export interface Limit {
  readonly calls: number;
  readonly windowMs: number;
}

export interface EndpointLimit extends Limit {
  /** What shares it. */
  readonly verbs: readonly Verb[];
}

/** What an upstream's document allows. */
export interface LimitTable {
  /** For all calls of the account together. */
  readonly account?: Limit;
  readonly endpoints?: Readonly<Record<string, EndpointLimit>>;
}

export function perMinute(calls: number): Limit {
  return { calls, windowMs: 60_000 };
}

/** Purchases and closing calls go first, then polls, then what nobody waits for. */
const PRIORITY: Readonly<Record<Verb, number>> = {
  buy: 0,
  rent: 0,
  buyEsim: 0,
  extend: 0,
  collect: 1,
  cancel: 1,
  release: 1,
  another: 1,
  ready: 1,
  weigh: 1,
  complete: 2,
  detail: 3,
  check: 5,
  inbox: 5,
  recent: 5,
  rentals: 5,
  balance: 8,
  listings: 9,
};

export interface Limits {
  /** See Upstream.run. */
  run<T>(verb: Verb, task: () => Promise<T>, signal?: AbortSignal): Promise<T>;

  /** See Upstream.poll. */
  poll<T>(choose: () => (() => Promise<T>) | undefined, signal?: AbortSignal): Promise<T | undefined>;

  /** The upstream refused a call of this verb for its rate: nothing more is sent under that limit, or under none, for so long. */
  refused(verb: Verb, retryAfterMs: number): void;

  /** Counts a call that an earlier run of the daemon sent. */
  remember(verb: Verb, time: Date): void;

  states(): readonly LimitState[];

  /** Whether calls of these verbs fall under different endpoints' limits. */
  areApart(one: Verb, other: Verb): boolean;

  /** Refuses what waits, and whatever comes later. */
  close(): void;
}

/**
 * Keeps an account within its limits, exactly: in no window does it send more than is allowed, whatever the load.
 *
 * Each limit is a bucket of tokens that does not refill by time. A call takes one token of each bucket on its way and
 * gives it back one window after its answer arrived. The call arrived before its answer did, so of any N + 1 calls the
 * last arrives a full window after the first, however the network delays them: this holds for sliding and for fixed windows.
 */
export function createLimits(table: LimitTable, clock: Clock): Limits {
  const account = table.account && createBucket("account", table.account, clock, { concurrency: 12 });
  const endpoints = new Map(
    Object.entries(table.endpoints ?? {}).map(([name, limit]) => [name, createBucket(name, limit, clock)] as const),
  );
  const endpointOf = new Map(
    Object.entries(table.endpoints ?? {}).flatMap(([name, { verbs }]) =>
      verbs.flatMap((verb) => sameCalls(verb).map((same) => [same, endpoints.get(name)] as const)),
    ),
  );
  const shares = table.account && createShares(table.account, clock);
  const pace = createPollPace();
  const open = createPause(clock, 8);
  // Calls that are never answered fill this, and leave the rest to purchases.
  const openForPolls = createPause(clock, 6);
  /** Of those that wait. */
  const leaves = new Set<() => void>();
  let closed = false;

  /** Polls are spread over the narrowest limit that they fall under. Undefined where there is none. */
  function createPollPace(): Gate | undefined {
    const limited: [Limit, Pace][] = [];
    if (table.account && shares) limited.push([table.account, shares.polls]);
    for (const [name, limit] of Object.entries(table.endpoints ?? {})) {
      const bucket = endpoints.get(name);
      if (bucket && limit.verbs.includes("check")) limited.push([limit, bucket]);
    }
    const perMs = ({ calls, windowMs }: Limit) => calls / windowMs;
    const [narrowest] = limited.sort(([one], [other]) => perMs(one) - perMs(other));
    return narrowest && createPace(narrowest[1], clock);
  }

  /** Every gate that a call of the verb passes, first one first. */
  function way(verb: Verb): readonly Gate[] {
    const gates = [endpointOf.get(verb), shares?.of(verb), account].filter((gate) => gate !== undefined);
    if (gates.length > 0) return gates;
    return isPatient(verb) ? [openForPolls, open] : [open];
  }

  function send<T>(
    gates: readonly Gate[],
    priority: number,
    choose: () => (() => Promise<T>) | undefined,
    signal: AbortSignal | undefined,
  ): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      let left = false;
      const dropped = Promise.withResolvers<void>();
      const leave = () => {
        left = true;
        leaves.delete(leave);
        dropped.resolve();
        reject(
          new GatewayError("UPSTREAMS_UNAVAILABLE", "the upstream's rate limit left no room in time", {
            retryAfterMs: 5_000,
          }),
        );
      };
      if (closed || signal?.aborted) return leave();
      leaves.add(leave);
      signal?.addEventListener("abort", leave, { once: true });

      const job = async () => {
        if (left) return NOT_SENT;
        leaves.delete(leave);
        signal?.removeEventListener("abort", leave);
        const task = choose();
        if (!task) {
          resolve(undefined);
          return NOT_SENT;
        }
        try {
          resolve(await task());
        } catch (error) {
          reject(error);
        }
        return { sent: true };
      };
      pass(gates, priority, job, dropped.promise).catch(reject);
    });
  }

  return {
    run: (verb, task, signal) => send(way(verb), PRIORITY[verb], () => task, signal) as ReturnType<typeof task>,
    poll: (choose, signal) => send([...(pace ? [pace] : []), ...way("check")], PRIORITY.check, choose, signal),

    refused(verb, retryAfterMs) {
      const endpoint = endpointOf.get(verb);
      (endpoint ?? account ?? open).pause(retryAfterMs);
      if (!endpoint) shares?.pause(retryAfterMs);
    },

    remember(verb, time) {
      for (const gate of way(verb)) gate.remember(time);
    },

    states() {
      return [...(account ? [account] : []), ...endpoints.values()].map((bucket) => bucket.state());
    },

    areApart: (one, other) => endpointOf.get(one) !== endpointOf.get(other),

    close() {
      closed = true;
      for (const leave of leaves) leave();
    },
  };
}

/** The verbs that make the same request as this one. */
function sameCalls(verb: Verb): readonly Verb[] {
  if (verb === "check") return ["check", "collect"];
  return verb === "balance" ? ["balance", "weigh"] : [verb];
}
