-- Deleted integrations, kept for 90 days, and for as long as a token of theirs waits to be revoked. `seq` and `hash` are
-- those of the audit record of the deletion, `settled_…` those of the record that says what became of the tokens.
create table deletions (
  id text not null primary key,
  workspace text not null,
  slug text,
  name text not null,
  manifest_id text not null,
  account text,
  deleted_at integer not null,
  deleted_by text not null,
  seq integer not null,
  hash text not null,
  settled_at integer,
  settled_seq integer,
  settled_hash text,
  -- The name as searches compare it. SQLite lowers ASCII only.
  name_key text not null default ''
) strict, without rowid;

create index deletions_newest on deletions (workspace, deleted_at, id);

create index deletions_by_age on deletions (deleted_at);

-- What became of each token of a deletion. The broker changes the state when it has asked the provider.
create table receipts (
  integration_id text not null references deletions (id) on delete cascade,
  number integer not null,
  entry_id text,
  token text not null,
  state text not null,
  detail text not null,
  at integer not null,
  primary key (integration_id, number)
) strict, without rowid;

create index receipts_by_entry on receipts (entry_id) where entry_id is not null;

-- The deletions of before, as far as the audit record has them.
insert or ignore into deletions (id, workspace, name, manifest_id, deleted_at, deleted_by, seq, hash, name_key)
select record ->> '$.target', workspace, coalesce(record ->> '$.detail.name', record ->> '$.target'),
  coalesce(record ->> '$.detail.manifest_id', ''), at, record ->> '$.actor', seq, hash,
  lower(coalesce(record ->> '$.detail.name', ''))
  from audit
  where at > unixepoch() * 1000 - 7776000000 and record ->> '$.action' = 'integration.delete'
    and record ->> '$.outcome' = 'done' and record ->> '$.target' is not null
;

insert into receipts (integration_id, number, token, state, detail, at)
select d.id, r.key + 1, r.value ->> '$.token', r.value ->> '$.state', r.value ->> '$.detail', d.deleted_at
  from deletions d join audit a on a.workspace = d.workspace and a.seq = d.seq,
    json_each(a.record, '$.detail.revocation') r
;

-- What the events say since, if only one token has that name.
update receipts set
  state = e.detail ->> '$.state', detail = coalesce(e.detail ->> '$.detail', ''), at = e.at
  from deletions d, events e
  where d.id = receipts.integration_id and e.id = (
      select max(id) from events
      where workspace = d.workspace and integration_id = d.id and kind = 'integration.revocation'
        and at >= d.deleted_at and detail ->> '$.token' = receipts.token)
    and e.detail ->> '$.state' is not null
    and 1 = (select count(*) from receipts o
      where o.integration_id = receipts.integration_id and o.token = receipts.token)
;

update receipts set entry_id = (select min(id) from outbox
    where integration_id = receipts.integration_id and token = receipts.token)
  where state in ('pending', 'superseded') and 1 = (select count(*) from outbox
    where integration_id = receipts.integration_id and token = receipts.token)
;
