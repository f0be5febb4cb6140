// How long messages of rented numbers wait to be seen, and what is spent on it: numgate's own scheduling beside looking
// at every rental in turn, behind the same limit. The clock is simulated, the traffic is seeded.
//
//   node bench/rentals/rentals.ts [--rentals 2000] [--days 30] [--calls 120] [--no-times]
//
// --no-times: the upstream does not tell when a message came.

import { parseArgs } from "node:util";
import { pino } from "pino";
import type { Rental } from "../../src/core/rental.ts";
import { createLaws } from "../../src/orders/polling/laws.ts";
import { MESSAGES } from "../../src/orders/rentals/law.ts";
import { learnOfLook } from "../../src/orders/rentals/learning.ts";
import { createQuiet, stir } from "../../src/orders/rentals/quiet.ts";
import { createSchedule } from "../../src/orders/rentals/schedule.ts";
import { mean, quantile } from "../support/statistics.ts";
import { printTable } from "../support/table.ts";
import { createTraffic, type Traffic } from "./traffic.ts";

const { values } = parseArgs({
  options: {
    rentals: { type: "string", default: "2000" },
    days: { type: "string", default: "30" },
    calls: { type: "string", default: "120" },
    "no-times": { type: "boolean", default: false },
  },
});
const [rentals, days, callsPerMinute] = [Number(values.rentals), Number(values.days), Number(values.calls)];
const tellsTimes = !values["no-times"];
const DAY_MS = 24 * 60 * 60_000;
const [endMs, slotMs] = [days * DAY_MS, 60_000 / callsPerMinute];

/** What one way of looking came to. */
interface Result {
  readonly calls: number;
  readonly watched: number[];
  readonly unwatched: number[];
}

/** Takes what has come to a rental by now, and gives when that was. */
function look(traffic: Traffic, rental: number, now: number, result: Result): readonly number[] {
  const seen = traffic.take(rental, now);
  for (const { at, isWatched } of seen) (isWatched ? result.watched : result.unwatched).push(now - at);
  return seen.map(({ at }) => at);
}

/** Every rental in turn, with so many calls spread evenly over the time. */
function inTurn(calls: number): Result {
  const traffic = createTraffic(rentals, endMs);
  const result: Result = { calls, watched: [], unwatched: [] };
  for (let call = 0; call < calls; call += 1) look(traffic, call % rentals, (call * endMs) / calls, result);
  return result;
}

/** The product's own schedule and what it learns, from a cold start. */
function scheduled(): Result {
  const traffic = createTraffic(rentals, endMs);
  const result = { calls: 0, watched: [] as number[], unwatched: [] as number[] };
  const watched = new Set<string>();
  const clock = { now: () => 0, after: () => () => {} };
  const store = { loadLearned: async () => [], saveLearned: async () => {} };
  const laws = createLaws(MESSAGES, store, clock, pino({ level: "silent" }));
  const schedule = createSchedule({ gapMs: 3_000, isWatched: (id: string) => watched.has(id) });
  const all = Array.from({ length: rentals }, (_, rental) => createQuiet(toRental(rental), laws, 0, false));
  for (const quiet of all) schedule.rentals.add(quiet);
  for (let now = 0; now < endMs; ) {
    for (const { rental, isWatched } of traffic.watchers(now)) {
      const quiet = all[rental];
      if (!quiet) continue;
      if (isWatched) watched.add(quiet.rental.rentalId);
      else watched.delete(quiet.rental.rentalId);
      // As the poller does: who begins to watch expects something.
      if (!isWatched) continue;
      stir(quiet, now);
      schedule.rentals.warm(quiet);
    }
    const next = schedule.choose(now);
    if (next.ask === "nothing") {
      now += Math.max(Math.min(next.forMs, 1_000), slotMs);
      continue;
    }
    const { quiet } = next;
    schedule.sent(quiet, now);
    result.calls += 1;
    const times = look(traffic, Number(quiet.rental.rentalId), now, result);
    learnOfLook(quiet, now, times.length, tellsTimes ? times : []);
    if (times.length > 0) schedule.rentals.warm(quiet);
    now += slotMs;
  }
  return result;
}

function toRental(rental: number): Rental {
  return {
    rentalId: String(rental),
    version: 1,
    caller: "bench",
    requestId: "",
    request: {
      country: "US",
      service: "any",
      capability: "SMS",
      strategy: "CHEAPEST",
      upstreams: [],
      excludeUpstreams: [],
      labels: {},
      days,
    },
    country: "US",
    service: "any",
    status: "ACTIVE",
    totalDays: days,
    messageCount: 0,
    upstream: "bench",
    createTime: new Date(0),
    attempts: [],
    expiresSoon: false,
  };
}

/** Mean, median and p95 in seconds. */
function delays(ms: readonly number[]): string[] {
  return [mean(ms), quantile(ms, 0.5), quantile(ms, 0.95)].map((delay) => (delay / 1000).toFixed(1));
}

function row(name: string, { calls, watched, unwatched }: Result): (string | number)[] {
  return [name, calls, ...delays(watched), ...delays(unwatched)];
}

const begun = performance.now();
const [turns, own] = [inTurn(Math.floor(endMs / slotMs)), scheduled()];
const even = inTurn(own.calls);
const waits = ["mean", "median", "p95"];
process.stdout.write(
  `${own.watched.length} messages that somebody waited for, ${own.unwatched.length} others; ${((performance.now() - begun) / 1000).toFixed(0)} s\n`,
);
printTable(
  ["looks", "calls", ...waits.map((name) => `watched: ${name}`), ...waits.map((name) => `others: ${name}`)],
  [row("in turn", turns), row("fixed", even), row("scheduled", own)],
  `${rentals} rentals, ${days} days, ${callsPerMinute} calls a minute; seconds from arrival to being seen`,
);
