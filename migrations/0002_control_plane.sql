-- The record of every change and denied attempt: per workspace a chain, each link of which holds
-- the hash of the one before. `record` is the very text that was hashed.
create table audit (
  workspace text not null,
  seq integer not null,
  at integer not null,
  record text not null check (json_valid(record)),
  hash text not null,
  -- Of a denied attempt: how often in its minute. Confirmed by a later link, not by this one.
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

-- What agents did, per minute: written by the broker after a call has ended.
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

-- Pruning goes by age, over all workspaces.
create index events_by_age on events (at);

-- When tick tries a credential again; taken by moving it ahead, so that of two ticks one does.
alter table credentials add column check_at integer not null default 0;

create index credentials_by_check on credentials (check_at);

-- Which credentials another key sealed.
create index credentials_by_key on credentials (key_id);

-- What the catalogue's list shows of a workspace's own manifest, so that the list reads no documents.
alter table manifests add column summary text not null default '{}' check (json_valid(summary));

-- A page of integrations is read from this index alone, twenty neighbours instead of twenty lookups.
drop index integrations_newest;

create unique index integrations_newest on integrations (workspace, id, doc);
