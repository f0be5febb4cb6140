import { z } from "zod";
import type { Clock } from "../../core/clock.ts";
import type { Rental } from "../../core/rental.ts";
import type { Store } from "../../core/store.ts";

const PLACE = { kind: "release", key: "unanswered" };
const counts = z.record(z.string(), z.number());

/** Which numbers may have been given back although nobody was told, also by an earlier run of the daemon. */
export interface Unanswered {
  /** To be called before the upstream is asked. True when an earlier call may have been carried out. */
  begin(rental: Rental): Promise<boolean>;
  /** The upstream's answer leaves no doubt. */
  end(rentalId: string): Promise<void>;
}

export function createUnanswered(
  store: Pick<Store, "saveLearned" | "loadLearned" | "rentals">,
  clock: Clock,
): Unanswered {
  /** How many messages each had when it was first asked for. */
  let messagesThen: Promise<Map<string, number>> | undefined;

  async function load(): Promise<Map<string, number>> {
    const [saved] = await store.loadLearned(PLACE.kind);
    if (!saved) return new Map();
    const open = new Set((await store.rentals.open()).map(({ rentalId }) => rentalId));
    return new Map(Object.entries(counts.parse(JSON.parse(saved.value))).filter(([id]) => open.has(id)));
  }

  function all(): Promise<Map<string, number>> {
    messagesThen ??= load().catch((error: unknown) => {
      messagesThen = undefined;
      throw error;
    });
    return messagesThen;
  }

  async function save(known: ReadonlyMap<string, number>): Promise<void> {
    const value = JSON.stringify(Object.fromEntries(known));
    await store.saveLearned([{ ...PLACE, value, time: new Date(clock.now()) }]);
  }

  return {
    async begin({ rentalId, messageCount }) {
      const known = await all();
      // What has received something since was still rented.
      const mayBeBack = known.get(rentalId) === messageCount;
      known.set(rentalId, messageCount);
      if (!mayBeBack) await save(known);
      return mayBeBack;
    },

    async end(rentalId) {
      const known = await all();
      if (known.delete(rentalId)) await save(known);
    },
  };
}
