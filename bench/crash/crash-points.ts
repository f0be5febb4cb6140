// Preloaded into a daemon (`node --import`), this kills it at a named point; see points.ts. It watches from outside what
// the daemon tells SQLite and its upstreams, so the product knows nothing of it.

import { subscribe } from "node:diagnostics_channel";
import { StatementSync } from "node:sqlite";
import type { Point } from "./points.ts";

const { CRASH_POINT: wanted, CRASH_NTH: nth = "1" } = process.env;
let left = Number(nth);

function reach(point: Point): void {
  if (point !== wanted) return;
  left -= 1;
  if (left === 0) process.kill(process.pid, "SIGKILL");
}

/** What a transaction that holds such a statement leads up to. */
const STATEMENTS: readonly {
  readonly is: (sql: string, params: readonly unknown[]) => boolean;
  readonly after: Point;
}[] = [
  { is: (sql) => /^insert into (?:verifications|orders)\b/.test(sql), after: "wished" },
  { is: (sql) => /^insert into attempts\b/.test(sql), after: "intended" },
  {
    is: (sql, params) => /^update attempts\b/.test(sql) && (params.includes("BOUGHT") || sql.includes("= 'bought'")),
    after: "recorded",
  },
  { is: (sql) => /^insert into messages\b/.test(sql), after: "received" },
];

let passed = new Set<Point>();

function beforeStatement(sql: string): void {
  if (sql === "commit" && passed.has("recorded")) reach("recording");
}

function afterStatement(sql: string, params: readonly unknown[]): void {
  if (sql === "rollback") passed = new Set();
  if (sql === "commit") {
    const committed = passed;
    passed = new Set();
    for (const point of committed) reach(point);
    // Whoever waits for the commit goes on, and publishes, before the event loop turns again.
    if (committed.has("recorded")) setImmediate(() => reach("published"));
  }
  for (const { is, after } of STATEMENTS) if (is(sql, params)) passed.add(after);
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
    afterStatement(sql, params);
    return result;
  };
  Object.assign(StatementSync.prototype, { [verb]: watched });
}

/** How each upstream is asked to sell a number, and to rent one out for longer. */
const PURCHASES = [
  /^POST .*\/nonvoip\/orders\/create$/,
  /^POST .*\/nonvoip\/rentals\/(?:create|[^/]+\/extend)$/,
  /^POST .*\/api\/v1\/order\/(?:[a-z0-9-]+|[^/]+\/renew)\/$/,
  /^POST .*\/api\/public\/v1\/order$/,
  /^POST .*\/numbers\/purchase$/,
  /\/(?:get_number|rent_renew_number)\.php\?/,
  /[?&]action=(?:getNumber|getRentNumber|continueRentNumber)/,
];

function onPurchase(channel: string, point: Point): void {
  subscribe(channel, (message) => {
    const { request } = message as { request: { method: string; path: string } };
    const call = `${request.method} ${request.path}`;
    if (PURCHASES.some((purchase) => purchase.test(call))) reach(point);
  });
}

onPurchase("undici:request:bodySent", "sent");
onPurchase("undici:request:trailers", "answered");
