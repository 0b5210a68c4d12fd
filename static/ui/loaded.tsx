/**
 * What is loaded, in each of its states: grey lines while it loads, its failure with a way to try again, what
 * stands in the place of nothing, or itself. If it could not be loaded again, it stays below the failure.
 */
import type { ComponentChildren } from "preact";

import type { LoadState } from "./context";
import { LoadError, Skeleton } from "./parts";

interface Props<T> {
  of: LoadState<T>;
  /** Loads it again. */
  onRetry(): void;
  /** How many grey lines stand in its place. */
  rows?: number;
  isEmpty?(value: T): boolean;
  /** What is shown if it is empty. */
  empty?: ComponentChildren;
  children(value: T): ComponentChildren;
}

export function Loaded<T>({ of, onRetry, rows = 6, isEmpty = () => false, empty, children }: Props<T>) {
  if (of.state === "loading") return <Skeleton rows={rows} />;
  if (of.state === "failed") return <LoadError problem={of.problem} onRetry={onRetry} />;
  return (
    <>
      {of.stale && <LoadError problem={of.stale} onRetry={onRetry} />}
      {isEmpty(of.value) ? empty : children(of.value)}
    </>
  );
}
