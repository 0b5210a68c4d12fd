/** The scopes to request from the provider. */
import { useState } from "preact/hooks";

import type { IntegrationManifest } from "../config/integration-manifests";
import { t } from "../text/all";
import { Field } from "./controls";

interface Props {
  manifest: IntegrationManifest;
  chosen: readonly string[];
  onChange(scopes: string[]): void;
}

export function Scopes({ manifest, chosen, onChange }: Props) {
  const known = manifest.oauth2?.scopes?.known ?? [];
  const names = new Set(known.map((scope) => scope.name));
  const [further, setFurther] = useState(() => chosen.filter((scope) => !names.has(scope)).join(" "));
  const set = (more: string, listed: readonly string[]) =>
    onChange([...new Set([...listed.filter((scope) => names.has(scope)), ...more.split(/[\s,]+/).filter(Boolean)])]);
  return (
    <details class="fold">
      <summary>
        <span>{t.add.scopes}</span> <span class="soft">{t.add.scopesChosen(chosen.length)}</span>
      </summary>
      <fieldset class="group">
        <legend class="unseen">{t.add.scopes}</legend>
        <p class="hint">{t.add.scopesHint}</p>
        <div class="checks">
          {known.map((scope) => (
            <label class="check">
              <input
                type="checkbox"
                checked={chosen.includes(scope.name)}
                onChange={(event) => {
                  const rest = chosen.filter((one) => one !== scope.name);
                  set(further, event.currentTarget.checked ? [...rest, scope.name] : rest);
                }}
              />
              <span>
                {scope.description}
                <code>{scope.name}</code>
              </span>
            </label>
          ))}
        </div>
        <Field
          label={t.add.moreScopes}
          value={further}
          required={false}
          hint={t.add.moreScopesHint}
          onInput={(text) => {
            setFurther(text);
            set(text, chosen);
          }}
        />
      </fieldset>
    </details>
  );
}
