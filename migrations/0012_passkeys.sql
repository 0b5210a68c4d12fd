-- Passkeys: public keys of the authenticators of people who sign in here (WebAuthn). An authenticator holds the
-- private key. The user handle in a passkey is the id of its person.
create table passkeys (
  id text not null primary key,
  workspace text not null,
  person_id text not null references people (id) on delete cascade,
  name text not null,
  credential_id blob not null unique,
  -- The COSE key (RFC 9052, 7), and its algorithm (RFC 9053).
  public_key blob not null,
  algorithm integer not null,
  -- How often the authenticator had signed when it was last used here. 0 if it does not count.
  sign_count integer not null,
  -- Whether the authenticator may copy the passkey to other devices, and whether it has.
  backup_eligible integer not null check (backup_eligible in (0, 1)),
  backed_up integer not null check (backed_up in (0, 1)),
  transports text not null check (json_valid(transports)),
  created_at integer not null,
  last_used_at integer
) strict, without rowid;

create index passkeys_of_person on passkeys (person_id, id);

-- The keys from which challenges for authenticators follow. A new one is made each day, and the last one stays
-- valid for the challenges that were made with it.
create table challenge_keys (
  id integer not null primary key,
  key blob not null,
  created_at integer not null
) strict;
