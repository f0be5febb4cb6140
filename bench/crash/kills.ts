import { setTimeout as sleep } from "node:timers/promises";
import { createRandom } from "../../src/sandbox/random.ts";
import type { Life } from "./daemon.ts";
import { type Crash, PLACES } from "./points.ts";

/** What ends a life of the daemon: a named place, or a kill so long after it was ready, or after it was started. */
export type Kill = Crash | { readonly afterReadyMs: number } | { readonly afterStartMs: number };

/** How a life ended: `missed` never got to its place and was killed, `ended` was not killed at all. */
export type End = "killed" | "missed" | "ended";

/** A place that is not reached is given up after this. */
const POINT_PATIENCE_MS = 40_000;
const LONGEST_LIFE_MS = 1_200;
const LONGEST_START_MS = 800;
/** Verifications are bought oftenest, the others seldom: their third time may not come. */
const LATEST_NTH = 2;

/** What a seed makes of so many cycles: every second life ends at a named place, some before they are ready. */
export function drawKills(cycles: number, seed: number): readonly Kill[] {
  const random = createRandom(seed);
  return Array.from({ length: cycles }, (_, cycle): Kill => {
    const [share, nth] = [random(), 1 + Math.floor(random() * LATEST_NTH)];
    const place = cycle % 2 === 1 ? PLACES[Math.floor(cycle / 2) % PLACES.length] : undefined;
    if (place) return { ...place, nth: place.of === "verification" ? nth : 1 };
    return cycle % 10 === 8
      ? { afterStartMs: Math.floor(share * LONGEST_START_MS) }
      : { afterReadyMs: Math.floor(share * LONGEST_LIFE_MS) };
  });
}

/** Sees a life to its end. `onReady` is called once it is ready, if it gets there. */
export async function endLife(life: Life, kill: Kill, onReady: (readyMs: number) => Promise<void>): Promise<End> {
  const ready = life.ready.then((readyMs) => (readyMs === undefined ? undefined : onReady(readyMs)));
  if (!("afterStartMs" in kill)) await ready;
  const patienceMs =
    "point" in kill ? POINT_PATIENCE_MS : "afterReadyMs" in kill ? kill.afterReadyMs : kill.afterStartMs;
  const waiting = new AbortController();
  await Promise.race([life.exit, sleep(patienceMs, undefined, { signal: waiting.signal }).catch(() => {})]);
  waiting.abort();
  const endedBefore = life.hasEnded();
  life.child.kill("SIGKILL");
  const { signal } = await life.exit;
  await ready;
  if (signal !== "SIGKILL" || (endedBefore && !("point" in kill))) return "ended";
  return "point" in kill && !endedBefore ? "missed" : "killed";
}
