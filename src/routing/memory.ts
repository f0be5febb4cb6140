import type { Logger } from "pino";
import type { Clock } from "../core/clock.ts";
import type { Learned, Store } from "../core/store.ts";

/** What is learned comes in bursts; a crash loses at most this. */
const SAVE_AFTER_MS = 1_000;

/** What is known of one kind of thing, by key. */
export interface Table<T> {
  get(key: string): T | undefined;
  /** As `get`; what is not known yet begins empty, and is not saved before it is `changed`. */
  open(key: string): T;
  set(key: string, value: T): void;
  /** To be called after each change of what `open` or `get` gave, so that it is saved. */
  changed(key: string): void;
  keys(): IterableIterator<string>;
}

/** How a kind of thing is written down. */
export interface Form<T> {
  fresh(): T;
  /** Undefined for what was written by something else; it is then as if it had never been known. */
  read(json: unknown): T | undefined;
  write(value: T): unknown;
  /** Something is known under the key for the first time in this run. */
  added?(key: string): void;
}

export interface MemoryParts {
  readonly store: Pick<Store, "saveLearned" | "loadLearned">;
  readonly clock: Clock;
  readonly log: Pick<Logger, "warn" | "error">;
}

/** Everything that routing has learned: in memory while the daemon runs, in the store for the next run. */
export interface Memory {
  table<T>(kind: string, form: Form<T>): Table<T>;
  /** Fills the tables with what the store has. To be called once, when all tables are there. */
  load(): Promise<void>;
  /** Saves what is not saved yet, and no more by itself from then on. */
  stop(): Promise<void>;
}

export function createMemory({ store, clock, log }: MemoryParts): Memory {
  const loaders: (() => Promise<void>)[] = [];
  /** Of each kind: the keys that have changed, and how their values are written. */
  const unsaved = new Map<string, { keys: Set<string>; write(key: string): string }>();
  let cancelTimer: (() => void) | undefined;
  let saving = Promise.resolve();
  let stopped = false;

  function later(): void {
    if (stopped) return;
    cancelTimer ??= clock.after(SAVE_AFTER_MS, () => {
      cancelTimer = undefined;
      saving = saving.then(save);
    });
  }

  async function save(): Promise<void> {
    const time = new Date(clock.now());
    const learned: Learned[] = [];
    for (const [kind, { keys, write }] of unsaved) {
      for (const key of keys) learned.push({ kind, key, value: write(key), time });
      keys.clear();
    }
    if (learned.length === 0) return;
    try {
      await store.saveLearned(learned);
    } catch (error) {
      log.error({ err: error, rows: learned.length }, "what was learned could not be saved");
      for (const { kind, key } of learned) unsaved.get(kind)?.keys.add(key);
      later();
    }
  }

  return {
    table<T>(kind: string, form: Form<T>): Table<T> {
      const rows = new Map<string, T>();
      const keys = new Set<string>();
      unsaved.set(kind, { keys, write: (key) => JSON.stringify(form.write(table.open(key))) });
      loaders.push(async () => {
        for (const { key, value } of await store.loadLearned(kind)) {
          const read = parse(value, form);
          if (read === undefined) log.warn({ kind, key }, "what was learned cannot be read, and is forgotten");
          else put(key, read);
        }
      });
      const put = (key: string, value: T): T => {
        if (!rows.has(key)) form.added?.(key);
        rows.set(key, value);
        return value;
      };
      const table: Table<T> = {
        get: (key) => rows.get(key),
        open: (key) => rows.get(key) ?? put(key, form.fresh()),
        set(key, value) {
          put(key, value);
          table.changed(key);
        },
        changed(key) {
          keys.add(key);
          later();
        },
        keys: () => rows.keys(),
      };
      return table;
    },

    async load() {
      await Promise.all(loaders.map((load) => load()));
    },

    async stop() {
      cancelTimer?.();
      cancelTimer = undefined;
      stopped = true;
      saving = saving.then(save);
      await saving;
    },
  };
}

function parse<T>(value: string, { read }: Form<T>): T | undefined {
  try {
    return read(JSON.parse(value));
  } catch {
    return undefined;
  }
}
