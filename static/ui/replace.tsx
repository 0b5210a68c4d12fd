/** The dialog that replaces credentials. The server checks the new ones first. */
import { useState } from "preact/hooks";

import { integrationPath } from "../api/paths";
import type { Integration, IntegrationPatch } from "../api/types";
import type { IntegrationManifest } from "../config/integration-manifests";
import { fieldsOf, belongToFields, pointer } from "../logic/fields";
import { t } from "../text/all";
import { useAction, useNexus } from "./context";
import { Form } from "./controls";
import { CredentialFields, useFieldValues } from "./credential-fields";
import { CancelButton, Dialog } from "./dialog";
import { Alert, Button } from "./parts";

interface Props {
  integration: Integration;
  manifest: IntegrationManifest;
  onChanged(integration: Integration): void;
  onClose(): void;
}

export function ReplaceDialog({ integration, manifest, onChanged, onClose }: Props) {
  const nexus = useNexus();
  const fields = fieldsOf(manifest);
  const values = useFieldValues(fields, integration.params);
  const [showMissing, setShowMissing] = useState(false);
  const { busy, problem, run } = useAction();
  const shared = problem?.code === "grant_shared";
  const submit = (force: "true" | "false" | null) => {
    setShowMissing(true);
    if (values.firstEmpty()) return;
    void run(async () => {
      const params = values.ofGroup("params");
      const body: IntegrationPatch = {
        credentials: values.ofGroup("credentials"),
        ...(Object.keys(params).length > 0 && { params }),
      };
      const path = integrationPath(integration.id);
      const changed = await nexus.client.call<Integration>("PUT", path, { body, query: { force } });
      onChanged(changed);
      nexus.announce(t.replace.done(changed.name));
      onClose();
    });
  };
  const isTyped = fields.some(({ name }) => (values.all[name] ?? "") !== (integration.params[name] ?? ""));
  const isShownInForm = problem?.code === "credential_refused" || belongToFields(problem?.body.errors, fields.map(pointer));
  return (
    <Dialog title={t.replace.title(integration.name)} onClose={onClose}>
      <p>{t.replace.lead(manifest.name)}</p>
      <Form id="replace" unsaved={isTyped} onSubmit={() => !busy && submit(shared ? "false" : null)}>
        <CredentialFields fields={fields} values={values} provider={manifest.name} problem={problem} showMissing={showMissing} focus />
        {!isShownInForm && <Alert problem={problem} />}
        <div class="actions">
          <Button type="submit" tone="primary" busy={busy}>
            {busy ? t.add.checking(manifest.name) : shared ? t.replace.keep : t.replace.submit}
          </Button>
          {shared && (
            <Button tone="danger" busy={busy} onClick={() => submit("true")}>
              {t.replace.force}
            </Button>
          )}
          <CancelButton />
        </div>
      </Form>
    </Dialog>
  );
}
