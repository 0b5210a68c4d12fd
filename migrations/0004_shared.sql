-- Random keys of the application, sealed like every secret. They outlive the encryption keys that seal them.
create table data_keys (
  workspace text not null,
  id text not null,
  sealed blob not null,
  key_id text not null,
  primary key (workspace, id)
) strict, without rowid;

-- Keyed digests of the secrets of live credentials, to find out whether a token to be revoked is in use.
create table token_digests (
  digest text not null,
  integration_id text not null references integrations (id) on delete cascade,
  primary key (digest, integration_id)
) strict, without rowid;

create index token_digests_by_integration on token_digests (integration_id);

-- The origin of the token endpoint at which `client_id` is registered.
alter table credentials add column authorization_server text;

-- When the credential was entered or connected. A refresh does not change it.
alter table credentials add column connected_at integer not null default 0;

alter table outbox add column authorization_server text;

-- The digest of the token to be revoked.
alter table outbox add column digest text;

-- To find the connections of a grant, and those whose account is not known.
create index integrations_account on integrations (account_id) where account_id is not null;

create index integrations_without_account on integrations (workspace) where account_id is null;

create index credentials_client on credentials (client_id) where client_id is not null;
