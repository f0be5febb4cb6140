import type { OverviewRow } from "../../core/desks.ts";

/** So many codes that it told of prove a list, and so many that it kept silent about in a row disprove it. */
const PROVEN_AFTER = 3;
const DISPROVEN_AFTER = 2;
/** By how much lists may be behind the orders' own answers, and so many in a row that were not show that they keep up. */
const BEHIND_MS = 3_000;
const PROMPT_AFTER = 3;
/**
 * Until it is known to keep up, an order that it shows is polled by itself at times: after so many lists, then after half
 * as many more each time, up to the last, while nothing speaks against it.
 */
const [FIRST_SAMPLE, SAMPLE_GROWTH, LONGEST_SAMPLE] = [20, 1.5, 400];

/**
 * Whether an upstream's list of orders tells when a code has come. One that does not would hide every code, for no order
 * is polled by itself that a list has just shown to be waiting. One that is behind would delay every code.
 */
export interface ListTrust {
  isProven(): boolean;
  isDisproven(): boolean;
  /** An order that it shows is to be polled by itself, to see whether it keeps up with the orders' own answers. */
  isSampleDue(): boolean;
  /** It was asked for. */
  asked(): void;
  /** An order that it shows was polled by itself. */
  sampled(): void;
  /** It told of a code. */
  told(): void;
  /** A code was found at an order that it showed as waiting. */
  keptSilent(): void;
  /** A poll that was sent then has found the order's code, of which no list had told. */
  found(orderRef: string, sentAt: number): void;
  /** What a list shows that was asked for then. */
  compare(rows: ReadonlyMap<string, OverviewRow>, sentAt: number): void;
}

export function createListTrust(): ListTrust {
  let told = 0;
  let silent = 0;
  let prompt = 0;
  let behind = 0;
  let askedInARow = 0;
  let sampleAfter = FIRST_SAMPLE;
  /** The last code that a poll has found, until a list has shown what it knows of it. */
  let last: { readonly orderRef: string; readonly sentAt: number } | undefined;
  return {
    isProven: () => told >= PROVEN_AFTER,
    isDisproven: () => silent >= DISPROVEN_AFTER || behind >= DISPROVEN_AFTER,
    isSampleDue: () => prompt < PROMPT_AFTER && askedInARow >= (behind > 0 ? FIRST_SAMPLE : sampleAfter),
    asked() {
      askedInARow += 1;
    },
    sampled() {
      if (askedInARow >= sampleAfter) sampleAfter = Math.min(sampleAfter * SAMPLE_GROWTH, LONGEST_SAMPLE);
      askedInARow = 0;
    },
    told() {
      told += 1;
      silent = 0;
    },
    keptSilent() {
      told = 0;
      silent += 1;
    },
    found(orderRef, sentAt) {
      last = { orderRef, sentAt };
    },
    compare(rows, sentAt) {
      const laterMs = sentAt - (last?.sentAt ?? sentAt);
      const row = rows.get(last?.orderRef ?? "");
      const isBehind = row !== undefined && row.news === undefined;
      if (isBehind && laterMs <= BEHIND_MS) return;
      last = undefined;
      if (isBehind) {
        behind += 1;
        prompt = 0;
      } else if (row && laterMs > 0 && laterMs <= BEHIND_MS) {
        prompt += 1;
        behind = 0;
      }
    },
  };
}
