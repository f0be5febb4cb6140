import type { Random } from "../../src/sandbox/random.ts";

/** What a caller draws from its seed. */
export interface Draw {
  pick<T>(among: readonly T[]): T;
  uuid(): string;
  /** At most that many. */
  whole(most: number): number;
}

export function createDraw(random: Random): Draw {
  return {
    pick: <T>(among: readonly T[]): T => among[Math.floor(random() * among.length)] as T,
    uuid: () => "xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx".replace(/x/g, () => Math.floor(random() * 16).toString(16)),
    whole: (most) => Math.floor(random() * (most + 1)),
  };
}
