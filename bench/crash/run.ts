import { setTimeout as sleep } from "node:timers/promises";
import { Code, ConnectError } from "@connectrpc/connect";
import { Outcome } from "../../gen/numgate/v1/attempt_pb.ts";
import type { FaultKind } from "../../src/sandbox/faults.ts";
import type { Tally } from "./asking.ts";
import { type Comparison, compare, compareLedger } from "./compare.ts";
import { CALLERS, type CallerName, type Daemon, type Life, prepareDaemon } from "./daemon.ts";
import { getHolding, type Holding, listHoldings } from "./holdings.ts";
import { endLife, type Kill } from "./kills.ts";
import { readLedger } from "./ledger.ts";
import { startLoad } from "./load.ts";
import { type Market, openMarket } from "./market.ts";
import { nameOfPlace } from "./points.ts";
import { createWitness, forgotten, type Shown, type Witness } from "./witness.ts";

export interface RunOptions {
  /** An empty folder, for the configuration and the database. */
  readonly folder: string;
  /** Of what the callers do, of the codes and of the faults. */
  readonly seed: number;
  /** What ends each life of the daemon but the last. */
  readonly kills: readonly Kill[];
  readonly sandboxes: number;
  readonly workers: number;
  /** The share of purchases that meet a fault, 0 to 1, and which. */
  readonly faults?: { readonly rate: number; readonly kinds: readonly FaultKind[] } | undefined;
  /** How long the load goes on after the last kill. */
  readonly calmMs: number;
  /** How long the gateway may take at the end to hear of all that has happened at the sellers. */
  readonly catchUpMs: number;
  /** How long it may take to settle uncertain purchases. */
  readonly settleMs: number;
  readonly onCycle?: (cycle: number) => void;
}

export interface RunReport extends Comparison {
  /** Of each named place, how many lives were to end there, and how many did. */
  readonly points: ReadonlyMap<string, { readonly asked: number; readonly hit: number }>;
  readonly tally: Tally;
  /** Requests under which more than one purchase was made. */
  readonly duplicates: number;
  /** Purchases that were uncertain once and are not any more. */
  readonly settled: number;
  /** From the start of the process to its readiness, of each restart that came so far. */
  readonly restartMs: readonly number[];
  /** What the daemon logged as an error, by message. */
  readonly errors: ReadonlyMap<string, number>;
}

/** Kills the daemon again and again while it buys, and at the end holds its books against the sellers'. */
export async function runCrashes(options: RunOptions): Promise<RunReport> {
  const market = await openMarket(options);
  const daemon = await prepareDaemon(options.folder, market.sellers);
  try {
    await warmUp(daemon, market);
    market.sellOut();
    if (options.faults) market.fail(options.faults.rate, options.faults.kinds);
    return await crashAndCompare(daemon, market, options);
  } finally {
    await daemon.kill();
    await market.close();
  }
}

async function crashAndCompare(daemon: Daemon, market: Market, options: RunOptions): Promise<RunReport> {
  const { kills, workers, seed } = options;
  const witness = createWitness();
  const differences: string[] = [];
  const restartMs: number[] = [];
  const points = new Map<string, { asked: number; hit: number }>();
  const load = startLoad({ daemon, witness, market, workers, seed });

  async function onReady(life: Life, readyMs: number): Promise<void> {
    restartMs.push(readyMs);
    differences.push(...(await takenBack(life, witness)));
  }

  for (const [cycle, kill] of kills.entries()) {
    options.onCycle?.(cycle);
    const life = daemon.launch("point" in kill ? kill : undefined);
    const end = await endLife(life, kill, (readyMs) => onReady(life, readyMs));
    if ("point" in kill) {
      const place = nameOfPlace(kill);
      const { asked, hit } = points.get(place) ?? { asked: 0, hit: 0 };
      points.set(place, { asked: asked + 1, hit: hit + (end === "killed" ? 1 : 0) });
    }
    if (end === "ended")
      differences.push(`the daemon ended by itself in cycle ${cycle} with ${(await life.exit).code}`);
  }

  const last = daemon.launch();
  await onReady(last, (await last.ready) ?? neverReady());
  await sleep(options.calmMs);
  await load.stop();
  const { holdings, comparison } = await settle(last, market, options);
  await daemon.kill();
  const ledger = readLedger(daemon.database);

  const present = new Map(holdings.map((holding) => [holding.id, holding]));
  const unsettled = new Set(holdings.filter(isUncertain).map(({ id }) => id));
  return {
    ...comparison,
    points,
    tally: load.tally,
    duplicates: ledger.duplicates.length,
    settled: [...witness.uncertain].filter((id) => !unsettled.has(id)).length,
    restartMs,
    errors: daemon.errors,
    differences: [
      ...differences,
      ...witness.contradictions,
      ...load.tally.unexpected.map((error) => `a call failed without a reason: ${error}`),
      ...witness.all().flatMap(([id, shown]) => lacks(id, shown, present.get(id))),
      ...comparison.differences,
      ...comparison.behind.map((news) => `${news}, and the gateway did not ask in time`),
      ...compareLedger(ledger, holdings, comparison.money.booked),
    ],
  };
}

/** Fetches every catalogue once, and ends in good order. */
async function warmUp(daemon: Daemon, market: Market): Promise<void> {
  const life = daemon.launch();
  if ((await life.ready) === undefined) neverReady();
  for (const { id } of market.sellers) {
    while ((await life.offersAt(id)) === 0) await sleep(50);
  }
  life.child.kill("SIGTERM");
  const { code } = await life.exit;
  if (code !== 0) throw new Error(`the daemon ended with ${code} on SIGTERM`);
}

/** What callers were shown before the restart, and are not shown any more. */
async function takenBack(life: Life, witness: Witness): Promise<readonly string[]> {
  const news = witness.takeNews();
  try {
    const looks = news.map(async ({ id, caller, shown }) => {
      return lacks(id, shown, await find(life, caller, { id, product: shown.product }));
    });
    return (await Promise.all(looks)).flat();
  } catch (error) {
    // It was killed meanwhile: the next life will tell.
    const ended = await Promise.race([life.exit.then(() => true), sleep(1_000, false)]);
    if (!ended) throw error;
    witness.putBack(news);
    return [];
  }
}

async function find(
  life: Life,
  caller: CallerName,
  what: Pick<Holding, "id" | "product">,
): Promise<Holding | undefined> {
  try {
    return await getHolding(life, caller, what);
  } catch (error) {
    if (ConnectError.from(error).code === Code.NotFound) return undefined;
    throw error;
  }
}

function lacks(id: string, shown: Shown, present: Holding | undefined): readonly string[] {
  return forgotten(shown, present).map((what) => `${id} ${what}`);
}

/** Waits, within bounds, for the gateway to hear of everything and for uncertain purchases to be settled. */
async function settle(life: Life, market: Market, { catchUpMs, settleMs }: RunOptions) {
  const start = performance.now();
  const leaving = new AbortController();
  const watched = new Set<string>();
  try {
    for (;;) {
      const holdings = await listHoldings(life);
      const comparison = compare(market, holdings);
      const waited = performance.now() - start;
      const caughtUp = comparison.behind.length === 0 || waited > catchUpMs;
      const settled = comparison.uncertain === 0 || waited > settleMs;
      if (caughtUp && settled) return { holdings, comparison };
      for (const id of comparison.rentalsBehind) {
        if (!watched.has(id)) expectNews(life, id, leaving.signal);
        watched.add(id);
      }
      await sleep(250);
    }
  } finally {
    leaving.abort();
  }
}

/** A number that nobody watches is looked at seldom. */
function expectNews(life: Life, rentalId: string, signal: AbortSignal): void {
  for (const caller of CALLERS) {
    const events = life.as(caller).rentals.watchRental({ rentalId }, { signal });
    void (async () => {
      for await (const _ of events);
    })().catch(() => undefined);
  }
}

function isUncertain({ attempts }: Holding): boolean {
  return attempts.at(-1)?.outcome === Outcome.UNCERTAIN;
}

function neverReady(): never {
  throw new Error("the daemon did not become ready");
}
