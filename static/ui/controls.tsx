/** The controls of forms. */
import type { ComponentChildren, InputHTMLAttributes, Ref, TargetedEvent } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";

import { t } from "../text";
import { useHold } from "./guard";
import { Icon } from "./icons";

interface FieldProps {
  label: string;
  value: string;
  onInput(value: string): void;
  /** The error of the value. */
  error?: string | undefined;
  hint?: ComponentChildren;
  /** A warning about a value that looks wrong. The server decides. */
  warning?: string | undefined;
  secret?: boolean;
  multiline?: boolean;
  choices?: readonly string[];
  placeholder?: string | undefined;
  required?: boolean;
  maxLength?: number;
  code?: boolean;
  focus?: boolean;
  /** The keyboard of a touch screen. */
  inputMode?: "numeric" | "email";
}

/** A labelled field with its hint and its error. Pasted text is trimmed. */
export function Field(props: FieldProps) {
  const { label, value, onInput, error, hint, warning, secret = false, multiline = false } = props;
  const { choices = [], placeholder, required = true, maxLength, code = secret, focus = false, inputMode } = props;
  const id = useId();
  const [shown, setShown] = useState(false);
  const [wasLeft, setWasLeft] = useState(false);
  const input = useRef<HTMLElement>(null);
  useEffect(() => {
    if (focus) input.current?.focus();
  }, []);
  const message = error ?? (wasLeft ? warning : undefined);
  const common = {
    id,
    ref: (element: HTMLElement | null) => void (input.current = element),
    value,
    "aria-invalid": error ? ("true" as const) : undefined,
    "aria-describedby": `${id}-message ${id}-hint`,
    "aria-required": required ? ("true" as const) : undefined,
    spellcheck: false,
    autocomplete: secret ? "new-password" : "off",
    autocapitalize: "off" as const,
    class: code ? "code" : undefined,
    placeholder,
    maxLength,
    inputMode,
    onBlur: () => setWasLeft(true),
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
        <textarea {...common} rows={code ? 16 : 3} data-secret={secret || undefined} />
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
      <p id={`${id}-message`} class={error ? "error" : "warning"} hidden={!message}>
        {message && <Icon name={error ? "bad" : "warn"} />}
        <span>{message}</span>
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

/** A choice among few options. Its label is only for screen readers, because the options speak for themselves. */
export function Select({ label, value, options, onChange }: SelectProps) {
  return (
    <select class={value ? "chosen" : undefined} aria-label={label} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
      {options.map(([value, label]) => (
        <option value={value}>{label}</option>
      ))}
    </select>
  );
}

interface SearchFieldProps extends Pick<InputHTMLAttributes<HTMLInputElement>, "onKeyDown" | "onBlur" | "aria-keyshortcuts"> {
  /** The name of the field, which it also shows while it is empty. */
  label: string;
  typed: string;
  onType(typed: string): void;
  input?: Ref<HTMLInputElement>;
  class?: string;
  role?: "search";
  /** Whether the page puts the focus here when it opens. */
  "data-start"?: boolean;
}

/** A field for what to search for, with its icon. */
export function SearchField({ label, typed, onType, input, class: own = "search", role, ...others }: SearchFieldProps) {
  return (
    <div class={own} role={role}>
      <Icon name="search" />
      <input
        {...others}
        ref={input ?? null}
        type="search"
        aria-label={label}
        placeholder={label}
        value={typed}
        spellcheck={false}
        onInput={(event) => onType(event.currentTarget.value)}
      />
    </div>
  );
}

interface SwitchProps {
  label: string;
  on: boolean;
  busy?: boolean;
  /** Whether it has no effect at present, because something else is in the way. */
  isMoot?: boolean;
  onChange(on: boolean): void;
  children?: ComponentChildren;
}

export function Switch({ label, on, busy = false, isMoot = false, onChange, children }: SwitchProps) {
  return (
    <button
      type="button"
      role="switch"
      class={isMoot ? "switch moot" : "switch"}
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

interface OptionProps {
  label: ComponentChildren;
  hint?: string | undefined;
  checked: boolean;
}

/** A labelled box to tick. */
export function Check({ label, hint, checked, onChange }: OptionProps & { onChange(checked: boolean): void }) {
  return (
    <label class="check">
      <input type="checkbox" checked={checked} onChange={(event) => onChange(event.currentTarget.checked)} />
      <span>
        {label}
        {hint && <span class="soft">{hint}</span>}
      </span>
    </label>
  );
}

/** One of several labelled options, of which a person picks one. Those with the same `name` belong together. */
export function Radio({ name, label, hint, checked, onPick }: OptionProps & { name: string; onPick(): void }) {
  return (
    <label class="check">
      <input type="radio" name={name} checked={checked} onChange={onPick} />
      <span>
        {label}
        {hint && <span class="soft">{hint}</span>}
      </span>
    </label>
  );
}

interface FormProps {
  id: string;
  /** Whether it has words that are not saved. Whatever closes the form then asks first. */
  unsaved: boolean;
  onSubmit(): void;
  children: ComponentChildren;
}

/** A form. Enter in a field submits it. */
export function Form({ id, unsaved, onSubmit, children }: FormProps) {
  useHold(unsaved);
  const form = useRef<HTMLFormElement>(null);
  /** Whether the form was submitted, and nothing was typed since. */
  const isSubmitted = useRef(false);
  // The focus goes to the first field that is wrong, which may be known only when the server has answered.
  const focusWrong = () => {
    const wrong = form.current?.querySelector<HTMLElement>('[aria-invalid="true"]');
    if (!isSubmitted.current || !wrong) return;
    isSubmitted.current = false;
    if (form.current?.matches(":focus-within")) wrong.focus();
  };
  useEffect(focusWrong);
  return (
    <form
      id={id}
      ref={form}
      noValidate
      onInput={() => void (isSubmitted.current = false)}
      onSubmit={(event) => {
        event.preventDefault();
        isSubmitted.current = true;
        onSubmit();
        // The form does not change if the same field is wrong again.
        requestAnimationFrame(focusWrong);
      }}
    >
      {children}
    </form>
  );
}
