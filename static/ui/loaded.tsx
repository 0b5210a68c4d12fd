/**
 * A value that is loaded, in each of its states: grey lines while it loads, its failure with a way to try again, other words
 * if it is empty, or itself. If it could not be loaded again, it stays below the failure.
 */
import type { ComponentChildren } from "preact";

import type { LoadState } from "./context";
import { LoadError, Skeleton } from "./parts";

type NotReady = Exclude<LoadState<unknown>, { state: "ready" }>;

interface WaitingProps {
  /** Loads it again. */
  onRetry(): void;
  /** How many grey lines stand in its place. */
  rows?: number;
  /** The title of the failure. */
  title?: string;
  /** The content if the server does not have it. */
  gone?: ComponentChildren;
}

/** The content in place of a value that is loading, or could not be loaded. */
export function Unloaded({ of, onRetry, rows = 6, title = "", gone }: WaitingProps & { of: NotReady }) {
  if (of.state === "loading") return <Skeleton rows={rows} />;
  if (gone && of.problem.status === 404) return <>{gone}</>;
  return <LoadError title={title} problem={of.problem} onRetry={onRetry} />;
}

interface Props<T> extends WaitingProps {
  of: LoadState<T>;
  isEmpty?(value: T): boolean;
  /** The content if it is empty. */
  empty?: ComponentChildren;
  children(value: T): ComponentChildren;
}

export function Loaded<T>({ of, isEmpty = () => false, empty, children, ...waiting }: Props<T>) {
  if (of.state !== "ready") return Unloaded({ of, ...waiting });
  return (
    <>
      {of.stale && <LoadError problem={of.stale} onRetry={waiting.onRetry} />}
      {isEmpty(of.value) ? empty : children(of.value)}
    </>
  );
}
