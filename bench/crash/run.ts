import { setTimeout as sleep } from "node:timers/promises";
import { Code, ConnectError } from "@connectrpc/connect";
import { Outcome } from "../../gen/numgate/v1/attempt_pb.ts";
import type { Verification } from "../../gen/numgate/v1/verification_pb.ts";
import type { FaultKind } from "../../src/sandbox/faults.ts";
import { type Comparison, compare, compareLedger } from "./compare.ts";
import { CALLERS, type Daemon, type Life, prepareDaemon } from "./daemon.ts";
import { endLife, type Kill } from "./kills.ts";
import { readLedger } from "./ledger.ts";
import { startLoad, type Tally } from "./load.ts";
import { type Market, openMarket } from "./market.ts";
import type { Point } from "./points.ts";
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
  /** Of each named point, how many lives were to end there, and how many did. */
  readonly points: ReadonlyMap<Point, { readonly asked: number; readonly hit: number }>;
  readonly tally: Tally;
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
  const points = new Map<Point, { asked: number; hit: number }>();
  const load = startLoad({ daemon, witness, upstreams: market.sellers.map(({ id }) => id), workers, seed });

  async function onReady(life: Life, readyMs: number): Promise<void> {
    restartMs.push(readyMs);
    differences.push(...(await takenBack(life, witness)));
  }

  for (const [cycle, kill] of kills.entries()) {
    options.onCycle?.(cycle);
    const life = daemon.launch("point" in kill ? kill : undefined);
    const end = await endLife(life, kill, (readyMs) => onReady(life, readyMs));
    if ("point" in kill) {
      const { asked, hit } = points.get(kill.point) ?? { asked: 0, hit: 0 };
      points.set(kill.point, { asked: asked + 1, hit: hit + (end === "killed" ? 1 : 0) });
    }
    if (end === "ended")
      differences.push(`the daemon ended by itself in cycle ${cycle} with ${(await life.exit).code}`);
  }

  const last = daemon.launch();
  await onReady(last, (await last.ready) ?? neverReady());
  await sleep(options.calmMs);
  await load.stop();
  const { verifications, comparison } = await settle(last, market, options);
  await daemon.kill();
  const ledger = compareLedger(readLedger(daemon.database), verifications, comparison.money.booked);

  const present = new Map(verifications.map((verification) => [verification.verificationId, verification]));
  const unsettled = new Set(verifications.filter(isUncertain).map(({ verificationId }) => verificationId));
  return {
    ...comparison,
    points,
    tally: load.tally,
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
      ...ledger,
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
    const looks = news.map(async ({ id, caller, shown }) => lacks(id, shown, await find(life, caller, id)));
    return (await Promise.all(looks)).flat();
  } catch (error) {
    // It was killed meanwhile: the next life will tell.
    const ended = await Promise.race([life.exit.then(() => true), sleep(1_000, false)]);
    if (!ended) throw error;
    witness.putBack(news);
    return [];
  }
}

async function find(life: Life, caller: (typeof CALLERS)[number], id: string): Promise<Verification | undefined> {
  try {
    return (await life.as(caller).getVerification({ verificationId: id })).verification;
  } catch (error) {
    if (ConnectError.from(error).code === Code.NotFound) return undefined;
    throw error;
  }
}

function lacks(id: string, shown: Shown, present: Verification | undefined): readonly string[] {
  return forgotten(shown, present).map((what) => `${id} ${what}`);
}

/** Waits, within bounds, for the gateway to hear of everything and for uncertain purchases to be settled. */
async function settle(life: Life, market: Market, { catchUpMs, settleMs }: RunOptions) {
  const start = performance.now();
  for (;;) {
    const verifications = await listAll(life);
    const comparison = compare(market, verifications);
    const waited = performance.now() - start;
    const caughtUp = comparison.behind.length === 0 || waited > catchUpMs;
    const settled = comparison.uncertain === 0 || waited > settleMs;
    if (caughtUp && settled) return { verifications, comparison };
    await sleep(250);
  }
}

async function listAll(life: Life): Promise<readonly Verification[]> {
  const all: Verification[] = [];
  for (const caller of CALLERS) {
    let pageToken = "";
    do {
      const page = await life.as(caller).listVerifications({ pageSize: 1_000, pageToken });
      all.push(...page.verifications);
      pageToken = page.nextPageToken;
    } while (pageToken !== "");
  }
  return all;
}

function isUncertain({ attempts }: Verification): boolean {
  return attempts.at(-1)?.outcome === Outcome.UNCERTAIN;
}

function neverReady(): never {
  throw new Error("the daemon did not become ready");
}
