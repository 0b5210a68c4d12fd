-- The SHA-256 of the document that describes the revocation. A connection of another workspace by an own manifest counts as
-- having the same grant only if it was made by the same document. Empty for entries from before.
alter table outbox add column manifest_hash text not null default '';
