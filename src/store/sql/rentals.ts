// Rentals, their extensions, and the verifications that wait on them.

export const insertRental = `
  insert into orders
    (order_id, product, caller, version, request_id, fingerprint, request, country, service, status, create_time,
     days, renew_days, renew_micros, renew_currency)
  values (?1, 'RENTAL', ?2, 1, ?3, ?4, ?5, ?6, ?7, 'PENDING', ?8, ?9, ?10, ?11, ?12)`;

/** Also those that have ended while nobody knows whether they were extended. By `+seq` as all that is open. */
export const listOpenRentals = `
  select * from orders
  where product = 'RENTAL' and end_time is null
    or seq in (select parent from orders where product = 'EXTENSION' and end_time is null)
  order by +seq`;

export const insertExtension = `
  insert into orders
    (order_id, product, caller, version, request_id, fingerprint, request, country, service, status, create_time,
     parent, days, expire_time)
  select ?1, 'EXTENSION', caller, 1, ?2, ?3, ?4, country, service, 'PENDING', ?5, seq, ?6, expire_time
  from orders where seq = ?7`;

export const listExtensions = "select * from orders where parent = ?1 and product = 'EXTENSION' order by seq";
export const findOpenExtension = `
  select * from orders where parent = ?1 and product = 'EXTENSION' and end_time is null`;

/** The rental's own and its extensions'. */
export const listAttemptsOf = `
  select a.* from orders o join attempts a on a.order_seq = o.seq
  where o.seq = ?1 or (o.parent = ?1 and o.product = 'EXTENSION')
  order by a.start_time, a.order_seq, a.number`;

export const findNewestMessage = "select * from messages where order_seq = ?1 order by seq desc limit 1";
export const countMessagesLike = `
  select count(*) as count from messages where order_seq = ?1 and (message_id = ?2 or message_id like ?2 || '.%')`;
export const listMessagesAfter = `
  select * from messages where order_seq = ?1 and seq > ?2 order by seq limit ?3`;
export const listMessagesBefore = `
  select * from messages where order_seq = ?1 and seq < ?2 order by seq desc limit ?3`;

export const insertWait = `
  insert into orders
    (order_id, product, caller, version, request_id, fingerprint, request, country, service, status, create_time,
     parent, phone_number, number_as_sold, expire_time)
  select ?1, 'VERIFICATION', caller, 1, ?2, ?3, ?4, country, service, 'WAITING', ?5, seq, phone_number, number_as_sold,
    min(?6, expire_time)
  from orders where seq = ?7`;

export const listOpenWaits = `
  select * from orders where parent = ?1 and product = 'VERIFICATION' and end_time is null order by seq`;
