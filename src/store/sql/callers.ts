// What callers have under way, and how often in a row they bought a number that got no message.

export const findCaller = "select open, fruitless, fruitless_time, trial from callers where caller = ?1";

/** The order ?1, while it has not ended. */
export const findTrial = "select create_time from orders where seq = ?1 and end_time is null";

export const saveCaller = `
  insert into callers (caller, open, fruitless, fruitless_time, trial) values (?1, ?2, ?3, ?4, ?5)
  on conflict (caller) do update set
    open = excluded.open, fruitless = excluded.fruitless, fruitless_time = excluded.fruitless_time,
    trial = excluded.trial`;
