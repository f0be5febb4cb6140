import { z } from "zod";
import type { Clock } from "../../core/clock.ts";
import type { Store } from "../../core/store.ts";

const PLACE = { kind: "release", key: "unanswered" };
const ids = z.array(z.string());

/** Which numbers may have been given back although nobody was told, also by an earlier run of the daemon. */
export interface Unanswered {
  has(rentalId: string): Promise<boolean>;
  /** To be called right before the upstream is asked. */
  begin(rentalId: string): Promise<void>;
  /** The upstream's answer leaves no doubt. */
  end(rentalId: string): Promise<void>;
}

export function createUnanswered(
  store: Pick<Store, "saveLearned" | "loadLearned" | "rentals">,
  clock: Clock,
): Unanswered {
  let loaded: Promise<Set<string>> | undefined;

  async function load(): Promise<Set<string>> {
    const [saved] = await store.loadLearned(PLACE.kind);
    if (!saved) return new Set();
    const open = new Set((await store.rentals.open()).map(({ rentalId }) => rentalId));
    return new Set(ids.parse(JSON.parse(saved.value)).filter((id) => open.has(id)));
  }

  function all(): Promise<Set<string>> {
    loaded ??= load().catch((error: unknown) => {
      loaded = undefined;
      throw error;
    });
    return loaded;
  }

  async function save(known: ReadonlySet<string>): Promise<void> {
    await store.saveLearned([{ ...PLACE, value: JSON.stringify([...known]), time: new Date(clock.now()) }]);
  }

  return {
    has: async (rentalId) => (await all()).has(rentalId),

    async begin(rentalId) {
      const known = await all();
      if (known.has(rentalId)) return;
      known.add(rentalId);
      await save(known);
    },

    async end(rentalId) {
      const known = await all();
      if (known.delete(rentalId)) await save(known);
    },
  };
}
