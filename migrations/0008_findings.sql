-- What a revocation was found to end is kept for the workspace that gave the token up, also where the
-- manifest is built in: for the others it counts when a second workspace has found the same.
update or ignore revocation_findings
  set workspace = (select i.workspace from integrations i where i.id = integration_id)
  where workspace = '' and exists(select 1 from integrations i where i.id = integration_id);

delete from revocation_findings where workspace = '';

create index revocation_findings_place on revocation_findings (manifest_id, server, client_id);
