/** Snippets to copy, one kind at a time. */
import { useState } from "preact/hooks";

import type { Snippet } from "../logic/snippets";
import { t } from "../text/all";
import { CopyButton } from "./parts";
import { Tabs } from "./tabs";

interface Props {
  snippets: readonly Snippet[];
  /** Whether they contain a key. */
  hasKey?: boolean;
}

export function SnippetTabs({ snippets, hasKey = false }: Props) {
  const [chosen, choose] = useState<string>("curl");
  const snippet = snippets.find((one) => one.id === chosen) ?? snippets[0];
  if (!snippet) return null;
  return (
    <div class="snippet">
      <Tabs
        label={t.manage.tabs["use"] ?? ""}
        tabs={snippets.map((one) => [one.id, one.title] as const)}
        chosen={snippet.id}
        onChoose={choose}
        aside={<CopyButton key={snippet.id} text={snippet.code} what={t.use.snippet(snippet.title)} />}
      >
        <pre tabIndex={0} aria-label={t.use.snippet(snippet.title)}>
          <code>{snippet.code}</code>
        </pre>
      </Tabs>
      <p class="hint">{snippet.id === "mcp" ? t.use.signsIn : hasKey ? t.use.hasKey : t.use.needsKey}</p>
    </div>
  );
}
