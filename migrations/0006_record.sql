-- `what` is a digest of action, target and detail, so that each combination has a record of its own.
alter table denials rename to denials_by_action;

drop index denials_by_minute;

create table denials (
  workspace text not null,
  subject text not null,
  minute integer not null,
  what text not null,
  seq integer not null,
  primary key (workspace, subject, minute, what)
) strict, without rowid;

create index denials_by_minute on denials (minute);

insert into denials (workspace, subject, minute, what, seq)
select workspace, subject, minute, action, seq from denials_by_action;

drop table denials_by_action;

-- The versions of workspaces' own manifests that are in key-value storage. A version that no row has named
-- for an hour is deleted.
create table manifest_documents (
  workspace text not null,
  hash text not null,
  unused_since integer,
  primary key (workspace, hash)
) strict, without rowid;

create index manifest_documents_by_hash on manifest_documents (hash);

create index integrations_document on integrations (manifest_hash);

create index manifests_document on manifests (hash);

-- The versions that were saved before; each is in the audit record.
insert or ignore into manifest_documents (workspace, hash)
select workspace, record ->> '$.detail.hash' from audit
  where record ->> '$.action' in ('manifest.create', 'manifest.replace')
  and record ->> '$.detail.hash' <> ''
;

-- The head of each audit chain when the broker signed it. Rows are added and never changed. After 90 days the
-- last head of each day is kept.
create table audit_heads (
  id integer primary key autoincrement,
  workspace text not null,
  seq integer not null,
  hash text not null,
  at text not null,
  mac text not null
) strict;

create index audit_heads_newest on audit_heads (workspace, id);

create index audit_heads_by_age on audit_heads (at);
