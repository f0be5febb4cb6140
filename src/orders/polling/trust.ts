/** So many codes that it told of prove a list, and so many that it kept silent about in a row disprove it. */
const PROVEN_AFTER = 3;
const DISPROVEN_AFTER = 2;

/**
 * Whether an upstream's list of orders tells when a code has come. One that does not would hide every code, for no order
 * is polled by itself that a list has just shown to be waiting.
 */
export interface ListTrust {
  isProven(): boolean;
  isDisproven(): boolean;
  /** It told of a code. */
  told(): void;
  /** A code was found at an order that it showed as waiting. */
  keptSilent(): void;
}

export function createListTrust(): ListTrust {
  let told = 0;
  let silent = 0;
  return {
    isProven: () => told >= PROVEN_AFTER,
    isDisproven: () => silent >= DISPROVEN_AFTER,
    told() {
      told += 1;
      silent = 0;
    },
    keptSilent() {
      told = 0;
      silent += 1;
    },
  };
}
