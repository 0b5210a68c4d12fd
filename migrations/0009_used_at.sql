-- `last_used_at` follows the usage, so that usage is recorded by one statement. It is at most ten seconds old
-- while an integration is used.
create trigger usage_inserted after insert on usage begin
  update integrations set last_used_at = cast(unixepoch('subsec') * 1000 as integer)
    where workspace = new.workspace and id = new.integration_id
      and coalesce(last_used_at, 0) < (unixepoch('subsec') - 10) * 1000;
end;

create trigger usage_updated after update of calls on usage begin
  update integrations set last_used_at = cast(unixepoch('subsec') * 1000 as integer)
    where workspace = new.workspace and id = new.integration_id
      and coalesce(last_used_at, 0) < (unixepoch('subsec') - 10) * 1000;
end;
