// What was tried at upstreams for an order.

export const listAttempts = "select * from attempts where order_seq = ?1 order by number";

export const insertAttempt = `
  insert into attempts
    (order_seq, number, upstream, offer_id, quoted_micros, quoted_currency, explanation, start_time)
  values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)`;

export const settleAttempt = `
  update attempts set outcome = ?3, reason = ?4, end_time = ?5
  where order_seq = ?1 and number = ?2 and (outcome is null or outcome = 'UNCERTAIN')`;
