-- The workspace's OAuth apps. The secret is sealed; the id is not secret.
create table oauth_clients (
  workspace text not null,
  manifest_id text not null,
  client_id text not null,
  sealed blob not null,
  key_id text not null,
  created_at integer not null,
  created_by text not null,
  updated_at integer not null,
  primary key (workspace, manifest_id)
) strict;

-- Authorizations in progress. The browser has `state` and the cookie; this table has their hashes.
create table flows (
  state_hash text not null primary key,
  cookie_hash text not null,
  workspace text not null,
  integration_id text not null references integrations (id) on delete cascade,
  sealed blob not null,
  actor text not null,
  created_at integer not null
) strict, without rowid;

create index flows_by_age on flows (created_at);

create index flows_by_integration on flows (integration_id);

-- Tokens that must be revoked at their provider: the revocation call of each, resolved and sealed.
create table outbox (
  id text not null primary key,
  workspace text not null,
  integration_id text not null,
  token text not null,
  sealed blob not null,
  key_id text not null,
  -- Whether the call revokes the whole grant of `account_id` to `client_id`, including other connections.
  ends_grant integer not null,
  -- Whether a user confirmed that the token is to be revoked nevertheless.
  forced integer not null,
  client_id text,
  account_id text,
  actor text not null,
  attempts integer not null default 0,
  next_at integer not null,
  created_at integer not null
) strict, without rowid;

create index outbox_by_time on outbox (next_at);

alter table credentials add column client_id text;

-- When the access token must be refreshed: before it expires, by a margin.
alter table credentials add column refresh_at integer;

-- When a 401 last caused an early refresh.
alter table credentials add column forced_at integer;
