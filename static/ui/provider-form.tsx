/** The fields of a custom provider, and the manifest that they make. */
import { PLACES, hasField, idOf } from "../logic/own-manifest";
import type { Draft } from "../logic/own-manifest";
import { t } from "../text/all";
import { Check, Field, Radio } from "./controls";
import { sentence } from "./parts";

interface Props {
  draft: Draft;
  /** Whether the provider does not exist yet, so that its id can still be chosen. */
  isNew: boolean;
  errors: Partial<Record<keyof Draft, string>>;
  /** Fields that are empty and must not be. */
  missing: readonly (keyof Draft)[];
  onChange(draft: Draft): void;
  /** The manifest as JSON. */
  preview: string;
}

/** The fields whose values are texts. */
type TextField = Exclude<keyof Draft, "place" | "clientAuth" | "refreshes">;

export function ProviderForm({ draft, isNew, errors, missing, onChange, preview }: Props) {
  const words = t.providers;
  const set = (change: Partial<Draft>) => onChange({ ...draft, ...change });
  const field = (name: TextField, more: { hint?: string; required?: boolean; placeholder?: string; focus?: boolean; code?: boolean } = {}) => {
    const error = errors[name];
    const label = words[name];
    return (
      hasField(name, draft) && (
        <Field
          label={label}
          value={draft[name]}
          onInput={(value) => set({ [name]: value })}
          required={false}
          error={missing.includes(name) ? t.add.required(label) : error && sentence(error)}
          {...more}
        />
      )
    );
  };
  const nameIt = (name: string) => {
    // The id follows the name until somebody types another one, and is fixed as soon as it is saved.
    const follows = isNew && draft.id === idOf(draft.name);
    set({ name, ...(follows && { id: idOf(name) }) });
  };
  const nameError = missing.includes("name") ? t.add.required(words.name) : errors.name && sentence(errors.name);
  return (
    <>
      <Field label={words.name} value={draft.name} onInput={nameIt} maxLength={100} error={nameError} placeholder="Acme" focus={isNew} />
      {isNew ? (
        field("id", { required: true, hint: words.idHint, placeholder: "custom-acme", code: true })
      ) : (
        <p class="soft">
          {words.id}: <code>{draft.id}</code>. {words.idFixed}
        </p>
      )}
      {field("baseUrl", { required: true, hint: words.baseUrlHint, placeholder: "https://api.acme.example/v1", code: true })}
      <fieldset class="group">
        <legend>{words.place}</legend>
        {PLACES.map((place) => (
          <Radio name="place" label={words.places[place]} hint={words.placeHints[place]} checked={draft.place === place} onPick={() => set({ place })} />
        ))}
      </fieldset>
      {field("headerName", { required: true, placeholder: "X-Api-Key", code: true })}
      {field("headerPrefix", { hint: words.headerPrefixHint, code: true })}
      {field("queryName", { required: true, hint: words.queryHint, placeholder: "api_key", code: true })}
      {field("authorizationUrl", { required: true, placeholder: "https://acme.example/oauth/authorize", code: true })}
      {field("tokenUrl", { required: true, placeholder: "https://acme.example/oauth/token", code: true })}
      {draft.place === "oauth2" && (
        <fieldset class="group">
          <legend>{words.clientAuth}</legend>
          {(["post", "basic"] as const).map((one) => (
            <Radio name="client-auth" label={words.clientAuths[one]} checked={draft.clientAuth === one} onPick={() => set({ clientAuth: one })} />
          ))}
        </fieldset>
      )}
      {field("scopes", { hint: words.scopesHint, code: true })}
      {draft.place === "oauth2" && <Check label={words.refreshes} checked={draft.refreshes} onChange={(refreshes) => set({ refreshes })} />}
      <fieldset class="group">
        <legend>{words.test}</legend>
        <p class="hint">{words.testLead}</p>
        {field("testPath", { hint: words.testPathHint, placeholder: "/me", code: true })}
        {draft.testPath && draft.baseUrl && <code class="soft">{words.testShown(draft.baseUrl + draft.testPath)}</code>}
        {field("accountPointer", { hint: words.accountPointerHint, placeholder: "/id", code: true })}
      </fieldset>
      {field("keyUrl", { placeholder: "https://acme.example/settings/keys", code: true })}
      {field("revokeUrl", { hint: words.revokeUrlHint, placeholder: "https://acme.example/oauth/revoke", code: true })}
      {field("manageUrl", { hint: words.manageUrlHint, placeholder: "https://acme.example/settings/keys", code: true })}
      {field("description", { hint: words.descriptionHint })}
      {field("docsUrl", { placeholder: "https://docs.acme.example/api", code: true })}
      <details class="fold preview" open>
        <summary>{words.preview}</summary>
        <pre tabIndex={0} role="region" aria-label={words.previewOf(draft.id || draft.name)}>
          <code>{preview}</code>
        </pre>
      </details>
    </>
  );
}
