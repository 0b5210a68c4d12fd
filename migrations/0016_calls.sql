-- The last calls of agents, without query, headers and bodies: up to a thousand per integration, for seven days. The tick
-- deletes what is more. An id is never used twice, so that whoever has read up to an id finds what came since.
create table agent_calls (
  id integer primary key autoincrement,
  workspace text not null,
  integration_id text not null,
  -- When it arrived.
  at integer not null,
  agent text not null,
  method text not null,
  -- The host, if it is not that of the base URL.
  host text,
  -- The path with its ids folded, such as `/v1/customers/{id}`.
  template text not null,
  path text not null,
  -- A word of the metrics: `succeeded`, `denied`, …
  outcome text not null,
  status integer not null,
  -- The code of the problem, if the response is one of ours.
  code text,
  ms integer not null,
  bytes integer not null,
  -- The rule that decided.
  rule text,
  request_id text not null,
  refreshed integer not null check (refreshed in (0, 1)),
  replayed integer not null check (replayed in (0, 1))
) strict;

-- Both indexes have the id as their last column, as every index of SQLite does. So a page is read in its order, and so is
-- what came since the last look.
create index agent_calls_of_integration on agent_calls (integration_id);

create index agent_calls_of_workspace on agent_calls (workspace);

-- Up to which id the tick has counted the calls of the integrations. Only integrations with later calls may have too many.
create table counted_calls (
  one integer primary key check (one = 1),
  up_to integer not null
) strict;

create trigger integration_calls_deleted after delete on integrations begin
  delete from agent_calls where integration_id = old.id;
end;

-- As before, and the calls. A call that ends after its integration was deleted is not kept. `value ->> 2` is its age.
drop trigger counted_added;

drop view counted;

create view counted as select '[]' as usage, '[]' as counters, '[]' as calls;

create trigger counted_added instead of insert on counted begin
  insert into usage (workspace, integration_id, minute, agent, calls, errors, bytes)
    select value ->> 0, value ->> 1, unixepoch() / 60 * 60000, value ->> 2, value ->> 3, value ->> 4,
      value ->> 5 from json_each(new.usage) where true
    on conflict (workspace, integration_id, minute, agent) do update set
      calls = calls + excluded.calls, errors = errors + excluded.errors, bytes = bytes + excluded.bytes;
  insert into counters (family, labels, part, value)
    select value ->> 0, value ->> 1, value ->> 2, value ->> 3 from json_each(new.counters) where true
    on conflict (family, labels, part) do update set value = value + excluded.value;
  insert into agent_calls (workspace, integration_id, at, agent, method, host, template, path, outcome, status, code,
      ms, bytes, rule, request_id, refreshed, replayed)
    select value ->> 0, value ->> 1, cast(unixepoch('subsec') * 1000 as integer) - (value ->> 2), value ->> 3,
      value ->> 4, value ->> 5, value ->> 6, value ->> 7, value ->> 8, value ->> 9, value ->> 10, value ->> 11,
      value ->> 12, value ->> 13, value ->> 14, value ->> 15, value ->> 16
    from json_each(new.calls)
    where exists (select 1 from integrations where id = value ->> 1 and workspace = value ->> 0);
end;
