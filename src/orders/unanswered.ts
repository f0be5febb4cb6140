import { z } from "zod";
import type { Clock } from "../core/clock.ts";
import type { Reason } from "../core/error.ts";
import type { Store } from "../core/store.ts";

const KEY = "unanswered";
const ids = z.array(z.string());

/** It is not taken back any more, or it is back already: upstreams have the same words for both. */
export const MAY_BE_BACK: readonly Reason[] = ["ALREADY_RECEIVED", "ALREADY_ENDED", "NOT_FOUND"];

/** Which numbers may have been given back although nobody was told, also by an earlier run of the daemon. */
export interface Unanswered {
  has(id: string): Promise<boolean>;
  /** From now on nobody knows. */
  begin(id: string): Promise<void>;
  /** The upstream's answer leaves no doubt. */
  end(id: string): Promise<void>;
}

/** Kept under `kind`. `openIds` are those that may still be given back: what ended long ago is forgotten at a restart. */
export function createUnanswered(
  kind: "release" | "cancel",
  openIds: () => Promise<readonly string[]>,
  { store, clock }: { readonly store: Pick<Store, "saveLearned" | "loadLearned">; readonly clock: Clock },
): Unanswered {
  let loaded: Promise<Set<string>> | undefined;

  async function load(): Promise<Set<string>> {
    const [saved] = await store.loadLearned(kind);
    if (!saved) return new Set();
    const open = new Set(await openIds());
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
    await store.saveLearned([{ kind, key: KEY, value: JSON.stringify([...known]), time: new Date(clock.now()) }]);
  }

  return {
    has: async (id) => (await all()).has(id),

    async begin(id) {
      const known = await all();
      if (known.has(id)) return;
      known.add(id);
      await save(known);
    },

    async end(id) {
      const known = await all();
      if (known.delete(id)) await save(known);
    },
  };
}
