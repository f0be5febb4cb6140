// Orders, and of them verifications.
//
// The statements in this folder mean the same to every engine. `?1` is the first parameter.

export const insertVerification = `
  insert into orders
    (order_id, product, caller, version, request_id, fingerprint, request, country, service, status, create_time)
  values (?1, 'VERIFICATION', ?2, 1, ?3, ?4, ?5, ?6, ?7, 'PENDING', ?8)`;

export const insertLabel = "insert into labels (order_seq, caller, key, value) values (?1, ?2, ?3, ?4)";

export const findOrder = "select * from orders where seq = ?1";

export const findVerification = "select * from orders where order_id = ?1 and product = 'VERIFICATION'";

/** Of any product: a request id is a caller's once. */
export const findByRequestId = "select * from orders where caller = ?1 and request_id = ?2";

/** The next version of the order ?1, which is of version ?2. The columns' values come after these two. */
export function updateOrder(columns: readonly string[]): string {
  const assignments = columns.map((column, i) => `, ${column} = ?${i + 3}`);
  return `update orders set version = version + 1${assignments.join("")} where seq = ?1 and version = ?2`;
}

/** By `+seq`, or SQLite would walk through all that ever was to save itself the sorting. */
export const listOpen = `
  select * from orders where end_time is null and product = 'VERIFICATION' order by +seq`;

export const countOpenByUpstream = `
  select upstream, count(*) as open from orders
  where end_time is null and upstream is not null and product = 'VERIFICATION'
  group by upstream`;

/**
 * What else the upstream sold under the same order. Another provider that was given the same upstream id has orders of
 * its own.
 */
export const listOtherSales = `
  select seq, end_time from orders
  where upstream = ?1 and provider = ?2 and order_ref = ?3 and seq <> ?4`;

export const findSale = "select seq from orders where upstream = ?1 and provider = ?2 and order_ref = ?3 limit 1";
