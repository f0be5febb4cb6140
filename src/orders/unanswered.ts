import { z } from "zod";
import type { Clock } from "../core/clock.ts";
import { GatewayError, type Reason, UpstreamFault } from "../core/error.ts";
import type { Store } from "../core/store.ts";

const KEY = "unanswered";
const ids = z.array(z.string());

/** It is not taken back any more, or it is back already: upstreams have the same words for both. */
export const MAY_BE_BACK: readonly Reason[] = ["ALREADY_RECEIVED", "ALREADY_ENDED", "NOT_FOUND"];

/** Which numbers may have been given back although nobody was told, also by an earlier run of the daemon. */
export interface Unanswered {
  has(id: string): Promise<boolean>;
  /** Makes the call that gives the number back. Until its answer leaves no doubt, nobody knows. */
  ask<T>(id: string, call: () => Promise<T>): Promise<T>;
  /** It has ended here: there is nothing left to know. */
  over(id: string): void;
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

  // Now, before any of them ends.
  all().catch(() => undefined);

  async function save(known: ReadonlySet<string>): Promise<void> {
    await store.saveLearned([{ kind, key: KEY, value: JSON.stringify([...known]), time: new Date(clock.now()) }]);
  }

  return {
    has: async (id) => (await all()).has(id),

    async ask(id, call) {
      const known = await all();
      const wasAsked = known.has(id);
      // Before it is sent: a daemon that ends now is told nothing.
      if (!wasAsked) await save(known.add(id));
      try {
        return await call();
      } catch (error) {
        const isRefused = error instanceof GatewayError || (error instanceof UpstreamFault && !error.sent);
        if (isRefused && !wasAsked && known.delete(id)) await save(known);
        throw error;
      }
    },

    // What is kept of it is left out at the next load.
    over: (id) => void loaded?.then((known) => known.delete(id)).catch(() => undefined),
  };
}
