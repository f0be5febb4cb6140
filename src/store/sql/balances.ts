// What was left on upstreams' accounts, and what has moved since.

export const saveBalance = `
  insert into balances (upstream, provider, micros, currency, time) values (?1, ?2, ?3, ?4, ?5)
  on conflict (upstream, provider) do update
  set micros = excluded.micros, currency = excluded.currency, time = excluded.time
  where excluded.time >= balances.time`;

export const findBalance = "select * from balances where upstream = ?1 and provider = ?2";

/** At the account ?1 of ?2 after ?3, without the order ?4. */
export const sumMovement = `
  select e.currency, cast(sum(case when e.kind = 'charge' then e.micros else -e.micros end) as bigint) as micros
  from history h
  join entries e on e.order_seq = h.order_seq and e.version = h.version and e.kind in ('charge', 'refund')
  join orders o on o.seq = h.order_seq
  where h.time > ?3 and o.upstream = ?1 and o.provider = ?2 and o.order_id <> ?4
  group by e.currency
  order by e.currency`;

export const countUnsettled = `
  select count(*) as unknown from orders o join attempts a on a.order_seq = o.seq
  where o.end_time is null and o.upstream = ?1 and o.provider = ?2 and o.order_id <> ?3
    and (a.outcome is null or a.outcome = 'UNCERTAIN')`;

/** Numbers that were given back, or ran out, where nobody knows what came back. */
export const countUnknownRefunds = `
  select count(*) as unknown from orders
  where holds_texts in (0, 1) and end_time > ?3 and upstream = ?1 and provider = ?2 and order_id <> ?4
    and status in ('CANCELLED', 'EXPIRED') and refund_micros is null`;
