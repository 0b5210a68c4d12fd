/** Modal dialogs in two kinds: window and question. */
import { createContext } from "preact";
import type { ComponentChildren } from "preact";
import { useCallback, useContext, useEffect, useId, useLayoutEffect, useRef } from "preact/hooks";

import { t } from "../text";
import { NoticeText } from "./context";
import { GuardContext, useInnerGuard } from "./guard";
import { Icon } from "./icons";
import { Button } from "./parts";
import { Toast } from "./toast";

interface DialogProps {
  title: ComponentChildren;
  kind?: "window" | "question";
  /**
   * A person wants to close the dialog, and has agreed to lose what is not saved. The owner decides. Without
   * this, the dialog cannot be closed.
   */
  onClose?: () => void;
  /** Content before the title. */
  lead?: ComponentChildren;
  /** Content below the title that does not scroll. */
  head?: ComponentChildren;
  foot?: ComponentChildren;
  children?: ComponentChildren;
}

/** Closes the dialog around a component, after a question if something in it is not saved. */
const CloseContext = createContext<() => void>(() => undefined);

/** The button that closes the dialog around it. */
export function CancelButton({ children = t.cancel }: { children?: ComponentChildren }) {
  const close = useContext(CloseContext);
  return (
    <Button tone="quiet" onClick={close}>
      {children}
    </Button>
  );
}

/** A modal dialog. The browser keeps the focus inside, and returns it afterwards. */
export function Dialog({ title, kind = "window", onClose, lead, head, foot, children }: DialogProps) {
  const guard = useInnerGuard();
  const requestClose = () => onClose && guard.ask(onClose);
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const id = useId();
  // Shown before the effects of its content, which may move the focus.
  const show = useCallback((element: HTMLDialogElement | null) => {
    dialog.current = element;
    if (element && !element.open) element.showModal();
  }, []);
  useLayoutEffect(() => {
    const element = dialog.current;
    if (!element) return;
    // A browser may close the dialog by itself, for example after a gesture. Open it again while it is mounted.
    const onClosed = (event: Event) => {
      if (event.target !== element) return;
      close.current();
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
  const close = useRef(requestClose);
  close.current = requestClose;
  // The focused element may be gone with the step that contained it.
  useEffect(() => {
    const root = dialog.current?.getRootNode() as ShadowRoot | Document | undefined;
    if (!dialog.current?.contains(root?.activeElement ?? null)) heading.current?.focus();
  });
  return (
    <dialog
      ref={show}
      class={kind}
      aria-labelledby={id}
      // The browser must not handle Escape: pressed twice, it closes this dialog and the dialogs below.
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        event.stopPropagation();
        requestClose();
      }}
      onCancel={(event) => {
        if (event.target !== dialog.current) return;
        event.preventDefault();
        requestClose();
      }}
      onMouseDown={(event) => kind === "window" && event.target === dialog.current && requestClose()}
    >
      <div class="dialog">
        <div class="title">
          {lead}
          <h2 ref={heading} id={id} tabIndex={-1}>
            {title}
          </h2>
          {onClose && (
            <button type="button" class="icon-button" aria-label={t.close} onClick={requestClose}>
              <Icon name="close" />
            </button>
          )}
          {head && <div class="head">{head}</div>}
        </div>
        <GuardContext.Provider value={guard}>
          <CloseContext.Provider value={requestClose}>
            <div class="body">{children}</div>
            {foot && <div class="foot">{foot}</div>}
          </CloseContext.Provider>
        </GuardContext.Provider>
        <Toast />
        <NoticeText />
      </div>
    </dialog>
  );
}
