// What callers have under way, and how often in a row they bought a number that got no message.

export const findCaller = `
  select c.open, c.fruitless, c.fruitless_time, o.create_time as trial_time
  from callers c left join orders o on o.seq = c.trial and o.end_time is null
  where c.caller = ?1`;

export const addOpen = `
  insert into callers (caller, open) values (?1, 1)
  on conflict (caller) do update set open = callers.open + 1`;

export const startTrial = "update callers set trial = ?2 where caller = ?1";

export const removeOpen = "update callers set open = open - 1 where caller = ?1";

export const removeFruitless = `
  update callers set open = open - 1, fruitless = fruitless + 1, fruitless_time = ?2 where caller = ?1`;

export const forgetFruitless = "update callers set fruitless = 0 where caller = ?1 and fruitless > 0";
