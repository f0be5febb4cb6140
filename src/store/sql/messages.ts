// What a number received.

export const listMessages = "select * from messages where order_seq = ?1 order by seq";

export const findMessage = "select seq from messages where order_seq = ?1 and message_id = ?2";

export const insertMessage = `
  insert into messages (order_seq, message_id, sender, text, code, receive_time, late)
  values (?1, ?2, ?3, ?4, ?5, ?6, ?7)
  on conflict (order_seq, message_id) do nothing`;
