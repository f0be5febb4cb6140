import { expect, it } from "vitest";
import { drawKills, type Kill } from "../../bench/crash/kills.ts";
import { nameOfPlace, PLACES } from "../../bench/crash/points.ts";
import { runCrashes } from "../../bench/crash/run.ts";
import type { FaultKind } from "../../src/sandbox/faults.ts";
import { emptyFolder } from "./process.ts";

/** Those that are over at once. */
const KINDS: readonly FaultKind[] = ["reset_before", "reset_after", "error_500_after", "unreadable_after", "html"];

const AT_RANDOM = drawKills(7, 5).filter((kill) => !("point" in kill));
/** Every step of buying a verification; test/rentals/kill.test.ts takes the other purchases step by step. */
const AT = PLACES.filter(({ of, point }) => of === "verification" || (of === "rental" && point === "received"));
const AT_PLACES = AT.map((place): Kill => ({ ...place, nth: 1 }));

it("has the same books as its upstreams after kill -9 at random and at every step of a purchase", async () => {
  const folder = await emptyFolder();
  const report = await runCrashes({
    folder: folder.path,
    seed: 5,
    kills: [...AT_RANDOM, ...AT_PLACES],
    sandboxes: 1,
    workers: 6,
    faults: { rate: 0.1, kinds: KINDS },
    calmMs: 0,
    // Restarts spend of the limits as well: after a minute they are whole again.
    catchUpMs: 90_000,
    settleMs: 0,
  });
  expect(report.differences).toEqual([]);
  expect(report.points).toEqual(new Map(AT.map((place) => [nameOfPlace(place), { asked: 1, hit: 1 }])));
  const { verification, rental, extension } = report.counts;
  for (const { bought } of [verification, rental, extension]) expect(bought).toBeGreaterThan(0);
  expect(report.errors).toEqual(new Map());
}, 240_000);
