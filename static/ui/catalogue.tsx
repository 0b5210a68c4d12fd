/** The catalogue of providers. The search filters while typing, and the arrow keys move through the results. */
import { useId, useMemo, useRef, useState } from "preact/hooks";

import type { ManifestSummary } from "../api/types";
import { categories, search } from "../config/integration-manifests";
import { t } from "../text/all";
import { useNexus } from "./context";
import { Select } from "./controls";
import { Icon } from "./icons";
import { Mark, useFocus } from "./parts";

export function Catalogue({ providers, onPick }: { providers: readonly ManifestSummary[]; onPick(provider: ManifestSummary): void }) {
  const { identity } = useNexus();
  const [typed, setTyped] = useState("");
  const [category, setCategory] = useState("");
  const [method, setMethod] = useState("");
  const [chosen, setChosen] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  const input = useFocus<HTMLInputElement>();
  const id = useId();
  const all = useMemo(() => categories(providers), [providers]);
  const methods = useMemo(() => [...new Set(providers.map((one) => one.auth_method))], [providers]);
  const found = useMemo(
    () =>
      search(providers, typed).filter(
        (one) => (!category || one.categories.includes(category)) && (!method || one.auth_method === method),
      ),
    [providers, typed, category, method],
  );
  const move = (to: number) => {
    const next = Math.max(0, Math.min(found.length - 1, to));
    setChosen(next);
    list.current?.children[next]?.scrollIntoView({ block: "nearest" });
  };
  const key = (event: KeyboardEvent) => {
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 };
    const step = steps[event.key];
    if (step !== undefined) {
      event.preventDefault();
      move(chosen + step);
    } else if (event.key === "Enter") {
      event.preventDefault();
      const one = found[chosen];
      if (one) onPick(one);
    } else if (event.key === "Escape" && typed) {
      // The first Escape empties the search. The next one closes the dialog.
      event.preventDefault();
      event.stopPropagation();
      setTyped("");
    }
  };
  const setAndReset = (set: (value: string) => void) => (value: string) => {
    set(value);
    setChosen(0);
  };
  return (
    <div class="catalogue">
      <div class="toolbar">
        <div class="search">
          <Icon name="search" />
          <input
            type="text"
            role="combobox"
            aria-label={t.add.search}
            aria-expanded="true"
            aria-controls={id}
            aria-autocomplete="list"
            aria-activedescendant={found[chosen] ? `${id}-${chosen}` : undefined}
            placeholder={t.add.search}
            value={typed}
            spellcheck={false}
            ref={input}
            onInput={(event) => setAndReset(setTyped)(event.currentTarget.value)}
            onKeyDown={key}
          />
        </div>
        <Select
          label={t.add.category}
          value={category}
          options={[["", t.add.allCategories], ...all.map(([name, many]) => [name, `${categoryName(name)} (${many})`] as const)]}
          onChange={setAndReset(setCategory)}
        />
        <Select
          label={t.add.method}
          value={method}
          options={[["", t.add.anyMethod], ...methods.map((one) => [one, t.method[one] ?? one] as const)]}
          onChange={setAndReset(setMethod)}
        />
      </div>
      <p class="unseen" role="status">
        {t.list.found(found.length, false)}
      </p>
      <ul ref={list} id={id} role="listbox" aria-label={t.add.providers} class="providers">
        {found.map((one, index) => (
          <li
            key={one.id}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === chosen ? "true" : "false"}
            onClick={() => onPick(one)}
            onMouseMove={() => setChosen(index)}
          >
            <Mark name={one.name} brand={one.brand} />
            <span class="names">
              <strong>{one.name}</strong>
              <span class="soft">
                {one.id.startsWith("custom-") && `${t.add.custom} · `}
                {t.method[one.auth_method]}
              </span>
            </span>
          </li>
        ))}
      </ul>
      {found.length === 0 && (
        <p class="none">
          {t.add.noMatch(typed || categoryName(category))} {identity.role === "ADMIN" && t.add.noMatchHint}
        </p>
      )}
    </div>
  );
}

function categoryName(category: string): string {
  const text = category.replaceAll("-", " ");
  return text.length <= 3 ? text.toUpperCase() : text.charAt(0).toUpperCase() + text.slice(1);
}
