-- Sums since the database was made, which `GET /api/metrics` shows: `family` and `labels` (a JSON list of values)
-- name a time series of Prometheus. `part` is '' for a counter. For a histogram it is the upper bound of a bucket in
-- milliseconds, '+Inf', or `sum`; a bucket does not include the smaller ones. Labels have no ids, so the number of
-- rows is limited.
create table counters (
  family text not null,
  labels text not null check (json_valid(labels)),
  part text not null,
  value integer not null,
  primary key (family, labels, part)
) strict, without rowid;

-- What an instance has counted since it last wrote: usage and counters, as JSON lists of rows. One statement adds
-- both.
create view counted as select '[]' as usage, '[]' as counters;

create trigger counted_added instead of insert on counted begin
  insert into usage (workspace, integration_id, minute, agent, calls, errors, bytes)
    select value ->> 0, value ->> 1, unixepoch() / 60 * 60000, value ->> 2, value ->> 3, value ->> 4,
      value ->> 5 from json_each(new.usage) where true
    on conflict (workspace, integration_id, minute, agent) do update set
      calls = calls + excluded.calls, errors = errors + excluded.errors, bytes = bytes + excluded.bytes;
  insert into counters (family, labels, part, value)
    select value ->> 0, value ->> 1, value ->> 2, value ->> 3 from json_each(new.counters) where true
    on conflict (family, labels, part) do update set value = value + excluded.value;
end;

-- Revocations are counted where their events are written, so that none is lost.
create trigger revocation_counted after insert on events when new.kind = 'integration.revocation' begin
  insert into counters (family, labels, part, value)
    values ('nexus_revocations_total', json_array(new.detail ->> 'state'), '', 1)
    on conflict (family, labels, part) do update set value = value + 1;
end;

-- How many integrations of a provider are in which state is read from this index alone.
create index integrations_by_state on integrations (manifest_id, status, health);
