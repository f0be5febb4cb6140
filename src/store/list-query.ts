import { createHash } from "node:crypto";
import { GatewayError } from "../core/error.ts";
import type { OrderFilter } from "../core/records.ts";
import { canonicalJson } from "./canonical-json.ts";
import type { Kind } from "./kinds.ts";
import type { Value } from "./rows.ts";

export interface ListQuery {
  readonly sql: string;
  readonly params: readonly Value[];
}

const NEWEST = 2n ** 63n - 1n;
const TOKEN_BYTES = 16;

/** The filter's rows, newest first, and one more than the page holds if there is one. */
export function listQuery(kind: Kind, caller: string, filter: OrderFilter<string>): ListQuery {
  const { upstream, label, pageToken } = filter;
  const statuses = distinct(filter.statuses);
  const before = pageToken === undefined ? NEWEST : readPageToken(pageToken, filterHash(kind, caller, filter));
  /** With a `+` before it, it is looked at and not looked up: SQLite is to take the index of what is open. */
  const isOfKind = `o.product = '${kind.product}'`;
  const params: Value[] = [caller, before, BigInt(rowsOf(filter)) + 1n];
  const bind = (value: string) => `?${params.push(value)}`;

  const conditions = ["o.caller = ?1"];
  if (upstream !== undefined) conditions.push(`o.upstream = ${bind(upstream)}`);
  if (label?.value !== undefined) {
    if (statuses.length > 0) conditions.push(`o.status in (${statuses.map(bind).join(", ")})`);
    // A label's value may be rare among a million rows, so this one walks along the labels.
    const labelled = `l.caller = ?1 and l.key = ${bind(label.key)} and l.value = ${bind(label.value)}`;
    conditions.push(isOfKind, labelled, "l.order_seq < ?2");
    const joined = "labels l join orders o on o.seq = l.order_seq";
    return { sql: select("o.*", joined, conditions, "l.order_seq"), params };
  }
  conditions.push("o.seq < ?2");
  if (label) conditions.push(`exists (select 1 from labels where order_seq = o.seq and key = ${bind(label.key)})`);
  if (statuses.length === 0) {
    return { sql: select("o.*", "orders o", [isOfKind, ...conditions], "o.seq"), params };
  }

  // A status may be as rare: each gives a page, along an index of what is open or has ended, and the newest are taken.
  const pages = statuses.map((status) => {
    const isIndexed =
      kind.transitions[status]?.length === 0
        ? [isOfKind, "o.end_time is not null"]
        : [`+${isOfKind}`, "o.end_time is null"];
    const page = select("o.seq", "orders o", [...conditions, ...isIndexed, `o.status = ${bind(status)}`], "o.seq");
    return `select seq from (${page}) as page`;
  });
  return { sql: select("o.*", "orders o", [`o.seq in (${pages.join(" union all ")})`], "o.seq"), params };
}

function select(columns: string, tables: string, conditions: readonly string[], order: string): string {
  return `select ${columns} from ${tables} where ${conditions.join(" and ")} order by ${order} desc limit ?3`;
}

function distinct(statuses: readonly string[]): readonly string[] {
  return [...new Set(statuses)].sort();
}

export function rowsOf({ pageSize }: Pick<OrderFilter<string>, "pageSize">): number {
  return Math.max(1, pageSize);
}

/** Where the next page goes on: below the row with that seq. Good for the list with that hash only. */
export function writePageToken(seq: bigint, list: Buffer): string {
  const token = Buffer.alloc(TOKEN_BYTES);
  token.writeBigInt64BE(seq);
  list.copy(token, 8);
  return token.toString("base64url");
}

export function readPageToken(text: string, list: Buffer): bigint {
  const token = Buffer.from(text, "base64url");
  if (token.length !== TOKEN_BYTES || token.toString("base64url") !== text) throw badPageToken("is not a page token");
  if (!token.subarray(8).equals(list)) throw badPageToken("belongs to another list");
  return token.readBigInt64BE();
}

/** The page's size may change from page to page, the filter may not. */
export function filterHash(
  { product }: Kind,
  caller: string,
  { statuses, upstream, label }: OrderFilter<string>,
): Buffer {
  return listHash({ product, caller, statuses: distinct(statuses), upstream, label });
}

/** What tells lists apart. */
export function listHash(identity: object): Buffer {
  return createHash("sha256").update(canonicalJson(identity)).digest().subarray(0, 8);
}

function badPageToken(description: string): GatewayError {
  const violations = [{ field: "page_token", description }];
  return new GatewayError("INVALID_REQUEST", `page_token ${description}`, { violations });
}
