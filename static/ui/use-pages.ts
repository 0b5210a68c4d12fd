/** Further pages of something, after the first, one at a time. */
import { useState } from "preact/hooks";

import type { Page } from "../api/pages";
import { useAction } from "./context";
import type { Action } from "./context";

interface Pages<T> {
  /** Of the first page and all that came after it. */
  readonly items: readonly T[];
  /** The further page that is being loaded, or what was wrong with it. */
  readonly action: Action;
  /** Loads the next page; null where there is none. */
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
