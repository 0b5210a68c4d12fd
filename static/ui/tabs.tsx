/** Tabs as in the ARIA Authoring Practices: the arrow keys choose a tab, and Tab moves to the panel. */
import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";

import { isPlainClick } from "./parts";

interface Props {
  label: string;
  tabs: readonly (readonly [id: string, title: string])[];
  chosen: string;
  /** The address of each tab, if the tabs have one. */
  href?(id: string): string;
  onChoose(id: string): void;
  aside?: ComponentChildren;
  children?: ComponentChildren;
}

export function Tabs({ label, tabs, chosen, href, onChoose, aside, children }: Props) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const [row, tab] = [list.current, list.current?.querySelector('[aria-selected="true"]')];
    if (row && tab) showWithin(row, tab);
  }, [chosen]);
  const key = (event: KeyboardEvent) => {
    const at = tabs.findIndex(([id]) => id === chosen);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    const next = to === undefined ? undefined : tabs[(to + tabs.length) % tabs.length];
    if (!next) return;
    event.preventDefault();
    onChoose(next[0]);
    list.current?.querySelector<HTMLElement>(`#${CSS.escape(`${id}-${next[0]}`)}`)?.focus();
  };
  return (
    <>
      <div class="tabs">
        <div ref={list} role="tablist" aria-label={label} onKeyDown={key}>
          {tabs.map(([tab, title]) => {
            const properties = {
              role: "tab",
              id: `${id}-${tab}`,
              "aria-selected": tab === chosen ? "true" : "false",
              "aria-controls": `${id}-panel`,
              tabIndex: tab === chosen ? 0 : -1,
            } as const;
            if (!href) {
              return (
                <button type="button" {...properties} onClick={() => onChoose(tab)}>
                  {title}
                </button>
              );
            }
            return (
              <a {...properties} href={href(tab)} onClick={(event) => isPlainClick(event) && onChoose(tab)}>
                {title}
              </a>
            );
          })}
        </div>
        {aside}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${chosen}`}>
        {children}
      </div>
    </>
  );
}

/** How much of the row fades where there is little room, in pixels. */
const FADE = 40;

/** Scrolls the row sideways as far as the tab needs. `scrollIntoView` would scroll the page too. */
function showWithin(row: HTMLElement, tab: Element): void {
  const [outer, inner] = [row.getBoundingClientRect(), tab.getBoundingClientRect()];
  if (row.scrollWidth <= row.clientWidth) return;
  row.scrollLeft += Math.min(inner.left - outer.left, Math.max(0, inner.right - outer.right + FADE));
}
