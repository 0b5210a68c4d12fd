-- The usage of a workspace in a period. A row gets into the index once, when its minute begins: to add calls does not touch it.
create index usage_of_workspace on usage (workspace, minute);

-- The filters of the audit record. Each index has the order of a page, the newest first. Queries name the index. No index is
-- needed for times: a page reads only the column `at` of what it passes.
create index audit_of_outcome on audit (workspace, record ->> '$.outcome', seq);

create index audit_of_action on audit (workspace, record ->> '$.action', seq);

create index audit_of_actor on audit (workspace, record ->> '$.actor', seq);

create index audit_of_target on audit (workspace, record ->> '$.target', seq);
