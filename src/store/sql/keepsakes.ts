// What is kept beside the orders.

export const saveCatalog = `
  insert into catalogs (upstream, format, fetch_time, payload) values (?1, ?2, ?3, ?4)
  on conflict (upstream) do update
  set format = excluded.format, fetch_time = excluded.fetch_time, payload = excluded.payload`;

export const loadCatalogs = "select * from catalogs where format = ?1 order by upstream";

export const insertCall = "insert into calls (upstream, verb, time) values (?1, ?2, ?3)";

export const forgetCalls = "delete from calls where upstream = ?1 and time < ?2";

export const listCalls = "select * from calls where time >= ?1 order by time";

export const saveLearned = `
  insert into learned (kind, key, value, time) values (?1, ?2, ?3, ?4)
  on conflict (kind, key) do update set value = excluded.value, time = excluded.time`;

export const loadLearned = "select * from learned where kind = ?1 order by key";
