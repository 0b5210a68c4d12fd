/** Modal dialogs in three kinds: window, question and drawer. */
import type { ComponentChildren } from "preact";
import { useEffect, useId, useLayoutEffect, useRef } from "preact/hooks";

import { t } from "../text";
import { NoticeText } from "./context";
import { Icon } from "./icons";

interface DialogProps {
  title: ComponentChildren;
  kind?: "window" | "drawer" | "question";
  /** A person wants to close the dialog. The owner decides. Without this, the dialog cannot be closed. */
  onClose?: () => void;
  /** Content before the title. */
  lead?: ComponentChildren;
  /** Content below the title that does not scroll. */
  head?: ComponentChildren;
  foot?: ComponentChildren;
  children?: ComponentChildren;
}

/** A modal dialog. The browser keeps the focus inside, and returns it afterwards. */
export function Dialog({ title, kind = "window", onClose, lead, head, foot, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const id = useId();
  useLayoutEffect(() => {
    const element = dialog.current;
    if (!element) return;
    element.showModal();
    // A browser may close the dialog by itself, for example after a gesture. Open it again while it is mounted.
    const onClosed = (event: Event) => {
      if (event.target !== element) return;
      close.current?.();
      // If the owner has closed the dialog, it is unmounted by then.
      setTimeout(() => isMounted && !element.open && element.showModal());
    };
    let isMounted = true;
    element.addEventListener("close", onClosed);
    return () => {
      isMounted = false;
      element.removeEventListener("close", onClosed);
      element.close();
    };
  }, []);
  const close = useRef(onClose);
  close.current = onClose;
  // The focused element may be gone with the step that contained it.
  useEffect(() => {
    const root = dialog.current?.getRootNode() as ShadowRoot | Document | undefined;
    if (!dialog.current?.contains(root?.activeElement ?? null)) heading.current?.focus();
  });
  return (
    <dialog
      ref={dialog}
      class={kind}
      aria-labelledby={id}
      // The browser must not handle Escape: pressed twice, it closes this dialog and the dialogs below.
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
        <NoticeText />
      </div>
    </dialog>
  );
}
