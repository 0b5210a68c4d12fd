-- The last calls of agents, without query, headers and bodies: per integration up to a thousand that were sent, and up to
-- 200 that were not, for seven days. The tick deletes what is more.
create table agent_calls (
  -- In the order of the commits. Only the tick needs it.
  id integer primary key autoincrement,
  workspace text not null,
  -- The number among the calls of the workspace, in the order of the commits, which the API shows: an id would tell how many
  -- calls other workspaces make. A number is never used twice, so that whoever has read up to one finds what came since.
  number integer not null,
  integration_id text not null,
  -- When it arrived.
  at integer not null,
  -- Whether it was sent to the provider: 0 or 1. An agent without a right to the integration can make calls that are not
  -- sent, and must not displace those that were.
  sent integer not null,
  -- A JSON list, as an instance has made it. To take it apart here costs three times as much as to store it whole.
  call text not null,
  -- The subject of the agent's token.
  agent text generated always as (call ->> 0) virtual,
  method text generated always as (call ->> 1) virtual,
  -- The host, if it is not that of the base URL.
  host text generated always as (call ->> 2) virtual,
  -- The path with its ids folded, such as `/v1/customers/{id}`.
  template text generated always as (call ->> 3) virtual,
  path text generated always as (call ->> 4) virtual,
  -- A word of the metrics: `succeeded`, `denied`, …
  outcome text generated always as (call ->> 5) virtual,
  status integer generated always as (call ->> 6) virtual,
  -- The code of the problem, if the response is one of ours.
  code text generated always as (call ->> 7) virtual,
  ms integer generated always as (call ->> 8) virtual,
  bytes integer generated always as (call ->> 9) virtual,
  -- The rule that decided.
  rule text generated always as (call ->> 10) virtual,
  request_id text generated always as (call ->> 11) virtual,
  -- Whether it waited for a new token, and whether it was sent again with one: 0 or 1.
  refreshed integer generated always as (call ->> 12) virtual,
  replayed integer generated always as (call ->> 13) virtual
) strict;

-- In both indexes, the calls are in the order of their numbers. So a page is read in its order, and so is what came since the
-- last look. `sent` is in the index so that what is beyond a limit is found without the rows.
create index agent_calls_of_integration on agent_calls (integration_id, number, sent);

create unique index agent_calls_of_workspace on agent_calls (workspace, number);

-- The last number of each workspace.
create table call_numbers (
  workspace text not null primary key,
  last integer not null
) strict, without rowid;

-- Up to which id the tick has counted the calls of the integrations. Only integrations with later calls may have too many.
create table counted_calls (
  one integer primary key check (one = 1),
  up_to integer not null
) strict;

create trigger integration_calls_deleted after delete on integrations begin
  delete from agent_calls where integration_id = old.id;
end;

-- As before, and the calls. A call that ends after its integration was deleted is not kept. `value ->> 2` is its age, and
-- `value ->> 5` its place among those of its workspace, from 1.
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
  insert into agent_calls (workspace, integration_id, at, sent, call, number)
    select value ->> 0, value ->> 1, cast(unixepoch('subsec') * 1000 as integer) - (value ->> 2), value ->> 3, value ->> 4,
      coalesce((select last from call_numbers where workspace = value ->> 0), 0) + (value ->> 5)
    from json_each(new.calls)
    where exists (select 1 from integrations where id = value ->> 1 and workspace = value ->> 0);
  insert into call_numbers (workspace, last)
    select value ->> 0, max(value ->> 5) from json_each(new.calls) group by value ->> 0
    on conflict (workspace) do update set last = last + excluded.last;
end;
