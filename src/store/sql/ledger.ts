// Money: the entries, and the counters of what was spent.

import { additionTo } from "./additions.ts";

/** The UTC day on which an attempt began: all its money counts towards that day. */
const dayOfAttempt = "a.start_time / 86400000 * 86400000";

/** What an entry adds to what its caller has spent. */
const spentByEntry = "case when e.kind in ('reserve', 'charge') then e.micros else -e.micros end";

const ENTRY = ["order_seq", "version", "attempt", "caller", "kind", "micros", "currency", "time"];
export const addEntry = additionTo("entries", ENTRY);

export const listEntries = `
  select kind, micros, currency from entries where order_seq = ?1 and version = ?2
  order by attempt, case kind when 'reserve' then 1 when 'release' then 2 when 'charge' then 3 else 4 end`;

export const addSpending = `
  insert into spending (caller, day, currency, micros) values (?1, ?2, ?3, ?4)
  on conflict (caller, day, currency) do update set micros = spending.micros + excluded.micros`;

export const sumSpending = `
  select currency, cast(sum(micros) as bigint) as micros from spending
  where caller = ?1 and day >= ?2 and day < ?3
  group by currency`;

/** The counters of the days from ?1 on that are not the sums of their entries, of those that were forgotten too. */
export const listDiscrepancies = `
  with
    parts as (
      select e.caller, ${dayOfAttempt} as day, e.currency, ${spentByEntry} as micros
      from attempts a join entries e on e.order_seq = a.order_seq and e.attempt = a.number
      where a.start_time >= ?1
      union all
      select caller, day, currency, micros from forgotten where day >= ?1
    ),
    sums as (
      select caller, day, currency, cast(sum(micros) as bigint) as micros from parts
      group by caller, day, currency
    ),
    pairs as (
      select caller, day, currency, micros as entered, 0 as counted from sums
      union all
      select caller, day, currency, 0, micros from spending where day >= ?1
    )
  select caller, day, currency, cast(sum(entered) as bigint) as entered, cast(sum(counted) as bigint) as counted
  from pairs
  group by caller, day, currency
  having sum(entered) <> sum(counted)
  order by day, caller, currency`;

export const setSpending = `
  insert into spending (caller, day, currency, micros) values (?1, ?2, ?3, ?4)
  on conflict (caller, day, currency) do update set micros = excluded.micros`;

/** Of the orders in `forgetting`. */
export const sumForgotten = `
  insert into forgotten (day, caller, currency, micros)
  select ${dayOfAttempt}, e.caller, e.currency, sum(${spentByEntry})
  from entries e join attempts a on a.order_seq = e.order_seq and a.number = e.attempt
  where e.order_seq in (select order_seq from forgetting)
  group by 1, 2, 3
  on conflict (day, caller, currency) do update set micros = forgotten.micros + excluded.micros`;
