/** Loads `later.tsx`, and shows what is in it. */
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

import { t } from "../text";
import { Dialog } from "./dialog";
import { Alert, Button, Skeleton } from "./parts";

type Later = typeof import("./later");

let later: Later | null = null;
let loading: Promise<unknown> | null = null;

/** Loads the file, once. Whoever needs it reports a failure. */
export function loadLater(): Promise<unknown> {
  loading ??= import("./later").then(
    (loaded) => void (later = loaded),
    (thrown: unknown) => {
      loading = null;
      throw thrown;
    },
  );
  return loading;
}

/** Where a page starts for the keyboard: the field that it is for, or its title. */
export function startOf(main: HTMLElement): HTMLElement | null {
  return main.querySelector<HTMLElement>("[data-start]") ?? main.querySelector("h1");
}

interface Props {
  children(later: Later): ComponentChildren;
  /** Whether it is a page. A page shows that it is loading, and gets the focus. */
  isPage?: boolean;
  /** The dialog that reports a failure, if this is a dialog. */
  dialog?: { title: string; onClose(): void };
}

export function Lazy({ children, isPage = false, dialog }: Props) {
  const [isLoaded, setLoaded] = useState(later !== null);
  const [hasFailed, setFailed] = useState(false);
  const place = useRef<HTMLSpanElement>(null);
  const main = useRef<HTMLElement | null>(null);
  const load = () => {
    setFailed(false);
    loadLater().then(
      () => {
        main.current = place.current?.closest("main") ?? null;
        setLoaded(true);
      },
      () => setFailed(true),
    );
  };
  useEffect(() => {
    if (!isLoaded) load();
  }, []);
  useLayoutEffect(() => {
    // The focus went to the page when it was opened, and there was no title yet.
    if (isLoaded && main.current?.matches(":focus")) startOf(main.current)?.focus({ preventScroll: true });
    main.current = null;
  }, [isLoaded]);
  if (isLoaded && later) return <>{children(later)}</>;
  const failure = (
    <Alert title={t.problem.notLoaded}>
      <p>{t.problem.notLoadedLead}</p>
      <div class="actions">
        <Button onClick={load}>{t.tryAgain}</Button>
        <Button tone="quiet" onClick={() => location.reload()}>
          {t.problem.reload}
        </Button>
      </div>
    </Alert>
  );
  return (
    <>
      <span ref={place} hidden />
      {hasFailed && (dialog ? <Dialog {...dialog}>{failure}</Dialog> : failure)}
      {!hasFailed && isPage && <Skeleton rows={6} />}
    </>
  );
}
