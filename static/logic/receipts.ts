/** A deletion that the server no longer keeps, from the audit record, which stays. */
import type { AuditRecord, DeletedIntegration, Receipt } from "../api/types";

/**
 * The deletion in the audit records of one integration, which are newest first: what was planned for each token or, if
 * a later record says what became of them, that. Null if none of the records is a deletion.
 */
export function deletionOf(records: readonly AuditRecord[]): DeletedIntegration | null {
  const deletion = records.find((one) => one.action === "integration.delete");
  if (!deletion?.target) return null;
  const settled = records.find((one) => one.action === "integration.revocation" && one.seq > deletion.seq);
  const { name, manifest_id: manifest } = deletion.detail as { name?: unknown; manifest_id?: unknown };
  const { revocation } = (settled ?? deletion).detail as { revocation?: unknown };
  return {
    id: deletion.target,
    slug: null,
    name: typeof name === "string" ? name : deletion.target,
    manifest_id: typeof manifest === "string" ? manifest : "",
    account: null,
    deleted_at: deletion.at,
    deleted_by: deletion.actor,
    revocation: Array.isArray(revocation) ? (revocation as Receipt[]) : [],
    audit: { seq: deletion.seq, hash: deletion.hash },
    settled: settled ? { seq: settled.seq, hash: settled.hash, at: settled.at } : null,
  };
}
