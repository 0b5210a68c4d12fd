import assert from "node:assert/strict";
import { test } from "node:test";

import type { Integration } from "../api/types";
import { isBroken, isChoosing, nextAction, stateWord } from "./health";

const one = (state: Integration["health"]["state"], next: Integration["health"]["next_action"]) =>
  ({ auth_method: "oauth2", health: { state, checked_at: null, detail: null, next_action: next } }) as unknown as Integration;

test("a pending integration is to be finished, or to be chosen for", () => {
  assert.equal(nextAction(one("pending", "reconnect")), "finish");
  assert.equal(nextAction(one("pending", "choose")), "choose");
  assert.equal(nextAction(one("reauthorize", "reconnect")), "reconnect");
  assert.equal(nextAction(one("healthy", null)), null);
  assert.ok(isBroken(one("pending", "choose")) && isChoosing(one("pending", "choose")));
  assert.deepEqual([stateWord(one("pending", "choose")), stateWord(one("pending", "reconnect"))], ["choose", "pending"]);
});
