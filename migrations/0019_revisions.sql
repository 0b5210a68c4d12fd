-- Instances keep what they have read of callers and integrations, and read it again once one of these numbers has changed.
-- `rights` changes with what a call's right depends on, `places` with `calls_at_work`. Both are written by triggers alone, in
-- the transaction of the change. Usage and counters, which are written all the time, change neither. Each change draws a
-- number at random, because a count would repeat: after a backup was put back in place, the next changes would reach numbers
-- that an instance has seen with other rows.
create table revisions (
  id integer primary key check (id = 1),
  rights integer not null,
  places integer not null
) strict;

insert into revisions (id, rights, places) values (1, random(), random());

create trigger rights_integrations_inserted after insert on integrations begin
  update revisions set rights = random();
end;

create trigger rights_integrations_updated after update of id, workspace, slug, name, manifest_id, manifest_hash, status, health, account_id, account_label, params, policy on integrations begin
  update revisions set rights = random();
end;

create trigger rights_integrations_deleted after delete on integrations begin
  update revisions set rights = random();
end;

create trigger rights_credentials_inserted after insert on credentials begin
  update revisions set rights = random();
end;

create trigger rights_credentials_updated after update of integration_id, workspace, sealed, version, expires_at, refresh_at on credentials begin
  update revisions set rights = random();
end;

create trigger rights_credentials_deleted after delete on credentials begin
  update revisions set rights = random();
end;

create trigger rights_stops_inserted after insert on stops begin
  update revisions set rights = random();
end;

create trigger rights_stops_updated after update on stops begin
  update revisions set rights = random();
end;

create trigger rights_stops_deleted after delete on stops begin
  update revisions set rights = random();
end;

create trigger rights_agents_inserted after insert on agents begin
  update revisions set rights = random();
end;

create trigger rights_agents_updated after update of id, workspace, owner, kind, status on agents begin
  update revisions set rights = random();
end;

create trigger rights_agents_deleted after delete on agents begin
  update revisions set rights = random();
end;

create trigger rights_agent_keys_inserted after insert on agent_keys begin
  update revisions set rights = random();
end;

create trigger rights_agent_keys_updated after update of id, agent_id, expires_at on agent_keys begin
  update revisions set rights = random();
end;

create trigger rights_agent_keys_deleted after delete on agent_keys begin
  update revisions set rights = random();
end;

create trigger rights_people_inserted after insert on people begin
  update revisions set rights = random();
end;

create trigger rights_people_updated after update of id, workspace, role, status on people begin
  update revisions set rights = random();
end;

create trigger rights_people_deleted after delete on people begin
  update revisions set rights = random();
end;

create trigger rights_sessions_inserted after insert on sessions begin
  update revisions set rights = random();
end;

create trigger rights_sessions_updated after update of id, person_id, created_at, used_at on sessions begin
  update revisions set rights = random();
end;

create trigger rights_sessions_deleted after delete on sessions begin
  update revisions set rights = random();
end;

create trigger rights_app_grants_inserted after insert on app_grants begin
  update revisions set rights = random();
end;

create trigger rights_app_grants_updated after update of agent_id, person_id, person_subject on app_grants begin
  update revisions set rights = random();
end;

create trigger rights_app_grants_deleted after delete on app_grants begin
  update revisions set rights = random();
end;

create trigger rights_app_tokens_inserted after insert on app_tokens begin
  update revisions set rights = random();
end;

create trigger rights_app_tokens_updated after update of id, agent_id, kind, expires_at on app_tokens begin
  update revisions set rights = random();
end;

create trigger rights_app_tokens_deleted after delete on app_tokens begin
  update revisions set rights = random();
end;

create trigger places_inserted after insert on calls_at_work begin
  update revisions set places = random();
end;

create trigger places_updated after update on calls_at_work begin
  update revisions set places = random();
end;

create trigger places_deleted after delete on calls_at_work begin
  update revisions set places = random();
end;
