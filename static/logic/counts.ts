/** The counts of a workspace's integrations, kept right while integrations change. */
import type { Integration, IntegrationCounts } from "../api/types";
import { isBroken, isDraft } from "./health";

/** The counts after an integration has changed. Null before: it is new. Null after: it was deleted. */
export function recount(counts: IntegrationCounts, before: Integration | null, after: Integration | null): IntegrationCounts {
  const one = (integration: Integration | null, by: number, from: IntegrationCounts): IntegrationCounts => {
    if (!integration) return from;
    const { status, manifest_id: manifest, health } = integration;
    const by_health = { ...from.by_health, [health.state]: from.by_health[health.state] + by };
    // A draft counts nowhere else.
    if (isDraft(integration)) return { ...from, by_health };
    return {
      total: from.total + by,
      attention: from.attention + (isBroken(integration) ? by : 0),
      by_status: { ...from.by_status, [status]: from.by_status[status] + by },
      by_health,
      by_manifest: { ...from.by_manifest, [manifest]: (from.by_manifest[manifest] ?? 0) + by },
    };
  };
  return one(after, 1, one(before, -1, counts));
}
