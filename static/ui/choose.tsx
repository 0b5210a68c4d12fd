/**
 * The choice of what an integration is connected to, if its provider offers several sites or accounts. The provider is asked
 * when the form is shown, and again by the server when something is chosen.
 */
import { useState } from "preact/hooks";

import { integrationPath } from "../api/paths";
import type { Choices, Integration } from "../api/types";
import { t } from "../text/all";
import { useAction, useLoad, useNexus } from "./context";
import { Form, Radio, SearchField } from "./controls";
import { CancelButton, Dialog } from "./dialog";
import { Unloaded } from "./loaded";
import { Alert, Button } from "./parts";

/** From this number of entries on, they can be searched. */
const SEARCHABLE = 8;

interface Props {
  integration: Integration;
  /** The provider's name. */
  provider: string;
  onChanged(integration: Integration): void;
}

/** The entries, and the button that connects one. */
export function ChoiceForm({ integration, provider, onChanged }: Props) {
  const nexus = useNexus();
  const path = integrationPath(integration.id);
  const [loaded, again] = useLoad<Choices>((signal) => nexus.client.get(`${path}/choices`, {}, signal), integration.id);
  const [picked, pick] = useState<string | null>(null);
  const [typed, type] = useState("");
  const { busy, problem, run } = useAction();
  if (loaded.state !== "ready") return <Unloaded of={loaded} onRetry={() => again()} rows={4} title={t.choose.errorTitle} />;
  const { items, label } = loaded.value;
  const chosen = picked ?? items.find((one) => one.chosen)?.value ?? null;
  const wanted = typed.trim().toLowerCase();
  const shown = items.filter((one) => one.label.toLowerCase().includes(wanted) || one.value.toLowerCase().includes(wanted));
  const submit = () => {
    if (chosen === null || busy) return;
    void run(async () => {
      const changed = await nexus.client.call<Integration>("PUT", path, { body: { choice: chosen } });
      const name = items.find(({ value }) => value === chosen)?.label ?? chosen;
      nexus.announce(t.choose.changed(changed.name, name));
      onChanged(changed);
    });
  };
  return (
    <Form id="choose" unsaved={picked !== null} onSubmit={submit}>
      <p>{t.choose.lead(provider)}</p>
      {items.length >= SEARCHABLE && <SearchField label={t.choose.find} typed={typed} onType={type} />}
      <fieldset class="group" disabled={busy}>
        <legend>{label}</legend>
        <div class="checks">
          {shown.map((one) => (
            <Radio
              key={one.value}
              name="choice"
              label={one.label}
              hint={one.label === one.value ? undefined : one.value}
              checked={one.value === chosen}
              onPick={() => pick(one.value)}
            />
          ))}
        </div>
        {shown.length === 0 && <p class="hint">{t.choose.none}</p>}
      </fieldset>
      <Alert problem={problem} />
      <div class="actions">
        <Button type="submit" tone="primary" busy={busy} disabled={chosen === null}>
          {busy ? t.choose.busy : t.choose.submit}
        </Button>
        <CancelButton />
      </div>
    </Form>
  );
}

interface DialogProps extends Props {
  onClose(): void;
}

export function ChooseDialog({ integration, provider, onChanged, onClose }: DialogProps) {
  return (
    <Dialog title={t.choose.title(integration.name)} onClose={onClose}>
      <ChoiceForm
        integration={integration}
        provider={provider}
        onChanged={(changed) => {
          onChanged(changed);
          onClose();
        }}
      />
    </Dialog>
  );
}
