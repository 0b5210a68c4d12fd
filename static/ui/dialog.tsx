/** Modal dialogs: windows, questions, and the drawer. */
import type { ComponentChildren } from "preact";
import { useEffect, useId, useLayoutEffect, useRef } from "preact/hooks";

import { t } from "../text";
import { SaidText } from "./context";
import { Icon } from "./icons";

interface DialogProps {
  title: ComponentChildren;
  kind?: "window" | "drawer" | "question";
  /** Asked to close; whoever opened it decides. Without it, it stays. */
  onClose?: () => void;
  /** What stands before the title. */
  lead?: ComponentChildren;
  /** What stands below the title and does not scroll. */
  head?: ComponentChildren;
  foot?: ComponentChildren;
  children?: ComponentChildren;
}

/** A modal dialog: the browser keeps the focus in it and gives it back. */
export function Dialog({ title, kind = "window", onClose, lead, head, foot, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const id = useId();
  useLayoutEffect(() => {
    const shown = dialog.current;
    if (!shown) return;
    shown.showModal();
    // A browser may close it by itself (by a gesture, say). It is open as long as it is there.
    const closed = (event: Event) => {
      if (event.target !== shown) return;
      close.current?.();
      // By then it is gone where that was the answer.
      setTimeout(() => alive && !shown.open && shown.showModal());
    };
    let alive = true;
    shown.addEventListener("close", closed);
    return () => {
      alive = false;
      shown.removeEventListener("close", closed);
      shown.close();
    };
  }, []);
  const close = useRef(onClose);
  close.current = onClose;
  // What had the focus may be gone with the step that it belonged to.
  useEffect(() => {
    const root = dialog.current?.getRootNode() as ShadowRoot | Document | undefined;
    if (!dialog.current?.contains(root?.activeElement ?? null)) heading.current?.focus();
  });
  return (
    <dialog
      ref={dialog}
      class={kind}
      aria-labelledby={id}
      // Not left to the browser: pressed twice it closes, and with it dialogs below.
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        event.stopPropagation();
        onClose?.();
      }}
      onCancel={(event) => {
        if (event.target !== dialog.current) return;
        event.preventDefault();
        onClose?.();
      }}
      onMouseDown={(event) => kind === "drawer" && event.target === dialog.current && onClose?.()}
    >
      <div class="dialog">
        <header>
          {lead}
          <h2 ref={heading} id={id} tabIndex={-1}>
            {title}
          </h2>
          {onClose && (
            <button type="button" class="icon-button" aria-label={t.close} onClick={onClose}>
              <Icon name="close" />
            </button>
          )}
          {head && <div class="head">{head}</div>}
        </header>
        <div class="body">{children}</div>
        {foot && <footer>{foot}</footer>}
        <SaidText />
      </div>
    </dialog>
  );
}
