// The callers who buy numbers and get no message.

export const findFruitless = `
  select f.ended, f.end_time, o.create_time as trial_time
  from fruitless f left join orders o on o.seq = f.trial and o.end_time is null
  where f.caller = ?1`;

export const addFruitless = `
  insert into fruitless (caller, ended, end_time) values (?1, 1, ?2)
  on conflict (caller) do update set ended = fruitless.ended + 1, end_time = excluded.end_time`;

export const startTrial = "update fruitless set trial = ?2 where caller = ?1";

export const forgetFruitless = "delete from fruitless where caller = ?1";
