// eSIMs.

export const insertEsim = `
  insert into orders
    (order_id, product, caller, version, request_id, fingerprint, request, country, service, status, create_time)
  values (?1, 'ESIM', ?2, 1, ?3, ?4, ?5, '', 'esim', 'PENDING', ?6)`;

export const listOpenEsims = "select * from orders where product = 'ESIM' and end_time is null order by +seq";
