// Orders, and of them verifications.
//
// The statements in this folder mean the same to every engine. `?1` is the first parameter.

export const insertVerification = `
  insert into orders
    (order_id, product, caller, version, request_id, fingerprint, request, country, service, status, create_time)
  values (?1, 'VERIFICATION', ?2, 1, ?3, ?4, ?5, ?6, ?7, 'PENDING', ?8)`;

export const insertLabel = "insert into labels (order_seq, caller, key, value) values (?1, ?2, ?3, ?4)";

export const findOrder = "select * from orders where seq = ?1";

export const findById = "select * from orders where order_id = ?1";

/** Every purchase of any product that is under way, or of which nobody knows whether it was made. */
export const listPending = `
  select o.*, p.order_ref as parent_ref from orders o left join orders p on p.seq = o.parent
  where o.end_time is null and o.status = 'PENDING'
  order by +o.seq`;

/** Of any product: a request id is a caller's once. */
export const findByRequestId = "select * from orders where caller = ?1 and request_id = ?2";

/** By their columns. A statement is found several times faster by a text that is not made anew. */
const updates = new Map<string, string>();

/** The next version of the order ?1, which is of version ?2. The columns' values come after these two. */
export function updateOrder(columns: readonly string[]): string {
  const key = columns.join();
  const known = updates.get(key);
  if (known) return known;
  const assignments = columns.map((column, i) => `, ${column} = ?${i + 3}`);
  const update = `update orders set version = version + 1${assignments.join("")} where seq = ?1 and version = ?2`;
  updates.set(key, update);
  return update;
}

/** Of the upstream ?1, running out by ?2; null for any. */
const isOpen = `
  o.end_time is null and o.product = 'VERIFICATION' and (?1 is null or o.upstream = ?1)
    and (?2 is null or o.expire_time <= ?2)`;

// By `+seq`, or SQLite would walk through all that ever was to save itself the sorting.

export const listOpen = `select * from orders o where ${isOpen} order by +seq`;

export const listOpenAttempts = `
  select a.* from orders o join attempts a on a.order_seq = o.seq where ${isOpen} order by +a.order_seq, a.number`;

export const listOpenMessages = `
  select m.* from orders o join messages m on m.order_seq = o.seq
  where ${isOpen} and o.holds_texts = 1
  order by +m.seq`;

export const countOpenByUpstream = `
  select upstream, count(*) as open from orders
  where end_time is null and upstream is not null and product in ('VERIFICATION', 'RENTAL')
  group by upstream`;

/**
 * What else the upstream sold under the same order. Another provider that was given the same upstream id has orders of
 * its own.
 */
export const listOtherSales = `
  select seq, end_time from orders
  where upstream = ?1 and provider = ?2 and order_ref = ?3 and seq <> ?4`;

export const findSale = "select seq from orders where upstream = ?1 and provider = ?2 and order_ref = ?3 limit 1";
