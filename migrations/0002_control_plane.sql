-- The record of every change and denied attempt: a chain per workspace, in which each record holds the hash
-- of the previous one. `record` is exactly the text that was hashed.
create table audit (
  workspace text not null,
  seq integer not null,
  at integer not null,
  record text not null check (json_valid(record)),
  hash text not null,
  -- For a denied attempt: how often it happened in its minute. A later record confirms the count; this
  -- record's hash does not include it.
  count integer not null default 1,
  primary key (workspace, seq)
) strict, without rowid;

-- Denied attempts of minutes whose count is not in the chain yet.
create table denials (
  workspace text not null,
  subject text not null,
  action text not null,
  minute integer not null,
  seq integer not null,
  primary key (workspace, subject, action, minute)
) strict, without rowid;

create index denials_by_minute on denials (minute);

-- The usage by agents per minute. The broker writes it after a call has ended.
create table usage (
  id integer primary key,
  workspace text not null,
  integration_id text not null,
  minute integer not null,
  agent text not null,
  calls integer not null default 0,
  errors integer not null default 0,
  bytes integer not null default 0,
  unique (workspace, integration_id, minute, agent)
) strict;

create index usage_by_minute on usage (minute);

-- Pruning is by age, over all workspaces.
create index events_by_age on events (at);

-- When the tick checks a credential again. A tick takes a credential by moving this time ahead, so that only
-- one of two concurrent ticks checks it.
alter table credentials add column check_at integer not null default 0;

create index credentials_by_check on credentials (check_at);

-- The credentials that were sealed with another key.
create index credentials_by_key on credentials (key_id);

-- The item of a workspace's own manifest in the catalogue's list, so that the list reads no documents.
alter table manifests add column summary text not null default '{}' check (json_valid(summary));

-- A page of integrations is read from this index alone: twenty neighbours instead of twenty lookups.
drop index integrations_newest;

create unique index integrations_newest on integrations (workspace, id, doc);
