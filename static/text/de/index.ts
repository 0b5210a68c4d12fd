/** Every word of the UI in German. */
import type { FirstWords } from "..";
import type { LaterWords } from "../all";
import { account, palette } from "./account";
import { apps, audit, providers } from "./admin";
import { connectedApps } from "./apps";
import { calls } from "./calls";
import { common, leave } from "./common";
import { add, app, choose, ends, flow, preset, reconnect, replace } from "./connect";
import { list } from "./list";
import { access, activity, home, manage, picture, receipt, remove, table, usage, use } from "./manage";
import { agents, people } from "./people";
import { agent, signIn } from "./session";
import { stops } from "./stops";

export const words: FirstWords & LaterWords = {
  ...common,
  leave,
  list,
  signIn,
  agent,
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
