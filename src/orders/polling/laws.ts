import type { Logger } from "pino";
import type { Clock } from "../../core/clock.ts";
import type { Learned, Store } from "../../core/store.ts";
import type { Edges, Hazard } from "./hazard.ts";
import { type Counts, createLaw, fixedLaw, type Law } from "./law.ts";
import type { Observed } from "./observation.ts";

const SAVE_EVERY_CASES = 10;

/** What is learned, and of what. */
export interface Subject<T> {
  /** What is kept of it is kept under this. */
  readonly kind: string;
  /** What is believed before anything is known. */
  prior(): Hazard;
  /** What a case teaches counts half after so many others. */
  readonly halfLife: number;
  /** From the widest law that it teaches to the narrowest. */
  keysOf(one: T): readonly string[];
}

/** When what is waited for comes, in cases of one kind, as far as it is known. */
export interface CaseLaw {
  hazard(): Hazard;
  learn(observed: readonly Observed[]): void;
  /** A case that it was learned from is over. */
  over(): void;
}

/** What the cases so far teach about when codes or messages come. */
export interface Laws<T> {
  of(one: T): CaseLaw;
  /** Takes up what an earlier run has learned. To be called before any law is asked for. */
  load(): Promise<void>;
  /** Keeps what was learned since the last time; also done by itself, every few cases. Never throws. */
  save(): Promise<void>;
}

export function createLaws<T>(
  { kind, prior: createPrior, halfLife, keysOf }: Subject<T>,
  store: Pick<Store, "loadLearned" | "saveLearned">,
  clock: Clock,
  log: Logger,
): Laws<T> {
  const believed = createPrior();
  const prior = fixedLaw(believed);
  const laws = new Map<string, Law>();
  const kept = new Map<string, Counts>();
  const unsaved = new Set<string>();
  let casesUnsaved = 0;
  let saving = Promise.resolve();

  /** From the widest, of the upstream, to the narrowest. */
  function chainOf(one: T): readonly { key: string; law: Law }[] {
    let wider = prior;
    return keysOf(one).map((key) => {
      const law = laws.get(key) ?? createLaw(wider, halfLife, kept.get(key));
      laws.set(key, law);
      wider = law;
      return { key, law };
    });
  }

  async function saveNow(): Promise<void> {
    const keys = [...unsaved];
    if (keys.length === 0) return;
    unsaved.clear();
    casesUnsaved = 0;
    const time = new Date(clock.now());
    const learned = keys.flatMap((key): Learned[] => {
      const law = laws.get(key);
      return law ? [{ kind, key, value: format(law.counts), time }] : [];
    });
    try {
      await store.saveLearned(learned);
    } catch (error) {
      for (const key of keys) unsaved.add(key);
      log.warn({ err: error }, "what was learned of when to expect what could not be kept");
    }
  }

  function save(): Promise<void> {
    saving = saving.then(saveNow);
    return saving;
  }

  return {
    of(one) {
      const chain = chainOf(one);
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
          casesUnsaved += 1;
          if (casesUnsaved >= SAVE_EVERY_CASES) void save();
        },
      };
    },

    async load() {
      for (const { key, value } of await store.loadLearned(kind)) {
        const counts = parse(value, believed.edges);
        if (counts) kept.set(key, counts);
      }
    },

    save,
  };
}

function format({ came, seconds }: Counts): string {
  const rounded = (counts: Float64Array) => Array.from(counts, (count) => Number(count.toPrecision(6)));
  return JSON.stringify({ codes: rounded(came), seconds: rounded(seconds) });
}

/** Undefined when another version has written it, in other bins. */
function parse(value: string, edges: Edges): Counts | undefined {
  try {
    const { codes, seconds } = JSON.parse(value);
    const isCounts = (counts: unknown): counts is number[] =>
      Array.isArray(counts) && counts.length === edges.length && counts.every((count) => count >= 0);
    if (!isCounts(codes) || !isCounts(seconds)) return undefined;
    return { came: Float64Array.from(codes), seconds: Float64Array.from(seconds) };
  } catch {
    return undefined;
  }
}
