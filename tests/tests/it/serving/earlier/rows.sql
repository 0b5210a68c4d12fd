-- A row of every kind, as the version with the schema wrote it that the line above the rows names. Rows of a schema stay in
-- a database of a later one. Ciphertexts are zeroes: nothing opens them here.

-- schema 9
insert into integrations (id, workspace, slug, name, name_key, manifest_id, manifest_hash, auth_method, status, health,
  health_at, health_detail, account_id, account_label, created_at, created_by, updated_at, last_used_at)
values
  ('int_01J00000000000000000000001', 'acme', 'mail', 'Mail', 'mail', 'gmail', '', 'oauth2', 'active', 'healthy',
    unixepoch() * 1000, null, 'u1', 'ann@example.com', unixepoch() * 1000, 'ann', unixepoch() * 1000, unixepoch() * 1000),
  ('int_01J00000000000000000000002', 'acme', 'pay', 'Pay', 'pay', 'stripe', '', 'api_key', 'inactive', 'failing',
    unixepoch() * 1000, 'the provider answered 500', null, null, unixepoch() * 1000, 'ann', unixepoch() * 1000, null),
  ('int_01J00000000000000000000003', 'beta', 'mail', 'Mail', 'mail', 'gmail', '', 'oauth2', 'active', 'pending',
    null, null, null, null, unixepoch() * 1000, 'bob', unixepoch() * 1000, null);
insert into credentials (integration_id, workspace, sealed, key_id, hint, expires_at, version, lease_until, attempt, updated_at,
  check_at, client_id, refresh_at, forced_at, authorization_server, connected_at, revocation_server, verified_at)
values
  ('int_01J00000000000000000000001', 'acme', zeroblob(64), 'k1', null, unixepoch() * 1000 + 3600000, 7, null, null, unixepoch() * 1000,
    unixepoch() * 1000 + 3600000, 'app', unixepoch() * 1000 + 3000000, null, 'https://oauth2.googleapis.com', unixepoch() * 1000, 'https://oauth2.googleapis.com', unixepoch() * 1000),
  ('int_01J00000000000000000000002', 'acme', zeroblob(64), 'k1', '…7dc1', null, 1, 1.5, 'gone', unixepoch() * 1000,
    unixepoch() * 1000 + 3600000, null, null, 1, null, unixepoch() * 1000, null, null);
insert into events (workspace, integration_id, at, kind, actor, detail, request_id)
values ('acme', 'int_01J00000000000000000000001', unixepoch() * 1000, 'integration.connected', 'ann', '{"account":"ann@example.com","scopes":[]}', 'req_01J00000000000000000000001'),
  ('acme', 'int_01J00000000000000000000001', unixepoch() * 1000, 'integration.revocation', 'ann',
    '{"token":"access_token","state":"revoked","detail":"the provider answered 200","ends_grant":false}', 'req_01J00000000000000000000001');
insert into manifests (workspace, id, hash, created_at, created_by, updated_at, summary)
values ('beta', 'custom-old', 'hash', unixepoch() * 1000, 'bob', unixepoch() * 1000, '{}');
insert into key_fingerprints (key_id, fingerprint, seen_at) values ('k0', zeroblob(32), 1);
insert into audit (workspace, seq, at, record, hash, count)
values ('acme', 1, 1767225600000,
  '{"action":"integration.create","actor":"ann","at":"2026-01-01T00:00:00.000Z","detail":{"manifest_id":"stripe"},"outcome":"done","prev":"0000000000000000000000000000000000000000000000000000000000000000","request_id":"req_01J00000000000000000000001","role":"ADMIN","seq":1,"target":"int_01J00000000000000000000001","workspace":"acme"}',
  'a3e4455d44b0133933bff26c4773f6dc52c6b54ba5adc7771dee5bdf450429b0', 1);
insert into denials (workspace, subject, minute, what, seq) values ('acme', 'carl', unixepoch() / 60 * 60000, 'x', 1);
insert into usage (workspace, integration_id, minute, agent, calls, errors, bytes)
values ('acme', 'int_01J00000000000000000000001', unixepoch() / 60 * 60000, 'agent-1', 5, 1, 1000);
insert into oauth_clients (workspace, manifest_id, client_id, sealed, key_id, created_at, created_by, updated_at)
values ('beta', 'gmail', 'app', zeroblob(64), 'k1', unixepoch() * 1000, 'bob', unixepoch() * 1000);
insert into flows (state_hash, cookie_hash, workspace, integration_id, sealed, actor, created_at)
values ('state', 'cookie', 'beta', 'int_01J00000000000000000000003', zeroblob(64), 'bob', unixepoch() * 1000);
insert into outbox (id, workspace, integration_id, token, sealed, key_id, ends_grant, client_id, account_id, actor, attempts,
  next_at, created_at, authorization_server, digest, kept_at, forced_at, cautious, manifest_id, revocation_server)
values ('out_01J00000000000000000000001', 'acme', 'int_01J00000000000000000000001', 'refresh_token', zeroblob(64), 'k1', 1, 'app', 'u1', 'ann', 2,
  unixepoch() * 1000 + 3600000, unixepoch() * 1000, 'https://oauth2.googleapis.com', 'digest', unixepoch() * 1000, null, 1, 'gmail', 'https://oauth2.googleapis.com');
insert into data_keys (workspace, id, sealed, key_id) values ('beta', 'digests', zeroblob(64), 'k1');
insert into token_digests (digest, integration_id) values ('digest', 'int_01J00000000000000000000001');
insert into believed_effects (workspace, hash, manifest_id, at, by) values ('beta', 'hash', 'custom-old', unixepoch() * 1000, 'bob');
insert into revocation_findings (workspace, manifest_id, server, client_id, at, integration_id, detail)
values ('acme', 'gmail', 'https://oauth2.googleapis.com', 'app', unixepoch() * 1000, 'int_01J00000000000000000000001', 'the provider answered 401');
insert into manifest_documents (workspace, hash, unused_since) values ('beta', 'hash', null);
insert into audit_heads (workspace, seq, hash, at, mac)
values ('acme', 1, 'a3e4455d44b0133933bff26c4773f6dc52c6b54ba5adc7771dee5bdf450429b0', '2026-01-01T00:00:00.000Z', '0000000000000000000000000000000000000000000000000000000000000000');
insert into calls_at_work (workspace, integration_id, agent, instance, calls, until)
values ('acme', 'int_01J00000000000000000000001', 'agent-1', 1, 1, 1);

-- schema 10
insert into people (id, workspace, name, email, role, source, by_machine, status, created_at)
values ('per_01J00000000000000000000001', 'acme', 'Ann', 'ann@example.com', 'ADMIN', 'local', 1, 'active', unixepoch() * 1000);
insert into agents (id, workspace, name, name_key, description, owner, kind, status, created_at, created_by)
values ('agt_01J00000000000000000000001', 'acme', 'Support bot', 'support bot', 'answers mail', 'per_01J00000000000000000000001', 'registered', 'active', unixepoch() * 1000, 'ann');
insert into agent_keys (id, agent_id, workspace, name, secret_hash, created_at, created_by, expires_at)
values ('0123456789', 'agt_01J00000000000000000000001', 'acme', 'production', zeroblob(32), unixepoch() * 1000, 'ann', unixepoch() * 1000 + 3600000);
insert into sessions (id, secret_hash, workspace, person_id, method, created_at, used_at)
values ('ses_01J00000000000000000000001', x'0f007385b6f9d4b7eeb2748605afe1a984a0a3bfa3f014d09e2a784ce9e5cd1a', 'acme', 'per_01J00000000000000000000001', 'link', unixepoch() * 1000, unixepoch() * 1000);
insert into invitations (id, secret_hash, workspace, role, name, email, created_by, person_id, created_at, expires_at)
values ('inv_01J00000000000000000000001', zeroblob(32), 'acme', 'MANAGER', 'Dora', 'dora@example.com', 'Ann', 'per_01J00000000000000000000001', unixepoch() * 1000, unixepoch() * 1000 + 3600000);
insert into used_proofs (hash, expires_at) values (zeroblob(32), unixepoch() * 1000 + 3600000);
insert into stops (id, workspace, scope, target, reason, created_at, created_by)
values ('stp_01J00000000000000000000001', 'acme', 'agent', 'agt_01J00000000000000000000009', 'a leak', unixepoch() * 1000, 'Ann');
update flows set basis = '{"person":"per_01J00000000000000000000001"}';

-- schema 11
insert into app_clients (id, metadata, created_at, agreed_at)
values ('nxc_old', '{"name":"Claude","redirect_uris":["https://app.example.com/cb"],"may_refresh":true}', unixepoch() * 1000, unixepoch() * 1000);
insert into app_requests (hash, session_id, client_id, request, created_at)
values (zeroblob(32), 'ses_01J00000000000000000000001', 'nxc_old', '{}', unixepoch() * 1000);
insert into agents (id, workspace, name, name_key, description, owner, kind, status, created_at, created_by)
values ('agt_01J00000000000000000000002', 'acme', 'Claude', 'claude', '', 'per_01J00000000000000000000001', 'connected_app', 'active', unixepoch() * 1000, 'Ann');
insert into app_grants (agent_id, workspace, client_id, person_id, is_read_only, may_refresh, scope, resource, created_at, expires_at)
values ('agt_01J00000000000000000000002', 'acme', 'nxc_old', 'per_01J00000000000000000000001', 1, 1, 'integrations:read', 'http://127.0.0.1:1/mcp', unixepoch() * 1000, unixepoch() * 1000 + 3600000);
insert into app_codes (hash, agent_id, client_id, redirect_uri, challenge, created_at)
values (zeroblob(32), 'agt_01J00000000000000000000002', 'nxc_old', 'https://app.example.com/cb', 'challenge', unixepoch() * 1000);
insert into app_tokens (id, agent_id, kind, secret_hash, created_at, expires_at)
values ('0123456789', 'agt_01J00000000000000000000002', 'refresh', zeroblob(32), unixepoch() * 1000, unixepoch() * 1000 + 3600000);

-- schema 12
insert into passkeys (id, workspace, person_id, name, credential_id, public_key, algorithm, sign_count, backup_eligible, backed_up,
  transports, created_at)
values ('pky_01J00000000000000000000001', 'acme', 'per_01J00000000000000000000001', 'Laptop', zeroblob(16), zeroblob(77), -7, 3, 1, 1, '["internal"]', unixepoch() * 1000);
insert into challenge_keys (id, key, created_at) values (1, zeroblob(32), 1);

-- schema 13
insert into marks (name, at) values ('tick', unixepoch() * 1000);

-- schema 14
insert into counters (family, labels, part, value) values ('nexus_errors_total', '["storage_unavailable"]', '', 3);

-- schema 15
insert into manifest_texts (hash, document) values ('hash', x'7b7d');

-- schema 16
insert into agent_calls (workspace, number, integration_id, at, sent, call)
values ('acme', 1, 'int_01J00000000000000000000001', unixepoch() * 1000, 1, '["agt_01J00000000000000000000001","GET",null,"/v1/things","/v1/things","succeeded",200,null,12,340,null,"req_1",0,0]');
insert into counted_calls (one, up_to) values (1, 1);
insert into call_numbers (workspace, last) values ('acme', 1);

-- schema 17
-- `integration_counts` is filled by its triggers.

-- schema 18
insert into deletions (id, workspace, name, manifest_id, deleted_at, deleted_by, seq, hash)
values ('int_01J00000000000000000000009', 'acme', 'Gone', 'slack', unixepoch() * 1000, 'ann', 1, 'hash');
insert into receipts (integration_id, number, entry_id, token, state, detail, at)
values ('int_01J00000000000000000000009', 1, null, 'access_token', 'revoked', '', unixepoch() * 1000);
