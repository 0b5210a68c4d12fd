/** The basic components of the UI. They must not depend on integrations. */
import type { ComponentChildren, JSX, Ref } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

import type { Problem } from "../api/client";
import { letterOf } from "../logic/letters";
import { isDark, monogram } from "../logic/names";
import { formatRoute } from "../logic/route";
import type { Route } from "../logic/route";
import { t } from "../text";
import { Icon } from "./icons";
import type { IconName } from "./icons";
import { allMarksLoaded, markOf } from "./marks";

type ButtonProps = JSX.IntrinsicElements["button"] & {
  tone?: "primary" | "plain" | "danger" | "alarm" | "quiet";
  icon?: IconName;
  busy?: boolean;
};

/** A button. While it is busy, it can have the focus but does nothing. */
export function Button({ tone = "plain", icon, busy = false, children, onClick, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      class={`button ${tone}`}
      aria-disabled={busy ? "true" : undefined}
      {...rest}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else onClick?.(event);
      }}
    >
      {busy ? <span class="spinner" /> : icon && <Icon name={icon} />}
      {children && <span>{children}</span>}
    </button>
  );
}

/** A link to another site, which opens in a new window. */
export function ExternalLink({ href, children }: { href: string; children: ComponentChildren }) {
  if (!/^https?:\/\//.test(href)) return null;
  return (
    <a class="out" href={href} target="_blank" rel="noopener noreferrer">
      {children}
      <Icon name="out" />
      <span class="unseen">({t.opensWindow})</span>
    </a>
  );
}

/** Whether a click on a link stays in this window. The browser must then not follow the link itself. */
export function isPlainClick(event: MouseEvent): boolean {
  if (event.metaKey || event.ctrlKey || event.shiftKey) return false;
  event.preventDefault();
  return true;
}

interface RouteLinkProps {
  origin: string;
  route: Route;
  go(route: Route): void;
  class?: string;
  current?: boolean;
  /** The label for screen readers, if the text is not enough. */
  label?: string;
  children: ComponentChildren;
}

/** A link within the UI. In a new window, it opens the UI's own page. */
export function RouteLink({ origin, route, go, current, label, children, ...rest }: RouteLinkProps) {
  return (
    <a
      {...rest}
      aria-label={label}
      href={`${origin}/${formatRoute(route)}`}
      aria-current={current ? "page" : undefined}
      onClick={(event) => isPlainClick(event) && go(route)}
    >
      {children}
    </a>
  );
}

/** Moves the focus to an element when it appears, for example to a new step of a dialog. */
export function useFocus<T extends HTMLElement>(): Ref<T> {
  const element = useRef<T>(null);
  useLayoutEffect(() => element.current?.focus(), []);
  return element;
}

/** How the catalogue shows a provider. */
interface Brand {
  readonly color?: string;
  readonly icon?: string;
}

/** The mark of a provider in its colour: that of its brand, or a letter. */
export function Mark({ name, brand }: { name: string; brand: Brand | undefined }) {
  const { color = "", icon } = brand ?? {};
  const set = /^#[0-9a-f]{6}$/i.test(color) ? color : "";
  const style = set ? { "--mark": set, "--on-mark": isDark(set) ? "#fff" : "#111" } : {};
  const path = useMark(icon);
  const letter = path ? undefined : letterOf(name);
  return (
    <span class="mark" aria-hidden="true" style={style}>
      {path || letter ? (
        <svg viewBox={path ? "0 0 24 24" : "2 2 20 20"}>
          <path class={path ? "brand" : "letter"} d={path ?? letter} />
        </svg>
      ) : (
        monogram(name)
      )}
    </span>
  );
}

/** The mark of an icon. It is drawn as soon as it has arrived. */
function useMark(icon: string | undefined): string | undefined {
  const [, setComplete] = useState(false);
  useEffect(() => {
    if (markOf(icon)) return undefined;
    let isShown = true;
    void allMarksLoaded.then(() => isShown && setComplete(true));
    return () => void (isShown = false);
  }, [icon]);
  return markOf(icon);
}

/** A button that copies a text and confirms it. */
export function CopyButton({ text, what }: { text: string; what: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2_000);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <Button
      tone="quiet"
      icon={copied ? "good" : "copy"}
      aria-label={copied ? t.copied : t.copyOf(what)}
      onClick={(event) => void copy(text, event.currentTarget).then(() => setCopied(true))}
    >
      {copied ? t.copied : t.copy}
    </Button>
  );
}

/**
 * Copies a text. Falls back to `execCommand` without the clipboard API (plain http, or a frame without
 * permission).
 */
async function copy(text: string, button: HTMLElement): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const box = document.createElement("textarea");
    box.value = text;
    button.after(box);
    box.select();
    document.execCommand("copy");
    box.remove();
    button.focus();
  }
}

/** A text with a copy button beside it. */
export function CopyField({ text, what }: { text: string; what: string }) {
  return (
    <div class="copied">
      <code>{text}</code>
      <CopyButton text={text} what={what} />
    </div>
  );
}

/** An error message. A server error includes its reference, for whoever investigates it. */
export function Alert({ problem, title, children }: { problem?: Problem | null; title?: string; children?: ComponentChildren }) {
  if (!problem && !children && !title) return null;
  const reference = problem?.body.request_id;
  return (
    <div class="alert" role="alert">
      <Icon name="bad" />
      <div>
        {title && <strong>{title}</strong>}
        {problem && <p>{messageOf(problem)}</p>}
        {reference && problem.status >= 500 && <p class="soft">{t.problem.reference(reference)}</p>}
        {children}
      </div>
    </div>
  );
}

function messageOf(problem: Problem): string {
  if (problem.code === "version_mismatch" || problem.code === "changed_meanwhile") return t.problem.changed;
  return sentence(problem.message);
}

/** A text with a capital first letter. The texts of the server start with a small one. */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** How long after a failure to reach the server it is tried again, in milliseconds. */
const RETRY_AFTER = 5_000;

/** The error of something that could not be loaded, with a button that tries again. */
export function LoadError({ problem, title = "", onRetry }: { problem: Problem; title?: string; onRetry(): void }) {
  const retry = useRef(onRetry);
  retry.current = onRetry;
  useEffect(() => {
    if (problem.code !== "unreachable") return;
    const timer = setInterval(() => document.visibilityState === "visible" && retry.current(), RETRY_AFTER);
    return () => clearInterval(timer);
  }, [problem]);
  return (
    <Alert problem={problem} title={title}>
      {problem.code === "unreachable" && <p class="soft">{t.problem.retrying}</p>}
      <Button onClick={onRetry}>{t.tryAgain}</Button>
    </Alert>
  );
}

interface EmptyStateProps {
  icon: IconName;
  title: string;
  lead?: string;
  /** Whether this is all that the page has. Its title is then the title of the page. */
  isPage?: boolean;
  children?: ComponentChildren;
}

/** The state of a page or a section without content, with the next step. */
export function EmptyState({ icon, title, lead, isPage = false, children }: EmptyStateProps) {
  const Title = isPage ? "h1" : "h2";
  return (
    <div class="empty">
      <span class="badge">
        <Icon name={icon} />
      </span>
      <Title tabIndex={-1}>{title}</Title>
      {lead && <p>{lead}</p>}
      {children}
    </div>
  );
}

/** Grey lines in place of text that is loading. */
export function Skeleton({ rows = 3 }: { rows?: number }) {
  return (
    <div class="skeleton" role="status">
      <span class="unseen">{t.loading}</span>
      {Array.from({ length: rows }, () => (
        <span class="line" />
      ))}
    </div>
  );
}

/** A fact of a `dl`. */
export function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
