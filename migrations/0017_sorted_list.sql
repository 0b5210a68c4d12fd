-- The orders of the list. A missing time sorts as what it means: an integration that was never used was used longest
-- ago, and a credential without an end expires last. `health_rank` goes from what works to what a person must repair.
alter table integrations add column used_rank integer generated always as (coalesce(last_used_at, 0)) virtual;

alter table integrations add column expires_rank integer generated always as (
  coalesce(expires_at, 9223372036854775807)
) virtual;

alter table integrations add column health_rank integer generated always as (
  case health when 'healthy' then 0 when 'unknown' then 1 when 'pending' then 2 when 'failing' then 3 else 4 end
) virtual;

create index integrations_by_updated on integrations (workspace, updated_at, id);

create index integrations_by_used on integrations (workspace, used_rank, id);

create index integrations_by_expires on integrations (workspace, expires_rank, id);

create index integrations_by_status on integrations (workspace, status, id);

create index integrations_by_health on integrations (workspace, health_rank, id);

drop index integrations_manifest;

create index integrations_manifest on integrations (workspace, manifest_id, id);

-- The state by which integrations are counted and shown: the health, but `choose` for an integration with a credential
-- that waits for a choice.
alter table integrations add column counted_state text generated always as (
  iif(health = 'pending' and key_id is not null, 'choose', health)
) virtual;

-- An integration whose provider has not granted access yet, so that it has no credential, is a draft. It is in no list but that of `health=pending`,
-- and it is deleted when its last sign-in can no longer be finished: eleven minutes after it began, because a browser
-- that comes back in the last of ten minutes waits for the provider. Those of before this version have no end: whoever
-- made them was not told that they would be deleted. A later sign-in gives them one, as it does to any draft.
alter table integrations add column is_draft integer generated always as (health = 'pending' and key_id is null) virtual;

alter table integrations add column draft_ends_at integer;

create index integrations_drafts on integrations (draft_ends_at) where health = 'pending' and key_id is null;

create trigger draft_prolonged after insert on flows begin
  update integrations set draft_ends_at = new.created_at + 660000
    where id = new.integration_id and is_draft;
end;

drop index integrations_newest;

create unique index integrations_newest on integrations (workspace, is_draft, id, doc, counted_state);

-- How many integrations a workspace has, by state and provider. The triggers are the only writers, so that the counts
-- of a large workspace cost a few rows.
create table integration_counts (
  workspace text not null,
  manifest_id text not null,
  status text not null,
  state text not null,
  count integer not null,
  primary key (workspace, manifest_id, status, state)
) strict, without rowid;

insert into integration_counts (workspace, manifest_id, status, state, count)
select workspace, manifest_id, status, counted_state, count(*) from integrations
  group by workspace, manifest_id, status, counted_state
;

create trigger integration_counted after insert on integrations begin
  insert into integration_counts (workspace, manifest_id, status, state, count)
    values (new.workspace, new.manifest_id, new.status, new.counted_state, 1)
    on conflict (workspace, manifest_id, status, state) do update set count = count + 1;
end;

create trigger integration_uncounted after delete on integrations begin
  update integration_counts set count = count - 1
    where workspace = old.workspace and manifest_id = old.manifest_id and status = old.status
      and state = old.counted_state;
  delete from integration_counts
    where workspace = old.workspace and manifest_id = old.manifest_id and status = old.status
      and state = old.counted_state and count = 0;
end;

create trigger integration_counted_again after update of workspace, manifest_id, status, health, key_id on integrations
  when old.status is not new.status or old.counted_state is not new.counted_state
    or old.manifest_id is not new.manifest_id or old.workspace is not new.workspace begin
  update integration_counts set count = count - 1
    where workspace = old.workspace and manifest_id = old.manifest_id and status = old.status
      and state = old.counted_state;
  delete from integration_counts
    where workspace = old.workspace and manifest_id = old.manifest_id and status = old.status
      and state = old.counted_state and count = 0;
  insert into integration_counts (workspace, manifest_id, status, state, count)
    values (new.workspace, new.manifest_id, new.status, new.counted_state, 1)
    on conflict (workspace, manifest_id, status, state) do update set count = count + 1;
end;
