import assert from "node:assert/strict";
import { test } from "node:test";

import { TITLE } from "./text";

test("the title is the product's name", () => {
  assert.equal(TITLE, "Integration Nexus");
});
