import assert from "node:assert/strict";
import test from "node:test";

import { agentPath, integrationPath } from "./paths";

test("an id stays one segment of its path", () => {
  for (const [pathOf, list] of [
    [integrationPath, "/api/integrations/"],
    [agentPath, "/api/agents/"],
  ] as const) {
    for (const id of ["int_1", "a b", "a/b", "a?b#c", "../agents", ".", "..", "%2e%2e", "..."]) {
      const path = pathOf(id);
      const url = new URL(path, "https://nexus.example");
      assert.ok(path.startsWith(list) && url.pathname === path, `${id}: ${path}`);
      assert.equal(url.pathname.split("/").length, 4, `${id}: ${path}`);
      assert.equal(url.search + url.hash, "", `${id}: ${path}`);
    }
  }
  assert.equal(integrationPath("int_1"), "/api/integrations/int_1");
});
