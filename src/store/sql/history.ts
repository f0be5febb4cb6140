// What became of orders.

import { additionTo } from "./additions.ts";

const EVENT = ["order_seq", "version", "time", "caller", "change", "status", "attempt", "outcome", "reason"];
export const addEvent = additionTo("history", EVENT);

/** The events after the place ?1 that meet the conditions on `h` and its order `o`, at most ?2. */
export function listEvents(conditions: readonly string[]): string {
  return `
  select h.*, o.order_id, a.upstream, a.offer_id, a.quoted_micros, a.quoted_currency, a.explanation
  from history h join orders o on o.seq = h.order_seq
  left join attempts a on a.order_seq = h.order_seq and a.number = h.attempt
  where ${["h.seq > ?1", ...conditions].join(" and ")}
  order by h.seq limit ?2`;
}

/** By `+seq`, or SQLite would walk through all the events before that time. */
export const findFirstEvent = "select min(+seq) as first from history where time >= ?1";
