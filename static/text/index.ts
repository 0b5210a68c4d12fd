/**
 * Every word that the UI shows, one file for each part of the UI. A translation is another object of
 * the same shape.
 */
import { account } from "./account";
import { apps, audit, providers } from "./admin";
import { common } from "./common";
import { connectedApps } from "./apps";
import { add, app, flow, preset, reconnect, replace } from "./connect";
import { list } from "./list";
import { access, activity, leave, manage, remove, usage, use } from "./manage";
import { agents, people } from "./people";
import { agent, signIn } from "./session";
import { stops } from "./stops";

export const t = {
  ...common,
  account,
  signIn,
  agent,
  list,
  add,
  app,
  flow,
  reconnect,
  replace,
  manage,
  access,
  leave,
  activity,
  usage,
  use,
  remove,
  apps,
  providers,
  audit,
  agents,
  people,
  connectedApps,
  preset,
  stops,
};

/** The name of a role, for people. */
export function roleName({ role }: { role: string | null }): string {
  return role ? (t.signIn.roleName[role] ?? role) : t.signIn.noRole;
}
