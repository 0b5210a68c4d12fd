-- A token that cannot be ended without risk to a connection in use waits here until the last such
-- connection is gone. `kept_at` says since when it waits; null: it does not wait. `created_at` is
-- when it was put here or last woken: the seven days of trying begin there.
alter table outbox add column kept_at integer;

-- When somebody said that connections end with it as they were then; null: nobody did.
alter table outbox add column forced_at integer;

update outbox set forced_at = created_at where forced = 1;

alter table outbox drop column forced;

-- Whether the call may end more than the token, as far as was known when it was given up.
alter table outbox add column cautious integer not null default 1;

update outbox set cautious = client_id is not null;

-- By which manifest it was made; '' for what was written before this was kept.
alter table outbox add column manifest_id text not null default '';

-- The origin of the call that ends it.
alter table outbox add column revocation_server text;

create index outbox_kept on outbox (client_id, account_id) where kept_at is not null;

create index outbox_kept_digest on outbox (digest) where kept_at is not null;

create index outbox_of_integration on outbox (integration_id);

-- The origin of the call that ends the tokens of a connection.
alter table credentials add column revocation_server text;

-- When its provider first accepted it; null: never. A refresh does not change it.
alter table credentials add column verified_at integer;

update credentials set verified_at =
  (select health_at from integrations where id = integration_id and health = 'healthy')
where true;

-- Documents of a workspace's own manifests whose `effect_source` an ADMIN has vouched for.
create table believed_effects (
  workspace text not null,
  hash text not null,
  manifest_id text not null,
  at integer not null,
  by text not null,
  primary key (workspace, hash)
) strict, without rowid;

-- Where a revocation ended more than its token, whatever the manifest says. `workspace` is '' where
-- the manifest is built in: then it is known for all.
create table revocation_findings (
  workspace text not null,
  manifest_id text not null,
  server text not null,
  client_id text not null,
  at integer not null,
  integration_id text not null,
  detail text not null,
  primary key (workspace, manifest_id, server, client_id)
) strict, without rowid;

-- What waits is woken where a connection goes that it may have waited for, whoever lets it go. It is
-- then looked at again; what others still use goes on waiting.
create trigger kept_woken_by_delete before delete on integrations begin
  update outbox set next_at = 0
    where kept_at is not null
      and client_id is (select client_id from credentials where integration_id = old.id)
      and (account_id is null or old.account_id is null or account_id = old.account_id)
      and (client_id is not null or revocation_server is
        (select revocation_server from credentials where integration_id = old.id));
end;

create trigger kept_woken_by_account after update of account_id on integrations
  when old.account_id is not new.account_id begin
  update outbox set next_at = 0
    where kept_at is not null
      and client_id is (select client_id from credentials where integration_id = old.id)
      and (account_id is null or old.account_id is null or account_id = old.account_id)
      and (client_id is not null or revocation_server is
        (select revocation_server from credentials where integration_id = old.id));
end;

create trigger kept_woken_by_client
  after update of client_id, authorization_server, revocation_server on credentials
  when old.client_id is not new.client_id
    or old.authorization_server is not new.authorization_server
    or old.revocation_server is not new.revocation_server begin
  update outbox set next_at = 0
    where kept_at is not null and client_id is old.client_id
      and (client_id is not null or revocation_server is old.revocation_server);
end;

create trigger kept_woken_by_token after delete on token_digests begin
  update outbox set next_at = 0 where kept_at is not null and digest = old.digest;
end;
