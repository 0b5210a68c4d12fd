-- Random keys of the app's own, sealed like everything that is secret. They outlive the encryption
-- keys that seal them.
create table data_keys (
  workspace text not null,
  id text not null,
  sealed blob not null,
  key_id text not null,
  primary key (workspace, id)
) strict, without rowid;

-- Keyed digests of the secrets of live credentials: what a revocation would end may be in use.
create table token_digests (
  digest text not null,
  integration_id text not null references integrations (id) on delete cascade,
  primary key (digest, integration_id)
) strict, without rowid;

create index token_digests_by_integration on token_digests (integration_id);

-- Which token endpoint, by origin, `client_id` is registered at.
alter table credentials add column authorization_server text;

-- When it was entered or connected; a refresh does not change it.
alter table credentials add column connected_at integer not null default 0;

alter table outbox add column authorization_server text;

-- The digest of the token that ends.
alter table outbox add column digest text;

-- Whose grants are whose, and of which that is not known.
create index integrations_account on integrations (account_id) where account_id is not null;

create index integrations_without_account on integrations (workspace) where account_id is null;

create index credentials_client on credentials (client_id) where client_id is not null;
