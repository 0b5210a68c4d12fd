-- How many calls an instance of the broker has in progress, or has reserved for its next ones. Rows of an
-- instance that was killed expire by themselves.
create table calls_at_work (
  workspace text not null,
  integration_id text not null,
  agent text not null,
  instance integer not null,
  calls integer not null,
  until integer not null,
  primary key (workspace, integration_id, agent, instance)
) strict, without rowid;

create index calls_at_work_by_instance on calls_at_work (instance);
