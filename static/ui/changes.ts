/** Changes that both the list and the page of an integration make to an integration, with their notices. */
import { integrationPath } from "../api/paths";
import type { Integration } from "../api/types";
import { t } from "../text";
import type { Nexus } from "./context";

type ChangeContext = Pick<Nexus, "announce" | "changed" | "client">;

/** Allows agents to use the integration, or stops them. */
export async function setActive(nexus: ChangeContext, { id }: Integration, active: boolean): Promise<Integration> {
  const body = { status: active ? "active" : "inactive" };
  const changed = await nexus.client.call<Integration>("PUT", integrationPath(id), { body });
  nexus.changed(id, changed);
  nexus.announce(active ? t.list.nowActive(changed.name) : t.list.nowInactive(changed.name));
  return changed;
}

/** Checks the credential with the provider now. */
export async function check(nexus: ChangeContext, { id }: Integration): Promise<Integration> {
  const checked = await nexus.client.call<Integration>("POST", `${integrationPath(id)}/check`);
  const { name, health } = checked;
  nexus.changed(id, checked);
  if (health.state === "healthy") nexus.announce(t.list.checkedGood(name));
  else nexus.announce(t.list.checkedBad(name, t.list.healthState[health.state] ?? health.state), "bad");
  return checked;
}
