import type { CatalogList, CatalogSnapshot } from "../core/catalog.ts";
import { type Clock, sleep, UNINTERRUPTED } from "../core/clock.ts";
import { GatewayError, type Reason, UpstreamFault } from "../core/error.ts";
import type { Store } from "../core/store.ts";
import type { Upstream } from "../core/upstream.ts";
import { resolveCountry } from "./countries.ts";
import { createFold } from "./fold.ts";
import type { Log } from "./log.ts";
import type { Unreachable } from "./query.ts";
import { type Missing, readParts } from "./read-parts.ts";
import { resolveServices } from "./services.ts";
import { breatheUntil } from "./slices.ts";
import { indexSnapshot, type SnapshotIndex } from "./snapshot-index.ts";

/** Catalogues change by the hour; a fetch can take a thousand requests out of an account's limits. */
const REFRESH_MS = 10 * 60_000;
/** So that the upstreams of one daemon, or the daemons of one operator, do not fetch in step. */
const JITTER = 0.1;
const FIRST_BACKOFF_MS = 30_000;
/** The most that an upstream can ask for: its offers would be too old before it is asked again. */
const LONGEST_WAIT_MS = 60 * 60_000;
/** Older offers are left out: their prices are hearsay. */
export const OLDEST_MS = 24 * 60 * 60_000;
const MOST_LISTINGS = 2_000_000;
/** A part of the first catalogue is shown when it is that much more than what is shown already. */
const PART_GROWTH = 1.05;
const MOST_LOGGED_NAMES = 20;

export interface CatalogFailure {
  readonly reason: Reason;
  /** For people; it never quotes the upstream. */
  readonly message: string;
}

export interface CatalogStatus {
  readonly upstream: string;
  /** Absent while nothing is there. */
  readonly fetchTime?: Date;
  readonly offerCount: number;
  /** False while there is nothing, or only a part of the first catalogue. */
  readonly complete: boolean;
  readonly loading: boolean;
  /** Why the last fetch failed. Absent after one that did not. */
  readonly failure?: CatalogFailure;
  /** What the last fetch that did not fail had to leave out, for people. Absent when that was nothing. */
  readonly missing?: string;
  /** Names that could not be resolved; their listings are left out. */
  readonly unresolved: readonly string[];
}

/** Keeps one upstream's catalogue fresh. */
export interface Refresh {
  readonly upstream: Upstream;
  /** What was fetched last, whatever its age. */
  index(): SnapshotIndex | undefined;
  status(): CatalogStatus;
  /** Whether offers of it may be missing here, or too old to show, that serve this. Empty is any. */
  mayLack(country: string, service: string): boolean;
  /** Whether the first whole catalogue may still come without anything having failed. */
  isOnFirstLoad(): boolean;
  /** Why its offers are missing or not up to date. Undefined when they are neither. */
  trouble(): Omit<Unreachable, "upstream"> | undefined;
  /** Shows what an earlier run of the daemon fetched, unless it is too old or of another provider. */
  restore(snapshot: CatalogSnapshot): Promise<void>;
  start(): void;
  stop(): Promise<void>;
}

export interface RefreshParts {
  readonly upstream: Upstream;
  readonly store: Pick<Store, "saveCatalog">;
  readonly clock: Clock;
  readonly log: Log;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly onChange: () => void;
}

export function isTooOld({ snapshot }: Pick<SnapshotIndex, "snapshot">, now: number): boolean {
  return now - snapshot.fetchTime.getTime() >= OLDEST_MS;
}

export function createRefresh({ upstream, store, clock, log, random, onChange }: RefreshParts): Refresh {
  const stopping = new AbortController();
  const { signal } = stopping;
  const breathe = breatheUntil(signal);
  const lists = new Map<string, CatalogList>();
  let index: SnapshotIndex | undefined;
  let complete = false;
  let loading = false;
  let failure: CatalogFailure | undefined;
  let failures = 0;
  let reported: ReadonlySet<string> = new Set();
  let running: Promise<void> | undefined;

  function show(shown: SnapshotIndex, whole: boolean): void {
    index = shown;
    complete = whole;
    onChange();
  }

  async function run(): Promise<void> {
    // A restart spends no calls on what is known: they are for purchases and polls.
    const freshMs = freshForMs();
    if (freshMs > 0) await sleep(clock, freshMs, signal);
    while (!signal.aborted) await sleep(clock, await refresh(), signal);
  }

  /** How long what an earlier run fetched is as good as fetched now; 0 when nothing is. */
  function freshForMs(): number {
    const age = index ? clock.now() - index.snapshot.fetchTime.getTime() : REFRESH_MS;
    return age >= 0 ? Math.max(REFRESH_MS - age, 0) : 0;
  }

  /** Fetches once, and says how long to wait before the next time. */
  async function refresh(): Promise<number> {
    loading = true;
    onChange();
    try {
      const snapshot = await fetchWhole();
      const whole = await indexSnapshot(snapshot, breathe);
      loading = false;
      failure = undefined;
      failures = 0;
      reportUnresolved(snapshot);
      show(whole, true);
      await persist(snapshot);
      return REFRESH_MS * (1 + JITTER * (2 * random() - 1));
    } catch (error) {
      loading = false;
      if (signal.aborted) return 0;
      failures += 1;
      failure = explain(error);
      onChange();
      const backoff = Math.min(FIRST_BACKOFF_MS * 2 ** (failures - 1), REFRESH_MS);
      const asked = error instanceof GatewayError ? (error.retryAfterMs ?? 0) : 0;
      return Math.max(backoff, Math.min(asked, LONGEST_WAIT_MS));
    }
  }

  /** A fetch that does not come to its end throws, and changes nothing that was whole. */
  async function fetchWhole(): Promise<CatalogSnapshot> {
    const fold = createFold(upstream, breathe);
    const steps = upstream.desks.catalog.listings(signal, lists);
    let fetchTime = new Date(clock.now());
    let count = 0;
    try {
      const missing = await readParts(
        steps,
        (request) => unlessStopped(upstream.run("listings", request, signal)),
        async (listings) => {
          fetchTime = new Date(clock.now());
          count += listings.length;
          if (count > MOST_LISTINGS) throw new UpstreamFault(`its catalogue has more than ${MOST_LISTINGS} listings`);
          await fold.add(listings, fetchTime);
          if (isWorthShowing(fold.size)) show(await indexSnapshot(await fold.snapshot(fetchTime), breathe), false);
        },
      );
      const { names } = missing ?? {};
      const left = { missing: missing && tell(missing), ...(names && { missingNames: names }) };
      return { ...(await fold.snapshot(fetchTime)), ...left, lists: Object.fromEntries(lists) };
    } finally {
      // Not awaited: a step that hangs would hang it as well.
      steps.return().catch(() => {});
    }
  }

  function isWorthShowing(size: number): boolean {
    if (index === undefined || isTooOld(index, clock.now())) return size > 0;
    return !complete && size > index.snapshot.offers.size * PART_GROWTH;
  }

  function unlessStopped<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const stopped = () => reject(signal.reason);
      if (signal.aborted) stopped();
      signal.addEventListener("abort", stopped, { once: true });
      promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stopped));
    });
  }

  function explain(error: unknown): CatalogFailure {
    if (error instanceof GatewayError || error instanceof UpstreamFault) {
      log.warn({ upstream: upstream.id, failures, error: error.message }, "catalogue not refreshed");
      const reason = error instanceof GatewayError ? error.reason : "UPSTREAMS_UNAVAILABLE";
      return { reason, message: error.message };
    }
    log.error({ upstream: upstream.id, failures, err: error }, "catalogue not refreshed: a bug");
    return { reason: "UPSTREAMS_UNAVAILABLE", message: "internal error" };
  }

  function tell({ parts, of, lists, fault }: Missing): string {
    log.warn({ upstream: upstream.id, missing: parts, parts: of, error: fault.message }, "catalogue refreshed in part");
    const message = `${parts} of ${of} parts of its catalogue could not be read: ${fault.message}`;
    return lists.length > 0 ? `${message}; the last known ${lists.join(" and ")} are used` : message;
  }

  function reportUnresolved({ unresolved }: CatalogSnapshot): void {
    const isNews = unresolved.some((name) => !reported.has(name));
    reported = new Set(unresolved);
    if (!isNews) return;
    const names = unresolved.slice(0, MOST_LOGGED_NAMES);
    log.warn({ upstream: upstream.id, count: unresolved.length, names }, "listings left out: names not known");
  }

  async function persist(snapshot: CatalogSnapshot): Promise<void> {
    try {
      await store.saveCatalog(snapshot);
    } catch (error) {
      log.error({ upstream: upstream.id, offers: snapshot.offers.size, err: error }, "catalogue not saved");
    }
  }

  return {
    upstream,
    index: () => index,
    status: () => ({
      upstream: upstream.id,
      ...(index && { fetchTime: index.snapshot.fetchTime }),
      offerCount: index?.snapshot.offers.size ?? 0,
      complete,
      loading,
      ...(failure && { failure }),
      ...(index?.snapshot.missing && { missing: index.snapshot.missing }),
      unresolved: index?.snapshot.unresolved ?? [],
    }),
    mayLack(country, service) {
      if (!complete || !index || isTooOld(index, clock.now())) return true;
      const { missing, missingNames } = index.snapshot;
      if (missing === undefined || missingNames === undefined) return missing !== undefined;
      return missingNames.some((name) => mayHold(name, country, service));
    },
    isOnFirstLoad: () => !complete && failures === 0,
    trouble() {
      const { reason = "UPSTREAMS_UNAVAILABLE", message } = failure ?? {};
      const why = message ?? "the first fetch is under way";
      if (!index) return { reason, explanation: `no offers: ${why}` };
      const { fetchTime, offers, missing } = index.snapshot;
      if (isTooOld(index, clock.now())) {
        const explanation = `the offers of ${fetchTime.toISOString()} are too old to show: ${message ?? "not refreshed since"}`;
        return { reason, explanation };
      }
      if (!complete) return { reason, explanation: `${offers.size} offers so far: ${why}`, fetchTime };
      const told = [message && `not refreshed: ${message}`, missing].filter(Boolean);
      return told.length > 0 ? { reason, explanation: told.join("; "), fetchTime } : undefined;
    },
    async restore(snapshot) {
      // The operator may have given the id to an account at another provider, to which these refs mean nothing.
      const isOurs = snapshot.provider === upstream.provider;
      if (index || !isOurs) return;
      for (const [name, list] of Object.entries(snapshot.lists ?? {})) lists.set(name, list);
      if (isTooOld({ snapshot }, clock.now())) return;
      show(await indexSnapshot(snapshot, breatheUntil(UNINTERRUPTED)), true);
    },
    start() {
      if (!signal.aborted) running ??= run();
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

/** Whether a part that is about what has this name may hold something for that. */
function mayHold(name: string, country: string, service: string): boolean {
  if (resolveServices(name).some(({ slug }) => slug === service)) return true;
  const named = resolveCountry(name);
  return named === undefined ? service === "" : country === "" || named === country;
}
