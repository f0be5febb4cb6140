import type { OverviewRow } from "../../core/desks.ts";

/** So many codes that it told of prove a list, and so many that it kept silent about in a row disprove it. */
const PROVEN_AFTER = 3;
const DISPROVEN_AFTER = 2;
/** By how much lists may be behind the orders' own answers, and so many in a row that were not show that they keep up. */
const BEHIND_MS = 3_000;
const PROMPT_AFTER = 3;

/**
 * Whether an upstream's list of orders tells when a code has come. One that does not would hide every code, for no order
 * is polled by itself that a list has just shown to be waiting. One that is behind would delay every code.
 */
export interface ListTrust {
  isProven(): boolean;
  isDisproven(): boolean;
  /** It is known to keep up with the orders' own answers. */
  isPrompt(): boolean;
  /** The last code that could tell spoke for its being behind. */
  isSuspect(): boolean;
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
  /** The last code that a poll has found, until a list has shown what it knows of it. */
  let last: { readonly orderRef: string; readonly sentAt: number } | undefined;
  return {
    isProven: () => told >= PROVEN_AFTER,
    isDisproven: () => silent >= DISPROVEN_AFTER || behind >= DISPROVEN_AFTER,
    isPrompt: () => prompt >= PROMPT_AFTER,
    isSuspect: () => behind > 0,
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
