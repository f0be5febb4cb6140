// How long messages of rented numbers wait to be seen, and what is spent on it: numgate's own scheduling beside looking
// at every rental in turn, behind the same limit. The clock is simulated, the traffic is seeded.
//
//   node bench/rentals/rentals.ts [--rentals 2000] [--days 30] [--calls 120]

import { parseArgs } from "node:util";
import { type Collecting, chooseLook } from "../../src/orders/rentals/schedule.ts";
import { createTraffic, type Traffic } from "./traffic.ts";

const { values } = parseArgs({
  options: {
    rentals: { type: "string", default: "2000" },
    days: { type: "string", default: "30" },
    calls: { type: "string", default: "120" },
  },
});
const [rentals, days, callsPerMinute] = [Number(values.rentals), Number(values.days), Number(values.calls)];
const DAY_MS = 24 * 60 * 60_000;
const [endMs, slotMs] = [days * DAY_MS, 60_000 / callsPerMinute];

/** What one way of looking came to. */
interface Result {
  readonly calls: number;
  readonly watched: number[];
  readonly unwatched: number[];
}

/** Takes what has come to a rental by now. */
function look(traffic: Traffic, rental: number, now: number, result: Result): boolean {
  const seen = traffic.take(rental, now);
  for (const { at, isWatched } of seen) (isWatched ? result.watched : result.unwatched).push(now - at);
  return seen.length > 0;
}

/** Every rental in turn, as often as the limit allows. */
function inTurn(): Result {
  const traffic = createTraffic(rentals, endMs);
  const result: Result = { calls: Math.floor(endMs / slotMs), watched: [], unwatched: [] };
  for (let call = 0; call < result.calls; call += 1) look(traffic, call % rentals, call * slotMs, result);
  return result;
}

function scheduled(): Result {
  const traffic = createTraffic(rentals, endMs);
  const result = { calls: 0, watched: [] as number[], unwatched: [] as number[] };
  const watched = new Set<string>();
  const parts = { gapMs: 3_000, isWatched: (id: string) => watched.has(id) };
  const all = Array.from(
    { length: rentals },
    (_, rental): Collecting => ({
      rentalId: String(rental),
      expireAt: Number.MAX_SAFE_INTEGER,
      stirredAt: 0,
      lookedAt: Number.NEGATIVE_INFINITY,
      barredUntil: Number.NEGATIVE_INFINITY,
      isWoken: false,
      inFlight: false,
    }),
  );
  for (let now = 0; now < endMs; ) {
    for (const { rental, isWatched } of traffic.watchers(now)) {
      const collecting = all[rental];
      if (!collecting) continue;
      if (isWatched) watched.add(collecting.rentalId);
      else watched.delete(collecting.rentalId);
      // As the poller does: who begins to watch expects something.
      if (isWatched) collecting.stirredAt = now;
      collecting.due = undefined;
    }
    const choice = chooseLook(all, now, parts);
    if (choice.ask === "nothing") {
      now += Math.max(Math.min(choice.forMs, 1_000), slotMs);
      continue;
    }
    const { collecting } = choice;
    collecting.lookedAt = now;
    collecting.due = undefined;
    result.calls += 1;
    if (look(traffic, Number(collecting.rentalId), now, result)) collecting.stirredAt = now;
    now += slotMs;
  }
  return result;
}

function seconds(delays: readonly number[], share: number): string {
  const sorted = delays.toSorted((a, b) => a - b);
  return ((sorted[Math.floor((sorted.length - 1) * share)] ?? 0) / 1000).toFixed(1);
}

function mean(delays: readonly number[]): string {
  return (delays.reduce((sum, delay) => sum + delay, 0) / Math.max(delays.length, 1) / 1000).toFixed(1);
}

function row(name: string, { calls, watched, unwatched }: Result): string {
  const cells = [mean(watched), seconds(watched, 0.5), seconds(watched, 0.95)];
  const others = [mean(unwatched), seconds(unwatched, 0.5), seconds(unwatched, 0.95)];
  return [name.padEnd(12), String(calls).padStart(9), ...[...cells, ...others].map((cell) => cell.padStart(9))].join(
    " ",
  );
}

const begun = performance.now();
const [turns, own] = [inTurn(), scheduled()];
const head = ["mean", "median", "p95", "mean", "median", "p95"].map((cell) => cell.padStart(9)).join(" ");
process.stdout.write(
  [
    `${rentals} rentals, ${days} days, ${callsPerMinute} calls a minute; seconds from arrival to being seen`,
    `${own.watched.length} messages that somebody waited for, ${own.unwatched.length} others`,
    `${"".padEnd(12)} ${"calls".padStart(9)} ${"watched".padStart(19)} ${"unwatched".padStart(29)}`,
    `${"".padEnd(22)} ${head}`,
    row("in turn", turns),
    row("scheduled", own),
    `${((performance.now() - begun) / 1000).toFixed(0)} s`,
    "",
  ].join("\n"),
);
