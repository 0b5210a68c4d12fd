/**
 * Keeps typed words, and whatever else is unfinished, from being lost silently. A form says that it has
 * unsaved words (`useHold`). Whatever would close the form asks first (`Guard.ask`): Escape, a link, the
 * Back button, signing out. On a reload, the browser asks.
 */
import { createContext } from "preact";
import type { ComponentChildren } from "preact";
import { useContext, useLayoutEffect, useMemo, useRef } from "preact/hooks";

/** Asks a person before something is lost. `go` continues, `stay` does not. */
export type Question = (answer: { go(): void; stay(): void }) => ComponentChildren;

/** A question and what happens after it. Without a question of its own, the usual one is asked. */
export interface Asked {
  question: Question | undefined;
  then(): void;
}

/** The words that would be lost if a dialog, or the whole UI, closed. A dialog also holds the words of dialogs inside it. */
export class Guard {
  readonly #held = new Map<object, Question | undefined>();
  /** Shows a question, or none. Only the outermost guard has it. */
  show: (asked: Asked | null) => void = () => undefined;

  constructor(private readonly outer: Guard | null = null) {}

  get isHolding(): boolean {
    return this.#held.size > 0;
  }

  /** Runs `then` at once, or after confirmation if something would be lost. */
  ask(then: () => void): void {
    if (!this.isHolding) return then();
    // The last one is the one on top.
    this.#outermost.show({ question: [...this.#held.values()].at(-1), then });
  }

  hold(key: object, question: Question | undefined): void {
    this.#held.set(key, question);
    if (this.outer) this.outer.hold(key, question);
    else addEventListener("beforeunload", keepPage);
  }

  release(key: object): void {
    this.#held.delete(key);
    if (this.outer) return this.outer.release(key);
    if (this.isHolding) return;
    removeEventListener("beforeunload", keepPage);
    // If a question was open, there is nothing to ask any more.
    this.show(null);
  }

  get #outermost(): Guard {
    let guard: Guard = this;
    while (guard.outer) guard = guard.outer;
    return guard;
  }
}

function keepPage(event: Event): void {
  event.preventDefault();
}

export const GuardContext = createContext(new Guard());

/** The guard of the dialog around this component, or of the whole UI. */
export function useGuard(): Guard {
  return useContext(GuardContext);
}

/** A guard for a dialog, inside the guard around it. */
export function useInnerGuard(): Guard {
  const outer = useGuard();
  return useMemo(() => new Guard(outer), [outer]);
}

/** While `active`, whatever closes this component asks first. */
export function useHold(active: boolean, question?: Question): void {
  const guard = useGuard();
  const latest = useRef(question);
  latest.current = question;
  // At once: the next key may be the one that closes the form.
  useLayoutEffect(() => {
    if (!active) return;
    const key = {};
    guard.hold(key, latest.current && ((answer) => latest.current?.(answer)));
    return () => guard.release(key);
  }, [guard, active]);
}

/** `useHold` as a component, for whoever renders the dialog itself. */
export function Hold({ when, question }: { when: boolean; question?: Question }): null {
  useHold(when, question);
  return null;
}
