/**
 * A menu under a button, as in the ARIA Authoring Practices: the arrow keys move, Escape closes, and the
 * focus returns to the button.
 */
import { useLayoutEffect, useRef, useState } from "preact/hooks";

import { Icon } from "./icons";
import type { IconName } from "./icons";

export interface MenuItem {
  readonly label: string;
  readonly icon: IconName;
  readonly tone?: "danger";
  onSelect(): void;
}

interface Props {
  /** The label of the button for screen readers. */
  label: string;
  items(): readonly MenuItem[];
}

export function Menu({ label, items }: Props) {
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  /** The browser closes the menu before the click on the button arrives. */
  const wasOpen = useRef(false);
  return (
    <>
      <button
        type="button"
        ref={button}
        class="icon-button more-button"
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={isOpen ? "true" : "false"}
        onPointerDown={() => (wasOpen.current = isOpen)}
        onClick={() => {
          if (!wasOpen.current) setOpen(true);
          wasOpen.current = false;
        }}
      >
        <Icon name="more" />
      </button>
      {isOpen && button.current && <Items label={label} items={items()} button={button.current} onClose={() => setOpen(false)} />}
    </>
  );
}

interface ItemsProps {
  label: string;
  items: readonly MenuItem[];
  button: HTMLButtonElement;
  onClose(): void;
}

function Items({ label, items, button, onClose }: ItemsProps) {
  const menu = useRef<HTMLDivElement>(null);
  const close = () => menu.current?.hidePopover();
  useLayoutEffect(() => {
    const element = menu.current;
    if (!element) return;
    element.showPopover();
    place(element, button);
    element.querySelector<HTMLElement>("button")?.focus();
    // It would stay where the button has been.
    addEventListener("scroll", close, { capture: true });
    return () => removeEventListener("scroll", close, { capture: true });
  }, []);
  const key = (event: KeyboardEvent) => {
    const all = [...(menu.current?.querySelectorAll("button") ?? [])];
    const at = all.findIndex((one) => one.matches(":focus"));
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (event.key === "Tab") return close();
    if (to === undefined) return;
    event.preventDefault();
    all[(to + all.length) % all.length]?.focus();
  };
  const closed = () => {
    // Somebody may have clicked elsewhere. Otherwise the focus would be lost with the menu.
    const { activeElement } = button.getRootNode() as Document | ShadowRoot;
    if (!activeElement || menu.current?.contains(activeElement)) button.focus();
    onClose();
  };
  const select = (item: MenuItem) => {
    close();
    item.onSelect();
  };
  return (
    <div
      ref={menu}
      class="menu"
      role="menu"
      aria-label={label}
      popover="auto"
      onKeyDown={key}
      onToggle={(event) => event.newState === "closed" && closed()}
    >
      {items.map((item) => (
        <button type="button" role="menuitem" tabIndex={-1} class={item.tone} onClick={() => select(item)}>
          <Icon name={item.icon} />
          <span>{item.label}</span>
        </button>
      ))}
    </div>
  );
}

/** Under the button and flush with its right edge, or above it where there is no room. */
function place(menu: HTMLElement, button: HTMLElement): void {
  const gap = 4;
  const { right, top, bottom } = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const below = bottom + gap + height <= innerHeight;
  menu.style.left = `${Math.max(gap, right - width)}px`;
  menu.style.top = `${below ? bottom + gap : Math.max(gap, top - gap - height)}px`;
}
