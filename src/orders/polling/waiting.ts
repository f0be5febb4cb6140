import type { Verification } from "../../core/verification.ts";
import type { CaseLaw } from "./laws.ts";

/** Before a number expires, or is cancelled, it is looked at once more, so that a code of the last moment is not lost. */
const LAST_LOOK_MS = 2_000;
/** A poll that was not answered for so long may never be. */
const SILENT_MS = 10_000;

/** An order whose code is awaited. All times are Unix milliseconds. */
export interface Waiting {
  verification: Verification;
  readonly law: CaseLaw;
  /** From when its age counts. */
  bornAt: number;
  /** When the last call was sent that said something of it; its birth before the first. */
  lookedAt: number;
  /** False after a restart, which does not know when each was looked at. */
  isLookKnown: boolean;
  /** When it was last polled by itself, whatever was answered; -Infinity before the first time. */
  sentAt: number;
  /** When that was answered, or had failed. Its next poll comes the upstream's gap after this, and so arrives there later. */
  answeredAt: number;
  /** After a failure it rests until then. */
  barredUntil: number;
  failures: number;
  /** The poll that is under way; Infinity until it is sent. */
  flight: { sentAt: number } | undefined;
  /** When a callback told of it; absent once it was polled since. */
  toldAt: number | undefined;
  /** When it was last polled for a callback or for a list's news. */
  hurriedAt: number;
  /** Polls for these that found nothing yet. */
  emptyLooks: number;
  /** When the list was asked for that had news of it; absent once it was polled since. */
  newsAt: number | undefined;
  /** The news that were followed last. */
  followed: string | undefined;
  /** Lists in a row that lacked it. */
  unlisted: number;
  /** When it is to be cancelled, unless its code comes before; absent when it is waited for until it expires. */
  cancelAt: number | undefined;
  /** Its time is over, and it was ended: a code may still come late. */
  isLate: boolean;
  /** Called once, after the next poll. */
  readonly onPolled: Set<() => void>;
}

/**
 * Of a verification that was bought. `lastKnownAt` is when an earlier run of the daemon was last seen at work, where this
 * one takes it up from there.
 */
export function createWaiting(
  verification: Verification,
  law: CaseLaw,
  now: number,
  lastKnownAt: number | undefined,
): Waiting {
  const isResumed = lastKnownAt !== undefined;
  const bornAt = Math.min(bornTime(verification, isResumed)?.getTime() ?? now, now);
  return {
    verification,
    law,
    bornAt,
    lookedAt: Math.min(Math.max(bornAt, lastKnownAt ?? bornAt), now),
    isLookKnown: !isResumed,
    sentAt: Number.NEGATIVE_INFINITY,
    answeredAt: Number.NEGATIVE_INFINITY,
    barredUntil: Number.NEGATIVE_INFINITY,
    failures: 0,
    flight: undefined,
    toldAt: undefined,
    hurriedAt: Number.NEGATIVE_INFINITY,
    emptyLooks: 0,
    newsAt: undefined,
    followed: undefined,
    unlisted: 0,
    cancelAt: undefined,
    isLate: false,
    onPolled: new Set(),
  };
}

/** Undefined is now: when one more code was asked for is not recorded, so that is known while it happens alone. */
function bornTime({ messages, attempts, createTime }: Verification, isResumed: boolean): Date | undefined {
  const last = messages.at(-1);
  if (last) return isResumed ? last.receiveTime : undefined;
  return attempts.at(-1)?.endTime ?? createTime;
}

/** When nothing can come any more. */
export function endOf({ verification: { expireTime }, cancelAt }: Waiting): number {
  return Math.min(expireTime?.getTime() ?? Number.MAX_SAFE_INTEGER, cancelAt ?? Number.MAX_SAFE_INTEGER);
}

/** When its last look is due. */
export function lastLookOf(waiting: Waiting): number {
  return endOf(waiting) - LAST_LOOK_MS;
}

/** Whether a poll of it is under way that may still be answered. Its code does not wait for any other. */
export function isAwaited({ flight }: Waiting, now: number): boolean {
  return flight !== undefined && now - flight.sentAt < SILENT_MS;
}

/** Its age at that time, in seconds. */
export function ageAt({ bornAt }: Waiting, time: number): number {
  return Math.max(time - bornAt, 0) / 1_000;
}

/** The clock was set by so much: every age and every rest stays what it was. */
export function shift(waiting: Waiting, by: number): void {
  waiting.bornAt += by;
  waiting.lookedAt += by;
  waiting.sentAt += by;
  waiting.answeredAt += by;
  waiting.barredUntil += by;
  waiting.hurriedAt += by;
  if (waiting.flight) waiting.flight.sentAt += by;
  if (waiting.cancelAt !== undefined) waiting.cancelAt += by;
  if (waiting.toldAt !== undefined) waiting.toldAt += by;
  if (waiting.newsAt !== undefined) waiting.newsAt += by;
}
