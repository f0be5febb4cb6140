// Times are milliseconds since the epoch, money is integer millionths of the currency's unit.
//
// An order has ended when it has an end_time, so the schema does not repeat which statuses are terminal.

const ledger = `
create table verifications (
  seq              integer primary key autoincrement,
  verification_id  text not null unique,
  version          integer not null,
  caller           text not null,
  request_id       text not null,
  fingerprint      text not null,
  request          text not null,
  country          text not null,
  service          text not null,
  status           text not null,
  upstream         text,
  provider         text,
  offer_id         text,
  offer_ref        text,
  quoted_micros    integer,
  quoted_currency  text,
  order_ref        text,
  phone_number     text,
  number_as_sold   text,
  price_micros     integer,
  price_currency   text,
  refund_micros    integer,
  refund_currency  text,
  code             text,
  code_time        integer,
  create_time      integer not null,
  expire_time      integer,
  cancellable_time integer,
  end_time         integer,
  unique (caller, request_id)
) strict;

create index verifications_by_caller on verifications (caller, seq);
create index verifications_open on verifications (caller, upstream) where end_time is null;
create index verifications_by_order on verifications (upstream, order_ref) where order_ref is not null;

create table labels (
  verification  integer not null references verifications (seq),
  caller        text not null,
  key           text not null,
  value         text not null,
  primary key (verification, key)
) strict, without rowid;

create index labels_by_value on labels (caller, key, value, verification);

create table attempts (
  verification     integer not null references verifications (seq),
  number           integer not null,
  upstream         text not null,
  offer_id         text not null,
  quoted_micros    integer not null,
  quoted_currency  text not null,
  explanation      text not null,
  start_time       integer not null,
  outcome          text,
  reason           text,
  end_time         integer,
  primary key (verification, number)
) strict, without rowid;

-- What may have bought is never followed by another attempt.
create unique index attempts_live on attempts (verification) where outcome is distinct from 'REFUSED';

create table messages (
  seq           integer primary key,
  verification  integer not null references verifications (seq),
  message_id    text not null,
  sender        text,
  text          text not null,
  code          text,
  receive_time  integer not null,
  unique (verification, message_id)
) strict;

create table entries (
  seq           integer primary key autoincrement,
  verification  integer not null,
  attempt       integer not null,
  caller        text not null,
  kind          text not null check (kind in ('reserve', 'charge', 'release', 'refund')),
  micros        integer not null check (micros >= 0),
  currency      text not null,
  time          integer not null,
  unique (verification, attempt, kind),
  foreign key (verification, attempt) references attempts (verification, number)
) strict;

create trigger entries_are_not_changed before update on entries
begin select raise(abort, 'entries are only ever added'); end;
create trigger entries_are_not_deleted before delete on entries
begin select raise(abort, 'entries are only ever added'); end;

-- The sums of entries, by the UTC day on which their attempt began.
create table spending (
  caller    text not null,
  day       integer not null,
  currency  text not null,
  micros    integer not null,
  primary key (caller, day, currency)
) strict, without rowid;

create table catalogs (
  upstream    text primary key,
  format      integer not null,
  fetch_time  integer not null,
  payload     text not null
) strict;

create table calls (
  upstream  text not null,
  verb      text not null,
  time      integer not null
) strict;

create index calls_by_upstream on calls (upstream, time);
`;

const learned = `
create table learned (
  kind   text not null,
  key    text not null,
  value  text not null,
  time   integer not null,
  primary key (kind, key)
) strict, without rowid;
`;

/**
 * Rentals and eSIMs are orders too. What was booked before history was kept is carried over: one event for each order,
 * with all its entries.
 */
const orders = `
alter table verifications rename to orders;
alter table orders rename column verification_id to order_id;
alter table orders add column product text not null default 'VERIFICATION';
-- Whether there is a message, or a code that came with one.
alter table orders add column holds_texts integer not null default 0;

alter table labels rename column verification to order_seq;
alter table attempts rename column verification to order_seq;
alter table messages rename column verification to order_seq;
alter table messages add column late integer not null default 0;

update orders set holds_texts = 1 where seq in (select order_seq from messages);

drop index verifications_by_caller;
drop index verifications_open;
drop index verifications_by_order;
create index orders_by_caller on orders (caller, product, seq);
create index orders_open on orders (caller, seq, product, upstream) where end_time is null;
create index orders_by_end on orders (caller, product, status, seq) where end_time is not null;
create index orders_by_upstream on orders (upstream, order_ref) where order_ref is not null;
create index orders_ended on orders (holds_texts, end_time) where end_time is not null;
create index attempts_by_start on attempts (start_time);

-- One event for each version of an order, with the attempt that it is about as that was then.
create table history (
  seq        integer primary key autoincrement,
  order_seq  integer not null references orders (seq),
  version    integer not null,
  time       integer not null,
  caller     text not null,
  change     text not null,
  status     text not null,
  attempt    integer,
  outcome    text,
  reason     text,
  unique (order_seq, version)
) strict;

create index history_by_caller on history (caller, seq);
create index history_by_time on history (time);

insert into history (order_seq, version, time, caller, change, status)
select seq, version,
  max(create_time, coalesce(code_time, 0), coalesce(end_time, 0),
    coalesce((select max(time) from entries where verification = orders.seq), 0)),
  caller, 'carried_over', status
from orders order by seq;

alter table entries rename to old_entries;

-- The money that moved with one version of an order.
create table entries (
  order_seq  integer not null,
  attempt    integer not null,
  kind       text not null check (kind in ('reserve', 'charge', 'release', 'refund')),
  version    integer not null,
  caller     text not null,
  micros     integer not null check (micros >= 0),
  currency   text not null,
  time       integer not null,
  primary key (order_seq, attempt, kind),
  foreign key (order_seq, attempt) references attempts (order_seq, number),
  foreign key (order_seq, version) references history (order_seq, version)
) strict, without rowid;

insert into entries (order_seq, attempt, kind, version, caller, micros, currency, time)
select e.verification, e.attempt, e.kind, o.version, e.caller, e.micros, e.currency, e.time
from old_entries e join orders o on o.seq = e.verification;

drop table old_entries;

-- The orders that are being forgotten, for as long as that takes: their history and entries may be deleted.
create table forgetting (
  order_seq  integer primary key
) strict;

create trigger entries_are_not_changed before update on entries
begin select raise(abort, 'entries are only ever added'); end;
create trigger entries_are_not_deleted before delete on entries
when old.order_seq not in (select order_seq from forgetting)
begin select raise(abort, 'entries are only ever added'); end;
create trigger history_is_not_changed before update on history
begin select raise(abort, 'history is only ever added to'); end;
create trigger history_is_not_deleted before delete on history
when old.order_seq not in (select order_seq from forgetting)
begin select raise(abort, 'history is only ever added to'); end;

create index spending_by_day on spending (day);

-- The sums of the entries that were forgotten: with them, spending is the sums of all entries there ever were.
create table forgotten (
  day       integer not null,
  caller    text not null,
  currency  text not null,
  micros    integer not null,
  primary key (day, caller, currency)
) strict, without rowid;

-- For each caller, how many orders have not ended; how many numbers in a row got no message, and when the last of them
-- ended; and the order that was allowed after a rest.
create table callers (
  caller          text primary key,
  open            integer not null,
  fruitless       integer not null default 0,
  fruitless_time  integer,
  trial           integer
) strict, without rowid;

insert into callers (caller, open)
select caller, sum(end_time is null) from orders group by caller;

create table balances (
  upstream  text not null,
  provider  text not null,
  micros    integer not null,
  currency  text not null,
  time      integer not null,
  primary key (upstream, provider)
) strict, without rowid;
`;

/** An extension of a rental, and a verification that waits on one, are orders under that rental's. */
const rentals = `
alter table orders add column parent integer references orders (seq);
alter table orders add column days integer;
alter table orders add column message_count integer not null default 0;
-- The end of which it was told that it is near.
alter table orders add column warned_time integer;
alter table orders add column extend_time integer;
alter table orders add column renew_days integer;
alter table orders add column renew_micros integer;
alter table orders add column renew_currency text;
alter table orders add column activation_code text;

create index orders_by_parent on orders (parent, seq) where parent is not null;
create index orders_open_by_product on orders (product) where end_time is null;

-- While nobody knows whether one was bought, no other begins.
create unique index extensions_open on orders (parent) where product = 'EXTENSION' and end_time is null;
`;

/** Migration n is the nth. A published one is never edited. */
export const SQLITE_MIGRATIONS: readonly string[] = [ledger, learned, orders, rentals];
