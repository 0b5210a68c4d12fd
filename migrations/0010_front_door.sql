-- The people of a workspace. A person of an outside issuer, or of the deployment's identity provider, appears
-- when first seen; `issuer` and `subject` are theirs.
create table people (
  id text not null primary key,
  workspace text not null,
  name text not null,
  email text,
  role text not null check (role in ('ADMIN', 'MANAGER', 'AGENT')),
  source text not null check (source in ('oidc', 'local', 'issuer')),
  issuer text,
  subject text,
  -- Whether a link from the machine made the person. Such a link finds only people whom one made.
  by_machine integer not null default 0 check (by_machine in (0, 1)),
  status text not null default 'active' check (status in ('active', 'disabled')),
  created_at integer not null,
  last_seen_at integer
) strict, without rowid;

create index people_of_workspace on people (workspace, id);

create index people_by_subject on people (issuer, subject) where subject is not null;

-- The agents of a workspace. An agent of an outside issuer appears when first seen.
create table agents (
  id text not null primary key,
  workspace text not null,
  name text not null,
  name_key text not null,
  description text not null default '',
  -- The id of the person who answers for it.
  owner text,
  kind text not null check (kind in ('registered', 'connected_app', 'outside')),
  status text not null default 'active' check (status in ('active', 'disabled')),
  issuer text,
  subject text,
  created_at integer not null,
  created_by text not null,
  last_used_at integer,
  last_used_from text
) strict, without rowid;

create unique index agents_name on agents (workspace, name_key);

create index agents_of_workspace on agents (workspace, id);

create index agents_by_subject on agents (workspace, subject) where subject is not null;

-- The keys of agents. A key of ours has the SHA-256 of its secret part; a key of the agent's own has its public
-- JWK.
create table agent_keys (
  id text not null primary key,
  agent_id text not null references agents (id) on delete cascade,
  workspace text not null,
  name text not null default '',
  secret_hash blob,
  public_key text check (json_valid(public_key)),
  created_at integer not null,
  created_by text not null,
  expires_at integer,
  check ((secret_hash is null) <> (public_key is null))
) strict, without rowid;

create index agent_keys_of_agent on agent_keys (agent_id);

-- Browsers that are signed in, by the SHA-256 of the cookie.
create table sessions (
  id text not null primary key,
  secret_hash blob not null unique,
  workspace text not null,
  person_id text not null references people (id) on delete cascade,
  -- `link`, `invitation`, `sign_in_link`, `oidc` or `passkey`.
  method text not null,
  created_at integer not null,
  used_at integer not null
) strict, without rowid;

create index sessions_of_person on sessions (person_id);

-- Invitations: one-time links, by the SHA-256 of the secret in the link. Each is for a new person, or for one who
-- signs in again.
create table invitations (
  id text not null primary key,
  secret_hash blob not null unique,
  workspace text not null,
  -- The id of the person who signs in again with this link.
  for_person text references people (id) on delete cascade,
  -- The role, name and address of a new person.
  role text check (role in ('ADMIN', 'MANAGER')),
  name text,
  email text,
  created_by text not null,
  -- The id of the ADMIN who made it, as whom it counts.
  person_id text not null,
  created_at integer not null,
  expires_at integer not null,
  check ((role is null) <> (for_person is null))
) strict, without rowid;

create index invitations_of_workspace on invitations (workspace, id);

create index invitations_of_person on invitations (for_person) where for_person is not null;

-- Proofs that count once: signed links from the machine, and the `jti` of tokens that agents sign. By a SHA-256
-- of what makes them unique, until they expire.
create table used_proofs (
  hash blob not null primary key,
  expires_at integer not null
) strict, without rowid;

create index used_proofs_by_age on used_proofs (expires_at);

-- What is stopped at once: nothing in scope is used or signed in.
create table stops (
  id text not null primary key,
  workspace text not null,
  scope text not null check (scope in ('agent', 'person', 'integration', 'provider', 'workspace')),
  target text,
  reason text not null,
  created_at integer not null,
  created_by text not null
) strict, without rowid;

create index stops_of_workspace on stops (workspace);

-- Who began a flow, who must still be welcome when the browser comes back.
alter table flows add column basis text check (json_valid(basis));

-- An agent's last use follows the usage. Usage names an agent by the subject of its token, which is its id
-- unless an outside issuer chose it.
create trigger agent_used_first after insert on usage begin
  update agents set last_used_at = cast(unixepoch('subsec') * 1000 as integer)
    where workspace = new.workspace and (id = new.agent or subject = new.agent)
      and coalesce(last_used_at, 0) < (unixepoch('subsec') - 10) * 1000;
end;

create trigger agent_used_again after update of calls on usage begin
  update agents set last_used_at = cast(unixepoch('subsec') * 1000 as integer)
    where workspace = new.workspace and (id = new.agent or subject = new.agent)
      and coalesce(last_used_at, 0) < (unixepoch('subsec') - 10) * 1000;
end;
