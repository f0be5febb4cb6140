import type { Clock } from "../core/clock.ts";
import { GatewayError } from "../core/error.ts";
import type { LimitState, Verb } from "../core/upstream.ts";
import { createBucket } from "./bucket.ts";
import { either, type Gate, NOT_SENT, pass } from "./gate.ts";
import { createPause } from "./pause.ts";

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
  cancel: 1,
  release: 1,
  another: 1,
  ready: 1,
  complete: 2,
  detail: 3,
  check: 5,
  inbox: 5,
  recent: 5,
  rentals: 5,
  balance: 8,
  listings: 9,
};
const POLLS: readonly Verb[] = ["check", "inbox", "recent", "rentals", "detail"];
const BACKGROUND: readonly Verb[] = ["balance", "listings"];

/** A share of the window that polls and background calls leave to purchases and closing calls. */
const RESERVED_SHARE = 1 / 15;
/** A share that polls leave to background calls: without it a catalogue would grow old for as long as polls wait. */
const BACKGROUND_SHARE = 1 / 30;

export interface Limits {
  /** See Upstream.run. */
  run<T>(verb: Verb, task: () => Promise<T>, signal?: AbortSignal): Promise<T>;

  /** The upstream refused a call of this verb for its rate: nothing more is sent under that limit, or under none, for so long. */
  refused(verb: Verb, retryAfterMs: number): void;

  /** Counts a call that an earlier run of the daemon sent. */
  remember(verb: Verb, time: Date): void;

  states(): readonly LimitState[];
}

/**
 * Keeps an account within its limits, exactly: in no window does it send more than is allowed, whatever the load.
 *
 * Each limit is a bucket of tokens that does not refill by time. A call takes one token of each bucket on its way and
 * gives it back one window after its answer arrived. The call arrived before its answer did, so of any N + 1 calls the
 * last arrives a full window after the first, however the network delays them: this holds for sliding and for fixed windows.
 */
export function createLimits(table: LimitTable, clock: Clock): Limits {
  const account = table.account && createBucket("account", table.account, clock, 12);
  const endpoints = new Map(
    Object.entries(table.endpoints ?? {}).map(([name, limit]) => [name, createBucket(name, limit, clock)] as const),
  );
  const endpointOf = new Map(
    Object.entries(table.endpoints ?? {}).flatMap(([name, { verbs }]) =>
      verbs.map((verb) => [verb, endpoints.get(name)] as const),
    ),
  );
  const shares = account && table.account ? createShares(table.account, clock) : undefined;
  const open = createPause(clock, 8);
  // Calls that are never answered fill this, and leave the rest to purchases.
  const openForPolls = createPause(clock, 6);

  /** Every gate that a call of the verb passes, first one first. */
  function way(verb: Verb): readonly Gate[] {
    const gates = [endpointOf.get(verb), shares?.of(verb), account].filter((gate) => gate !== undefined);
    if (gates.length > 0) return gates;
    return POLLS.includes(verb) || BACKGROUND.includes(verb) ? [openForPolls, open] : [open];
  }

  return {
    run(verb, task, signal) {
      const priority = PRIORITY[verb];
      return new Promise((resolve, reject) => {
        let left = false;
        const dropped = Promise.withResolvers<void>();
        const leave = () => {
          left = true;
          dropped.resolve();
          reject(
            new GatewayError("UPSTREAMS_UNAVAILABLE", "the upstream's rate limit left no room in time", {
              retryAfterMs: 5_000,
            }),
          );
        };
        if (signal?.aborted) return leave();
        signal?.addEventListener("abort", leave, { once: true });

        const send = async () => {
          if (left) return NOT_SENT;
          signal?.removeEventListener("abort", leave);
          try {
            resolve(await task());
          } catch (error) {
            reject(error);
          }
          return { sent: true };
        };
        pass(way(verb), priority, send, dropped.promise).catch(reject);
      });
    },

    refused(verb, retryAfterMs) {
      (endpointOf.get(verb) ?? account ?? open).pause(retryAfterMs);
    },

    remember(verb, time) {
      for (const gate of way(verb)) gate.remember(time);
    },

    states() {
      return [...(account ? [account] : []), ...endpoints.values()].map((bucket) => bucket.state());
    },
  };
}

/**
 * The parts of the account's window, and of its calls under way, that polls and background calls may fill: a purchase
 * finds the rest free, also while an upstream leaves every poll without an answer. Background calls have a small part of
 * their own, and take of the polls' part what no poll waits for.
 */
function createShares({ calls, windowMs }: Limit, clock: Clock): { of(verb: Verb): Gate | undefined } {
  const share = (name: string, part: number, concurrency: number) =>
    createBucket(name, { calls: Math.max(part, 1), windowMs }, clock, concurrency);
  const own = Math.ceil(calls * BACKGROUND_SHARE);
  const polls = share("polls", calls - Math.ceil(calls * RESERVED_SHARE) - own, 6);
  const spare = share("spare", Math.floor(calls / 2) - own, 2);
  const background = either([spare, polls], [share("background", own, 1)]);
  return {
    of(verb) {
      if (POLLS.includes(verb)) return polls;
      return BACKGROUND.includes(verb) ? background : undefined;
    },
  };
}
