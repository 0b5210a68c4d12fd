-- An agent's last use, as before, but by two updates: with one update and `or`, SQLite reads all agents of the workspace for
-- each row of usage. With 5,000 agents that took 3 ms under the write lock. These take 0.02 ms.
drop trigger agent_used_first;

drop trigger agent_used_again;

create trigger agent_used_first after insert on usage begin
  update agents set last_used_at = cast(unixepoch('subsec') * 1000 as integer)
    where id = new.agent and workspace = new.workspace
      and coalesce(last_used_at, 0) < (unixepoch('subsec') - 10) * 1000;
  update agents set last_used_at = cast(unixepoch('subsec') * 1000 as integer)
    where workspace = new.workspace and subject = new.agent
      and coalesce(last_used_at, 0) < (unixepoch('subsec') - 10) * 1000;
end;

create trigger agent_used_again after update of calls on usage begin
  update agents set last_used_at = cast(unixepoch('subsec') * 1000 as integer)
    where id = new.agent and workspace = new.workspace
      and coalesce(last_used_at, 0) < (unixepoch('subsec') - 10) * 1000;
  update agents set last_used_at = cast(unixepoch('subsec') * 1000 as integer)
    where workspace = new.workspace and subject = new.agent
      and coalesce(last_used_at, 0) < (unixepoch('subsec') - 10) * 1000;
end;
