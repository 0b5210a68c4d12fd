-- A statement ends with a line that is not indented and ends with `;`; the bodies of triggers are indented.
-- The build splits the file here, because SQLite receives one statement at a time.

create table integrations (
  id text not null primary key,
  workspace text not null,
  slug text not null,
  name text not null,
  name_key text not null,
  manifest_id text not null,
  manifest_hash text not null,
  auth_method text not null,
  status text not null default 'active' check (status in ('active', 'inactive')),
  health text not null check (health in ('pending', 'unknown', 'healthy', 'failing', 'reauthorize')),
  health_at integer,
  health_detail text,
  account_id text,
  account_label text,
  params text not null default '{}' check (json_valid(params)),
  scopes text not null default '{"requested":[],"granted":[],"missing":[]}' check (json_valid(scopes)),
  policy text not null default '{"agents":["*"],"rules":[]}' check (json_valid(policy)),
  hint text,
  expires_at integer,
  key_id text,
  created_at integer not null,
  created_by text not null,
  updated_at integer not null,
  last_used_at integer,
  version integer not null default 1,
  -- The API's JSON of an integration, computed when the row is written, so that reading a page only joins
  -- strings.
  doc text not null generated always as (json_object(
    'id', id,
    'slug', slug,
    'manifest_id', manifest_id,
    'name', name,
    'auth_method', auth_method,
    'status', status,
    'health', json_object(
      'state', health,
      'checked_at', strftime('%Y-%m-%dT%H:%M:%fZ', health_at / 1000.0, 'unixepoch'),
      'detail', health_detail,
      'next_action', case health
        when 'pending' then 'reconnect'
        when 'reauthorize' then iif(auth_method = 'oauth2', 'reconnect', 'replace_key')
        when 'failing' then 'retry'
      end),
    'account', iif(account_id is null and account_label is null, null,
      json_object('id', account_id, 'label', account_label)),
    'params', json(params),
    'scopes', json(scopes),
    'credential', iif(key_id is null, null, json_object(
      'hint', hint,
      'expires_at', strftime('%Y-%m-%dT%H:%M:%fZ', expires_at / 1000.0, 'unixepoch'),
      'key_id', key_id)),
    'policy', json(policy),
    'created_at', strftime('%Y-%m-%dT%H:%M:%fZ', created_at / 1000.0, 'unixepoch'),
    'created_by', created_by,
    'updated_at', strftime('%Y-%m-%dT%H:%M:%fZ', updated_at / 1000.0, 'unixepoch'),
    'last_used_at', strftime('%Y-%m-%dT%H:%M:%fZ', last_used_at / 1000.0, 'unixepoch'),
    'version', version)) stored
) strict;

create unique index integrations_newest on integrations (workspace, id);

create unique index integrations_slug on integrations (workspace, slug);

create unique index integrations_name on integrations (workspace, name_key);

create index integrations_manifest on integrations (workspace, manifest_id);

create table credentials (
  integration_id text not null primary key references integrations (id) on delete cascade,
  workspace text not null,
  sealed blob not null,
  key_id text not null,
  hint text,
  expires_at integer,
  version integer not null default 1,
  lease_until real,
  attempt text,
  updated_at integer not null
) strict;

-- These triggers are the only writer of the three facts of a credential that the API shows.
create trigger credentials_inserted after insert on credentials begin
  update integrations set hint = new.hint, expires_at = new.expires_at, key_id = new.key_id
    where id = new.integration_id;
end;

create trigger credentials_updated after update of hint, expires_at, key_id on credentials begin
  update integrations set hint = new.hint, expires_at = new.expires_at, key_id = new.key_id
    where id = new.integration_id;
end;

create table events (
  id integer primary key autoincrement,
  workspace text not null,
  integration_id text not null,
  at integer not null,
  kind text not null,
  actor text not null,
  detail text not null default '{}' check (json_valid(detail)),
  request_id text not null
) strict;

create index events_newest on events (workspace, integration_id, id);

-- The workspace's own manifests. The documents are in key-value storage, under their hashes.
create table manifests (
  workspace text not null,
  id text not null,
  hash text not null,
  created_at integer not null,
  created_by text not null,
  updated_at integer not null,
  primary key (workspace, id)
) strict, without rowid;

-- The fingerprint of each encryption key when its id was first used. Other bytes under a known id are a
-- mistake of the deployment, not a new key.
create table key_fingerprints (
  key_id text not null primary key,
  fingerprint blob not null,
  seen_at integer not null
) strict;
