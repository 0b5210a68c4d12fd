/** Tests of what `Loaded` draws, without a browser. It has no state of its own, so it is called like a function. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Fragment } from "preact";
import type { VNode } from "preact";

import { Problem } from "../api/client";
import type { LoadState } from "./context";
import { Loaded } from "./loaded";
import { LoadError, Skeleton } from "./parts";

type Drawn = VNode<{ children?: unknown; rows?: number; problem?: Problem; onRetry?(): void }>;

const problem = new Problem("internal", 500, "It broke");
let retries = 0;
const draw = (of: LoadState<readonly string[]>) =>
  Loaded({
    of,
    rows: 4,
    onRetry: () => void (retries += 1),
    isEmpty: (items) => items.length === 0,
    empty: "nothing here",
    children: (items) => items.join(),
  }) as Drawn;

test("what loads has grey lines, and what failed has a way to try again", () => {
  const loading = draw({ state: "loading" });
  assert.equal(loading.type, Skeleton);
  assert.equal(loading.props.rows, 4);
  const failed = draw({ state: "failed", problem });
  assert.equal(failed.type, LoadError);
  assert.equal(failed.props.problem, problem);
  failed.props.onRetry?.();
  assert.equal(retries, 1);
});

test("what is ready is shown, below the failure of a reload, and nothing has words of its own", () => {
  const ready = (value: readonly string[], stale: Problem | null) => {
    const { type, props } = draw({ state: "ready", value, stale });
    assert.equal(type, Fragment);
    return props.children as [Drawn | null, string];
  };
  assert.deepEqual(ready(["a", "b"], null), [null, "a,b"]);
  assert.deepEqual(ready([], null), [null, "nothing here"]);
  const [failure, content] = ready(["a"], problem);
  assert.equal(failure?.type, LoadError);
  assert.equal(content, "a");
});
