/** How much one code counts for the share. */
const WEIGHT = 0.05;
/** A code that came so long before a poll found it should have been told of. */
const LATE_MS = 5_000;
/** Codes in a row that polls found first, after which callbacks are not relied upon; and told ones, after which they are. */
const SILENT_AFTER = 2;
const HEALTHY_AFTER = 3;

/** How far an upstream's callbacks can be relied upon. */
export interface Push {
  /** Of the codes, those that callbacks tell of first; 0 while they are not reliable. */
  share(): number;
  /** A code was found because a callback told of it. */
  told(): void;
  /** A poll found a code that had come so long before, as far as the upstream says when. */
  found(agoMs: number | undefined): void;
}

export function createPush(): Push {
  let share = 0;
  let isReliable = true;
  let toldInARow = 0;
  let foundInARow = 0;

  return {
    share: () => (isReliable ? share : 0),

    told() {
      share += WEIGHT * (1 - share);
      foundInARow = 0;
      toldInARow += 1;
      if (toldInARow >= HEALTHY_AFTER) isReliable = true;
    },

    found(agoMs = 0) {
      share -= WEIGHT * share;
      toldInARow = 0;
      foundInARow += 1;
      if (foundInARow >= SILENT_AFTER || agoMs > LATE_MS) isReliable = false;
    },
  };
}
