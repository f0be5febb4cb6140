import type { Logger } from "pino";
import type { Clock } from "../../core/clock.ts";
import type { Learned, Store } from "../../core/store.ts";
import type { Verification } from "../../core/verification.ts";
import { EDGES, type Hazard } from "./hazard.ts";
import { type Counts, createLaw, fixedLaw, type Law } from "./law.ts";
import type { Observed } from "./observation.ts";
import { createPrior } from "./prior.ts";

const KIND = "delay";
const SAVE_EVERY_ORDERS = 10;

/** When the codes of one upstream, service and country come, as far as it is known. */
export interface OrderLaw {
  hazard(): Hazard;
  learn(observed: readonly Observed[]): void;
  /** An order that it was learned from is not polled for any more. */
  over(): void;
}

/** What the orders so far teach about when codes come. */
export interface Laws {
  of(verification: Verification): OrderLaw;
  /** Takes up what an earlier run has learned. To be called before any law is asked for. */
  load(): Promise<void>;
  /** Keeps what was learned since the last time; also done by itself, every few orders. Never throws. */
  save(): Promise<void>;
}

export function createLaws(store: Pick<Store, "loadLearned" | "saveLearned">, clock: Clock, log: Logger): Laws {
  const prior = fixedLaw(createPrior());
  const laws = new Map<string, Law>();
  const kept = new Map<string, Counts>();
  const unsaved = new Set<string>();
  let ordersUnsaved = 0;
  let saving = Promise.resolve();

  /** From the widest, of the upstream, to the narrowest. */
  function chainOf(verification: Verification): readonly { key: string; law: Law }[] {
    let wider = prior;
    return keysOf(verification).map((key) => {
      const law = laws.get(key) ?? createLaw(wider, kept.get(key));
      laws.set(key, law);
      wider = law;
      return { key, law };
    });
  }

  async function saveNow(): Promise<void> {
    const keys = [...unsaved];
    if (keys.length === 0) return;
    unsaved.clear();
    ordersUnsaved = 0;
    const time = new Date(clock.now());
    const learned = keys.flatMap((key): Learned[] => {
      const law = laws.get(key);
      return law ? [{ kind: KIND, key, value: format(law.counts), time }] : [];
    });
    try {
      await store.saveLearned(learned);
    } catch (error) {
      for (const key of keys) unsaved.add(key);
      log.warn({ err: error }, "what was learned about delays could not be kept");
    }
  }

  function save(): Promise<void> {
    saving = saving.then(saveNow);
    return saving;
  }

  return {
    of(verification) {
      const chain = chainOf(verification);
      return {
        hazard: () => (chain.at(-1)?.law ?? prior).hazard(),
        learn(observed) {
          for (const { key, law } of chain) {
            law.learn(observed);
            unsaved.add(key);
          }
        },
        over() {
          for (const { law } of chain) law.fade();
          ordersUnsaved += 1;
          if (ordersUnsaved >= SAVE_EVERY_ORDERS) void save();
        },
      };
    },

    async load() {
      for (const { key, value } of await store.loadLearned(KIND)) {
        const counts = parse(value);
        if (counts) kept.set(key, counts);
      }
    },

    save,
  };
}

/** A code after the first one is waited for on a number that is in use already: that has laws of its own. */
function keysOf({ upstream = "", service, country, messages }: Verification): string[] {
  const root = messages.length > 0 ? `${upstream}+` : upstream;
  return [root, `${root}/${service}`, `${root}/${service}/${country}`];
}

function format({ codes, seconds }: Counts): string {
  const rounded = (counts: Float64Array) => Array.from(counts, (count) => Number(count.toPrecision(6)));
  return JSON.stringify({ codes: rounded(codes), seconds: rounded(seconds) });
}

/** Undefined when another version has written it, in other bins. */
function parse(value: string): Counts | undefined {
  try {
    const { codes, seconds } = JSON.parse(value);
    const isCounts = (counts: unknown): counts is number[] =>
      Array.isArray(counts) && counts.length === EDGES.length && counts.every((count) => count >= 0);
    if (!isCounts(codes) || !isCounts(seconds)) return undefined;
    return { codes: Float64Array.from(codes), seconds: Float64Array.from(seconds) };
  } catch {
    return undefined;
  }
}
