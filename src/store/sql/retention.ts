// What is past its keeping. `forgetting` holds the orders at hand, within a transaction.

export const chooseTexts = `
  insert into forgetting
  select seq from orders where holds_texts = 1 and end_time < ?1 order by end_time limit ?2`;

/** What may have bought is settled first, and what stands under another order goes first. */
export const chooseOrders = `
  insert into forgetting
  select seq from orders
  where holds_texts in (0, 1) and end_time < ?1 and not exists (
    select 1 from attempts
    where order_seq = seq and (outcome is null or outcome = 'UNCERTAIN'))
    and not exists (select 1 from orders below where below.parent = orders.seq)
  limit ?2`;

const chosen = "order_seq in (select order_seq from forgetting)";

export const forgetMessages = `delete from messages where ${chosen}`;

export const forgetCodes = `
  update orders set code = null, holds_texts = 0 where seq in (select order_seq from forgetting)`;

/** In this order: what refers to another goes first. */
export const FORGET_ORDERS = [
  forgetMessages,
  `delete from labels where ${chosen}`,
  `delete from entries where ${chosen}`,
  `delete from history where ${chosen}`,
  `delete from attempts where ${chosen}`,
  "delete from orders where seq in (select order_seq from forgetting)",
];

export const forgetChoice = "delete from forgetting";
