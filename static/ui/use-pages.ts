/** Loads further pages after the first, one at a time. */
import { useState } from "preact/hooks";

import type { Page } from "../api/pages";
import { useAction } from "./context";
import type { AsyncAction } from "./context";

interface Pages<T> {
  /** The items of all pages so far. */
  readonly items: readonly T[];
  /** The state of loading the next page. */
  readonly action: AsyncAction;
  /** Loads the next page, or null if there is no next page. */
  readonly more: (() => void) | null;
}

export function usePages<T>(first: Page<T>, load: (cursor: string) => Promise<Page<T>>): Pages<T> {
  const [further, setFurther] = useState<Page<T> | null>(null);
  const action = useAction();
  const { next_cursor: cursor } = further ?? first;
  const more = (cursor: string) =>
    void action.run(async () => {
      const page = await load(cursor);
      setFurther({ items: [...(further?.items ?? []), ...page.items], next_cursor: page.next_cursor });
    });
  return { items: [...first.items, ...(further?.items ?? [])], action, more: cursor === null ? null : () => more(cursor) };
}
