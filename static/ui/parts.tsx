/** The small parts that everything is made of. They know nothing of integrations. */
import type { ComponentChildren, JSX, Ref, TargetedEvent } from "preact";
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";

import type { Problem } from "../api/client";
import { isDark, monogram } from "../logic/names";
import { formatRoute } from "../logic/route";
import type { Route } from "../logic/route";
import { t } from "../text";
import { SaidText } from "./context";
import { Icon } from "./icons";
import type { IconName } from "./icons";

type ButtonProps = JSX.IntrinsicElements["button"] & {
  tone?: "primary" | "plain" | "danger" | "quiet";
  icon?: IconName;
  busy?: boolean;
};

/** A button; while it is busy it can be reached but does nothing. */
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

/** A link to somewhere else, in a window of its own. */
export function Out({ href, children }: { href: string; children: ComponentChildren }) {
  if (!/^https?:\/\//.test(href)) return null;
  return (
    <a class="out" href={href} target="_blank" rel="noopener noreferrer">
      {children}
      <Icon name="out" />
      <span class="unseen">({t.opensWindow})</span>
    </a>
  );
}

interface RouteLinkProps {
  origin: string;
  route: Route;
  go(route: Route): void;
  class?: string;
  current?: boolean;
  children: ComponentChildren;
}

/** A link within the UI; in a window of its own it leads to the UI's own page. */
export function RouteLink({ origin, route, go, current, children, ...rest }: RouteLinkProps) {
  return (
    <a
      {...rest}
      href={`${origin}/${formatRoute(route)}`}
      aria-current={current ? "page" : undefined}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        go(route);
      }}
    >
      {children}
    </a>
  );
}

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
      queueMicrotask(() => alive && shown.isConnected && !shown.open && shown.showModal());
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

/** Moves the focus to an element when it comes: a new step of a dialog, say. */
export function useFocus<T extends HTMLElement>(): Ref<T> {
  const element = useRef<T>(null);
  useLayoutEffect(() => element.current?.focus(), []);
  return element;
}

interface FieldProps {
  label: string;
  value: string;
  onInput(value: string): void;
  /** What is wrong with it. */
  error?: string | undefined;
  hint?: ComponentChildren;
  /** Something that looks odd but is left to the server. */
  doubt?: string | undefined;
  secret?: boolean;
  multiline?: boolean;
  choices?: readonly string[];
  placeholder?: string | undefined;
  required?: boolean;
  maxLength?: number;
  code?: boolean;
  focus?: boolean;
}

/** A labelled field with its hint and its error; what is pasted is trimmed. */
export function Field(props: FieldProps) {
  const { label, value, onInput, error, hint, doubt, secret = false, multiline = false } = props;
  const { choices = [], placeholder, required = true, maxLength, code = secret, focus = false } = props;
  const id = useId();
  const [shown, setShown] = useState(false);
  const [left, setLeft] = useState(false);
  const input = useRef<HTMLElement>(null);
  useEffect(() => {
    if (focus) input.current?.focus();
  }, []);
  const said = error ?? (left ? doubt : undefined);
  const common = {
    id,
    ref: (element: HTMLElement | null) => void (input.current = element),
    value,
    "aria-invalid": error ? ("true" as const) : undefined,
    "aria-describedby": `${id}-said ${id}-hint`,
    "aria-required": required ? ("true" as const) : undefined,
    spellcheck: false,
    autocomplete: secret ? "new-password" : "off",
    autocapitalize: "off" as const,
    class: code ? "code" : undefined,
    placeholder,
    maxLength,
    onBlur: () => setLeft(true),
    onInput: (event: TargetedEvent<HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement>) =>
      onInput(event.currentTarget.value),
  };
  const paste = (event: ClipboardEvent) => {
    const box = event.currentTarget as HTMLInputElement;
    const text = event.clipboardData?.getData("text") ?? "";
    if (text === text.trim()) return;
    event.preventDefault();
    box.setRangeText(text.trim(), box.selectionStart ?? 0, box.selectionEnd ?? box.value.length, "end");
    onInput(box.value);
  };
  return (
    <div class="field">
      <label for={id}>
        {label}
        {!required && <span class="soft"> ({t.optional})</span>}
      </label>
      {choices.length > 0 ? (
        <select {...common}>
          <option value="" />
          {choices.map((choice) => (
            <option value={choice}>{choice}</option>
          ))}
        </select>
      ) : multiline ? (
        <textarea {...common} rows={code ? 16 : 3} />
      ) : (
        <div class={secret ? "with-button" : undefined}>
          <input {...common} type={(secret && !shown ? "password" : "text") as "text"} data-1p-ignore onPaste={paste} />
          {secret && (
            <button
              type="button"
              aria-label={shown ? t.hideField(label) : t.showField(label)}
              onClick={() => setShown(!shown)}
            >
              {shown ? t.hide : t.show}
            </button>
          )}
        </div>
      )}
      <p id={`${id}-said`} class={error ? "error" : "doubt"} hidden={!said}>
        {said && <Icon name={error ? "bad" : "warn"} />}
        <span>{said}</span>
      </p>
      <p id={`${id}-hint`} class="hint" hidden={!hint}>
        {hint}
      </p>
    </div>
  );
}

interface SelectProps {
  label: string;
  value: string;
  options: readonly (readonly [value: string, label: string])[];
  onChange(value: string): void;
}

/** A choice among few, named for screen readers only: it says itself what it is. */
export function Select({ label, value, options, onChange }: SelectProps) {
  return (
    <select class={value ? "chosen" : undefined} aria-label={label} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
      {options.map(([value, label]) => (
        <option value={value}>{label}</option>
      ))}
    </select>
  );
}

interface SwitchProps {
  label: string;
  on: boolean;
  busy?: boolean;
  onChange(on: boolean): void;
  children?: ComponentChildren;
}

export function Switch({ label, on, busy = false, onChange, children }: SwitchProps) {
  return (
    <button
      type="button"
      role="switch"
      class="switch"
      aria-checked={on ? "true" : "false"}
      aria-label={label}
      aria-disabled={busy ? "true" : undefined}
      onClick={() => !busy && onChange(!on)}
    >
      <span class="track" />
      <span class="state">{children}</span>
    </button>
  );
}

/** A provider's mark, or letters in its colour. */
export function Mark({ name, color }: { name: string; color: string | undefined }) {
  const set = color && /^#[0-9a-f]{6}$/i.test(color) ? color : "";
  const style = set ? { "--mark": set, "--on-mark": isDark(set) ? "#fff" : "#111" } : {};
  return (
    <span class="mark" aria-hidden="true" style={style}>
      {monogram(name)}
    </span>
  );
}

/** Copies a text and says so. */
export function Copy({ text, what }: { text: string; what: string }) {
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
      onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}
    >
      {copied ? t.copied : t.copy}
    </Button>
  );
}

/** A text to copy, with the button beside it. */
export function Copied({ text, what }: { text: string; what: string }) {
  return (
    <div class="copied">
      <code>{text}</code>
      <Copy text={text} what={what} />
    </div>
  );
}

/** Something went wrong: in words, with the reference for whoever has to look it up. */
export function Alert({ problem, title, children }: { problem?: Problem | null; title?: string; children?: ComponentChildren }) {
  if (!problem && !children && !title) return null;
  const reference = problem?.body.request_id;
  return (
    <div class="alert" role="alert">
      <Icon name="bad" />
      <div>
        {title && <strong>{title}</strong>}
        {problem && <p>{inWords(problem)}</p>}
        {reference && problem.status >= 500 && <p class="soft">{t.problem.reference(reference)}</p>}
        {children}
      </div>
    </div>
  );
}

function inWords(problem: Problem): string {
  if (problem.code === "version_mismatch" || problem.code === "changed_meanwhile") return t.problem.changed;
  return sentence(problem.message);
}

/** What the server says begins with a small letter; here it stands alone. */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Something could not be loaded; and again. */
export function NotLoaded({ problem, title = "", onAgain }: { problem: Problem; title?: string; onAgain(): void }) {
  return (
    <Alert problem={problem} title={title}>
      <Button onClick={onAgain}>{t.tryAgain}</Button>
    </Alert>
  );
}

/** A page or a part of one without content, and the way on. */
export function Empty({ icon, title, lead, children }: { icon: IconName; title: string; lead?: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <span class="badge">
        <Icon name={icon} />
      </span>
      <h2>{title}</h2>
      {lead && <p>{lead}</p>}
      {children}
    </div>
  );
}

/** Grey lines where text will be. */
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

/** Whether a form may be sent by Enter, and what that does. */
export function Form({ id, onSubmit, children }: { id: string; onSubmit(): void; children: ComponentChildren }) {
  return (
    <form
      id={id}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      {children}
    </form>
  );
}
