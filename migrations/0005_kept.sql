-- A token that cannot be revoked without risk to a connection in use is kept here until the last such
-- connection is gone. `kept_at` is when it began to wait; null: it does not wait. `created_at` is when it was
-- added or last woken; the seven days of retries begin at that time.
alter table outbox add column kept_at integer;

-- When a user confirmed that the connections of that time may end with the token; null: nobody did.
alter table outbox add column forced_at integer;

update outbox set forced_at = created_at where forced = 1;

alter table outbox drop column forced;

-- Whether the call may revoke more than the token, as far as was known when the token was given up.
alter table outbox add column cautious integer not null default 1;

update outbox set cautious = client_id is not null;

-- The manifest that the token was issued under; '' for rows from before this column existed.
alter table outbox add column manifest_id text not null default '';

-- The origin of the revocation call.
alter table outbox add column revocation_server text;

create index outbox_kept on outbox (client_id, account_id) where kept_at is not null;

create index outbox_kept_digest on outbox (digest) where kept_at is not null;

create index outbox_of_integration on outbox (integration_id);

-- The origin of the revocation call for the connection's tokens.
alter table credentials add column revocation_server text;

-- When the provider first accepted the credential; null: never. A refresh does not change it.
alter table credentials add column verified_at integer;

update credentials set verified_at =
  (select health_at from integrations where id = integration_id and health = 'healthy')
where true;

-- Documents of a workspace's own manifests whose `effect_source` an ADMIN has confirmed.
create table believed_effects (
  workspace text not null,
  hash text not null,
  manifest_id text not null,
  at integer not null,
  by text not null,
  primary key (workspace, hash)
) strict, without rowid;

-- Revocations that ended more than their token, whatever the manifest says. `workspace` is '' where the
-- manifest is built in; then the finding applies to all workspaces.
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

-- When a connection is removed, by any writer, the tokens that may have waited for it are woken. They are
-- then checked again, and those that other connections still use continue to wait.
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
