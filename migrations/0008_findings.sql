-- A finding about a revocation belongs to the workspace that gave the token up, even where the manifest is
-- built in. It applies to other workspaces once a second workspace has the same finding.
update or ignore revocation_findings
  set workspace = (select i.workspace from integrations i where i.id = integration_id)
  where workspace = ''
and exists(select 1 from integrations i where i.id = integration_id);

delete from revocation_findings where workspace = '';

create index revocation_findings_place on revocation_findings (manifest_id, server, client_id);
