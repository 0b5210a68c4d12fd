-- Programs that sign in by themselves: the clients of our authorization server. A client is a dynamic
-- registration (`nxc_…`), or the URL of a client's metadata document, of which this is a copy.
create table app_clients (
  id text not null primary key,
  -- The name, the redirect URIs, and whether the client uses refresh tokens.
  metadata text not null check (json_valid(metadata)),
  created_at integer not null,
  -- When a person last agreed.
  agreed_at integer,
  -- The address that a registration came from, until a person agrees: one address must not use up the room.
  registered_from text,
  -- Until when the copy of a document is fresh. Null for a registration.
  fresh_until integer
) strict, without rowid;

create index app_clients_unused on app_clients (created_at) where agreed_at is null;

-- Requests that a person is looking at, by the SHA-256 of the token in the form.
create table app_requests (
  hash blob not null primary key,
  session_id text not null references sessions (id) on delete cascade,
  client_id text not null,
  request text not null check (json_valid(request)),
  created_at integer not null
) strict, without rowid;

create index app_requests_of_session on app_requests (session_id, created_at);

create index app_requests_of_client on app_requests (client_id);

-- What a person agreed to. It does not change: an agent of the kind `connected_app` has one, from its
-- beginning to its end.
create table app_grants (
  agent_id text not null primary key references agents (id) on delete cascade,
  workspace text not null,
  client_id text not null,
  person_id text not null references people (id) on delete cascade,
  -- How policies name the person, if the person has the role AGENT: then the app may do only what the
  -- policies allow the person.
  person_subject text,
  -- The ids of the integrations, as a JSON list. Null: all of them.
  integrations text check (json_valid(integrations)),
  is_read_only integer not null check (is_read_only in (0, 1)),
  may_refresh integer not null check (may_refresh in (0, 1)),
  scope text not null,
  resource text not null,
  created_at integer not null,
  expires_at integer not null
) strict, without rowid;

create index app_grants_of_person on app_grants (person_id);

create index app_grants_of_client on app_grants (client_id);

create index app_grants_of_workspace on app_grants (workspace, agent_id);

-- Authorization codes, by their SHA-256. A used code stays for a day, so that its second use is noticed.
create table app_codes (
  hash blob not null primary key,
  agent_id text not null references app_grants (agent_id) on delete cascade,
  client_id text not null,
  redirect_uri text not null,
  challenge text not null,
  created_at integer not null,
  used_at integer
) strict, without rowid;

create index app_codes_of_agent on app_codes (agent_id);

-- Access tokens and refresh tokens, with the SHA-256 of their secret parts. A refresh token that was used
-- stays, so that its second use is noticed.
create table app_tokens (
  id text not null primary key,
  agent_id text not null references app_grants (agent_id) on delete cascade,
  kind text not null check (kind in ('access', 'refresh')),
  secret_hash blob not null,
  created_at integer not null,
  expires_at integer not null,
  used_at integer
) strict, without rowid;

create index app_tokens_of_agent on app_tokens (agent_id);
