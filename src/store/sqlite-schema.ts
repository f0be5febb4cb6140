// Times are milliseconds since the epoch, money is integer millionths of the currency's unit.
//
// A verification has ended when it has an end_time, so the schema does not repeat which statuses are terminal.

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

/** Migration n is the nth. A published one is never edited. */
export const SQLITE_MIGRATIONS: readonly string[] = [ledger, learned];
