/** What is done to an integration from more than one place, and how it is told. */
import type { Integration } from "../api/types";
import { t } from "../text";
import type { Nexus } from "./context";

type Does = Pick<Nexus, "announce" | "changed" | "client">;

/** Lets agents use it, or not. */
export async function setActive(nexus: Does, { id }: Integration, active: boolean): Promise<Integration> {
  const body = { status: active ? "active" : "inactive" };
  const changed = await nexus.client.call<Integration>("PUT", `/api/integrations/${id}`, { body });
  nexus.changed(id, changed);
  nexus.announce(active ? t.list.nowActive(changed.name) : t.list.nowInactive(changed.name));
  return changed;
}

/** Tries its credential at the provider, now. */
export async function check(nexus: Does, { id }: Integration): Promise<Integration> {
  const checked = await nexus.client.call<Integration>("POST", `/api/integrations/${id}/check`);
  const { name, health } = checked;
  nexus.changed(id, checked);
  if (health.state === "healthy") nexus.announce(t.manage.checkedGood(name));
  else nexus.announce(t.manage.checkedBad(name, t.list.healthState[health.state] ?? health.state), "bad");
  return checked;
}
