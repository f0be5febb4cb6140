// What was tried at upstreams for an order.

export const listAttempts = "select * from attempts where order_seq = ?1 order by number";

export const insertAttempt = `
  insert into attempts
    (order_seq, number, upstream, offer_id, quoted_micros, quoted_currency, explanation, start_time)
  values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
  returning *`;

/** The one attempt whose outcome is open: all before it were refused. */
export const settleAttempt = `
  update attempts set outcome = ?2, reason = ?3, end_time = ?4
  where order_seq = ?1 and (outcome is null or outcome = 'UNCERTAIN')
  returning *`;

/** As settleAttempt, of one that is in doubt. */
export const loseAttempt = `
  update attempts set outcome = 'BOUGHT', reason = null, end_time = ?2
  where order_seq = ?1 and outcome = 'UNCERTAIN'
  returning *`;

export const doubtAttempt = `
  update attempts set outcome = 'UNCERTAIN', reason = 'PURCHASE_UNCERTAIN', end_time = ?2
  where order_seq = ?1 and outcome is null
  returning *`;

/** The one that bought. */
export const findBought = "select * from attempts where order_seq = ?1 and outcome = 'BOUGHT'";

/** Of the verifications that have not ended. */
export const listOpenAttempts = `
  select a.* from orders o join attempts a on a.order_seq = o.seq
  where o.end_time is null and o.product = 'VERIFICATION'
  order by a.order_seq, a.number`;
