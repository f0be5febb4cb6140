// Preloaded into a daemon (`node --import`), this kills it at a named point; see points.ts. It watches from outside what
// the daemon tells SQLite and its upstreams, so the product knows nothing of it.

import { subscribe } from "node:diagnostics_channel";
import { type StatementResultingChanges, StatementSync } from "node:sqlite";
import type { Goods, Point } from "./points.ts";

const { CRASH_POINT: wanted, CRASH_OF: wantedOf, CRASH_NTH: nth = "1" } = process.env;
let left = Number(nth);

function reach(point: Point, of: Goods | undefined): void {
  if (point !== wanted || of !== wantedOf) return;
  left -= 1;
  if (left === 0) process.kill(process.pid, "SIGKILL");
}

/** What a transaction that holds such a statement leads up to. The first parameter is the order's place in its table. */
const STATEMENTS: readonly {
  readonly is: (sql: string, params: readonly unknown[]) => boolean;
  readonly after: Point;
}[] = [
  { is: (sql) => /^insert into attempts\b/.test(sql), after: "intended" },
  {
    is: (sql, params) => /^update attempts\b/.test(sql) && (params.includes("BOUGHT") || sql.includes("= 'bought'")),
    after: "recorded",
  },
  { is: (sql) => /^insert into messages\b/.test(sql), after: "received" },
];

/** What each order that was added in this life is for, by its place in the table. */
const goods = new Map<bigint, Goods>();
let passed = new Map<Point, Goods | undefined>();

function beforeStatement(sql: string): void {
  if (sql === "commit" && passed.has("recorded")) reach("recording", passed.get("recorded"));
}

function afterStatement(sql: string, params: readonly unknown[], result: unknown): void {
  if (sql === "rollback") passed = new Map();
  if (sql === "commit") {
    const committed = passed;
    passed = new Map();
    for (const [point, of] of committed) reach(point, of);
    // Whoever waits for the commit goes on, and publishes, before the event loop turns again.
    if (committed.has("recorded")) setImmediate(() => reach("published", committed.get("recorded")));
  }
  if (/^insert into orders\b/.test(sql)) {
    const of = /'(verification|rental|extension|esim)'/.exec(sql)?.[1] as Goods | undefined;
    const { lastInsertRowid } = result as StatementResultingChanges;
    if (of) goods.set(BigInt(lastInsertRowid), of);
    pass("wished", of);
  }
  for (const { is, after } of STATEMENTS) {
    if (is(sql, params)) pass(after, goods.get(BigInt(params[0] as bigint | number)));
  }
}

/** Commands share transactions: the one that is waited for is not to be hidden by another. */
function pass(point: Point, of: Goods | undefined): void {
  if (passed.get(point) !== wantedOf) passed.set(point, of);
}

const plain = new Map<string, string>();

/** A statement's text in one line, in lower case. */
function inOneLine(text: string): string {
  const known = plain.get(text) ?? text.trim().replace(/\s+/g, " ").toLowerCase();
  plain.set(text, known);
  return known;
}

for (const verb of ["run", "get", "all"] as const) {
  const original = StatementSync.prototype[verb] as (...params: unknown[]) => unknown;
  const watched = function (this: StatementSync, ...params: unknown[]) {
    const sql = inOneLine(this.sourceSQL);
    beforeStatement(sql);
    const result = original.apply(this, params);
    afterStatement(sql, params, result);
    return result;
  };
  Object.assign(StatementSync.prototype, { [verb]: watched });
}

/** How upstreams are asked to sell something; the first that fits says what. */
const PURCHASES: readonly (readonly [RegExp, Goods])[] = [
  [/^POST .*\/nonvoip\/rentals\/[^/]+\/extend$/, "extension"],
  [/^POST .*\/api\/v1\/order\/[^/]+\/renew\/$/, "extension"],
  [/\/rent_renew_number\.php\?|[?&]action=continueRentNumber/, "extension"],
  [/^POST .*\/nonvoip\/rentals\/create$/, "rental"],
  [/^POST .*\/api\/v1\/order\/rent[a-z0-9-]*\/$/, "rental"],
  [/\/get_number\.php\?.*\bis_rent=1|[?&]action=getRentNumber/, "rental"],
  [/^POST .*\/api\/v1\/order\/esim\/$/, "esim"],
  [/^POST .*\/nonvoip\/orders\/create$/, "verification"],
  [/^POST .*\/api\/v1\/order\/[a-z-]+\/$/, "verification"],
  [/^POST .*\/api\/public\/v1\/order$/, "verification"],
  [/^POST .*\/numbers\/purchase$/, "verification"],
  [/\/get_number\.php\?|[?&]action=getNumber/, "verification"],
];

function onPurchase(channel: string, point: Point): void {
  subscribe(channel, (message) => {
    const { request } = message as { request: { method: string; path: string } };
    const call = `${request.method} ${request.path}`;
    const of = PURCHASES.find(([purchase]) => purchase.test(call))?.[1];
    if (of) reach(point, of);
  });
}

onPurchase("undici:request:bodySent", "sent");
onPurchase("undici:request:trailers", "answered");
