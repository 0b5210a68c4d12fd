-- The documents of workspaces' own manifests, by the SHA-256 of the document. The key-value store is the fast copy, so
-- the database alone is what has to be backed up, and a document that the key-value store has lost comes back.
--
-- `manifest_documents` says which workspaces have a document. A document that an earlier version wrote is only in the
-- key-value store, until the tick copies it.
create table manifest_texts (
  hash text not null primary key,
  document blob not null
) strict;
