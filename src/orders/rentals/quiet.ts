import type { Rental } from "../../core/rental.ts";
import type { CaseLaw, Laws } from "../polling/laws.ts";
import type { Stir } from "./law.ts";

/** Before a rental ends it is looked at once more, so that a message of the last moment is not lost. */
const LAST_LOOK_MS = 2_000;
/** What one number has shown counts half after so many bursts. */
const FADING = 0.5 ** (1 / 20);

/** A rental whose messages are collected. All times are Unix milliseconds. */
export interface Quiet {
  rental: Rental;
  readonly laws: { readonly usual: CaseLaw; readonly expected: CaseLaw };
  /** When it last got a message, was rented, or somebody said that one is to come. */
  stirredAt: number;
  /** Somebody waits for a message: a law of its own holds then. */
  isExpected: boolean;
  /** Until when a message is expected also where nobody watches. */
  expectedUntil: number;
  /** Up to when all its messages are known: when the last look was sent that was answered. */
  lookedAt: number;
  /** False after a restart, which does not know when it last stirred. */
  isLookKnown: boolean;
  /** When it was last looked at, whatever was answered; -Infinity before the first time. */
  sentAt: number;
  /** After a failure it rests until then. */
  barredUntil: number;
  failures: number;
  inFlight: boolean;
  /** When a callback, or somebody who waits for it, asked for a look since the last one. */
  wokenAt: number | undefined;
  /** When what a callback told of is to be looked for again; absent once it was. */
  newsAt: number | undefined;
  /** The bursts that came to this number, and those that would have come to a usual one. Both fade. */
  came: number;
  usual: number;
  /** When a look becomes worth its call, once that was worked out; to be dropped when anything above changes. */
  dueAt: number | undefined;
}

export function createQuiet(rental: Rental, laws: Laws<Stir>, now: number, isResumed: boolean): Quiet {
  const { upstream = "", service } = rental;
  const stirredAt = Math.min(rental.createTime.getTime(), now);
  return {
    rental,
    laws: {
      usual: laws.of({ upstream, service, isExpected: false }),
      expected: laws.of({ upstream, service, isExpected: true }),
    },
    stirredAt,
    isExpected: false,
    expectedUntil: Number.NEGATIVE_INFINITY,
    lookedAt: stirredAt,
    isLookKnown: !isResumed,
    sentAt: Number.NEGATIVE_INFINITY,
    barredUntil: Number.NEGATIVE_INFINITY,
    failures: 0,
    inFlight: false,
    wokenAt: undefined,
    newsAt: undefined,
    came: 0,
    usual: 0,
    dueAt: undefined,
  };
}

export function lawOf({ laws, isExpected }: Quiet): CaseLaw {
  return isExpected ? laws.expected : laws.usual;
}

/** How much more often this number gets bursts than a usual one; as often while little is known of it. */
export function oftenness({ came, usual, isExpected }: Quiet): number {
  return isExpected ? 1 : (1 + came) / (1 + usual);
}

export function sawBurst(quiet: Quiet, bursts: number): void {
  quiet.came = quiet.came * FADING ** bursts + bursts;
  quiet.usual *= FADING ** bursts;
}

/** From now on its quiet counts anew. */
export function stir(quiet: Quiet, at: number): void {
  quiet.stirredAt = at;
  quiet.dueAt = undefined;
}

export function endOf({ rental: { expireTime } }: Quiet): number {
  return expireTime?.getTime() ?? Number.MAX_SAFE_INTEGER;
}

export function lastLookOf(quiet: Quiet): number {
  return endOf(quiet) - LAST_LOOK_MS;
}

/** How long it had been quiet at that time, in seconds. */
export function quietAt({ stirredAt }: Quiet, time: number): number {
  return Math.max(time - stirredAt, 0) / 1_000;
}

/** The clock was set by so much: every quiet and every rest stays what it was. */
export function shift(quiet: Quiet, by: number): void {
  quiet.stirredAt += by;
  quiet.expectedUntil += by;
  quiet.lookedAt += by;
  quiet.sentAt += by;
  quiet.barredUntil += by;
  quiet.dueAt = undefined;
  if (quiet.wokenAt !== undefined) quiet.wokenAt += by;
  if (quiet.newsAt !== undefined) quiet.newsAt += by;
}
