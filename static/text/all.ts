/**
 * Every word that the UI shows, one file for each part of the UI. A translation is another object of
 * the same shape.
 */
import { t as first } from ".";
import { account, palette } from "./account";
import { apps, audit, providers } from "./admin";
import { connectedApps } from "./apps";
import { calls } from "./calls";
import { add, app, choose, ends, flow, preset, reconnect, replace } from "./connect";
import { access, activity, home, manage, picture, receipt, remove, table, usage, use } from "./manage";
import { agents, people } from "./people";
import { stops } from "./stops";

export const english = {
  account,
  palette,
  add,
  app,
  ends,
  flow,
  choose,
  reconnect,
  replace,
  manage,
  access,
  activity,
  usage,
  calls,
  use,
  remove,
  apps,
  providers,
  audit,
  agents,
  people,
  connectedApps,
  preset,
  home,
  picture,
  receipt,
  table,
  stops,
};

export type LaterWords = typeof english;

/** The words of a translation have those of the first view in the same object. */
export const t: typeof first & LaterWords = "stops" in first ? (first as typeof first & LaterWords) : { ...first, ...english };

export { roleName } from ".";
