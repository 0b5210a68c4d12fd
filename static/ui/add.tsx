/** The dialog that connects a provider, over the gallery: its form, and the result. */
import { useMemo, useRef, useState } from "preact/hooks";

import type { Integration, IntegrationCreated, ManifestSummary } from "../api/types";
import type { IntegrationManifest } from "../config/integration-manifests";
import { servicesOf } from "../config/services";
import type { Service } from "../config/services";
import { isChoosing } from "../logic/health";
import { HOME } from "../logic/route";
import type { Route } from "../logic/route";
import { t } from "../text/all";
import { AddDone } from "./add-done";
import { AddForm } from "./add-form";
import { ChoiceForm } from "./choose";
import { useLoad, useNexus } from "./context";
import type { LoadState } from "./context";
import { Dialog } from "./dialog";
import { EndsNote } from "./ends";
import { Into } from "./gallery";
import { useGuard } from "./guard";
import { Loaded } from "./loaded";
import { Button, EmptyState, Mark } from "./parts";

interface Props {
  /** The provider in the address. */
  manifest: string;
  catalogue: LoadState<readonly ManifestSummary[]>;
  /** Loads the catalogue again. */
  onRetry(): void;
  /** The names of the integrations that are shown, so that the suggested name is free. */
  usedNames: readonly string[];
  /** Closes the dialog. The gallery is below. */
  onClose(): void;
  /** Closes the dialog and opens a page. */
  onLeave(route: Route): void;
}

export function AddDialog({ manifest, catalogue, onRetry, usedNames, onClose, onLeave }: Props) {
  const { announce, replace, changed: noteChange } = useNexus();
  const [connected, setConnected] = useState<{ integration: Integration; checked: boolean; manifest: string } | null>(null);
  const current = useRef(manifest);
  current.current = manifest;
  const services = useMemo(() => (catalogue.state === "ready" ? servicesOf(catalogue.value) : []), [catalogue]);
  const service = services.find((one) => one.ways.some((way) => way.id === manifest));
  const picked = service?.ways.find((way) => way.id === manifest);
  const result = connected?.manifest === manifest ? connected : null;
  const title = result ? titleOfResult(result.integration) : picked ? t.add.titleOf(picked.name) : t.add.title;
  return (
    <Dialog title={title} onClose={() => (result ? onLeave(HOME) : onClose())} head={<Into />}>
      {result && picked && isChoosing(result.integration) ? (
        <ChoiceForm
          integration={result.integration}
          provider={picked.name}
          onChanged={(integration) => {
            noteChange(integration.id, integration);
            setConnected({ ...result, integration, checked: integration.health.state === "healthy" });
          }}
        />
      ) : result && picked ? (
        <AddDone
          integration={result.integration}
          checked={result.checked}
          provider={picked}
          onChanged={(integration) => setConnected({ ...result, integration })}
          onAnother={onClose}
          onClose={() => onLeave(HOME)}
          onLeave={onLeave}
        />
      ) : service && picked ? (
        <>
          {service.ways.length > 1 && <Ways service={service} chosen={picked.id} onChoose={(id) => replace({ page: "add", manifest: id })} />}
          <ProviderForm
            key={picked.id}
            summary={picked}
            usedNames={usedNames}
            // The title of the dialog says what is connected. If another provider was picked by then, a notice says it.
            onConnected={(integration, checked) => {
              if (current.current === picked.id) setConnected({ integration, checked, manifest: picked.id });
              else if (!isChoosing(integration)) announce(t.add.connected(integration.name));
            }}
            onLeave={onLeave}
          />
        </>
      ) : (
        <Loaded of={catalogue} onRetry={onRetry} rows={8}>
          {() => (
            <EmptyState icon="unknown" title={t.add.unknown} lead={t.add.unknownLead}>
              <Button onClick={onClose}>{t.add.all}</Button>
            </EmptyState>
          )}
        </Loaded>
      )}
    </Dialog>
  );
}

function titleOfResult(integration: Integration): string {
  return isChoosing(integration) ? t.choose.title(integration.name) : t.add.connected(integration.name);
}

interface WaysProps {
  service: Service;
  chosen: string;
  onChoose(id: string): void;
}

/** The ways to connect a service, if there are several. Choosing another one asks before typed words are lost. */
function Ways({ service, chosen, onChoose }: WaysProps) {
  const guard = useGuard();
  return (
    <div class="segments" role="group" aria-label={t.add.way}>
      {service.ways.map((way) => (
        <button type="button" aria-pressed={way.id === chosen ? "true" : "false"} onClick={() => way.id !== chosen && guard.ask(() => onChoose(way.id))}>
          {way.name === service.name || way.name.startsWith(`${service.name} (`) ? t.method[way.auth_method] : way.name}
        </button>
      ))}
    </div>
  );
}

interface ProviderFormProps {
  summary: ManifestSummary;
  usedNames: readonly string[];
  onConnected(integration: Integration | IntegrationCreated, checked: boolean): void;
  onLeave(route: Route): void;
}

function ProviderForm({ summary, ...rest }: ProviderFormProps) {
  const { manifests } = useNexus();
  const [manifest, again] = useLoad<IntegrationManifest>(() => manifests.get(summary.id), summary.id);
  return (
    <Loaded of={manifest} onRetry={() => again()}>
      {(manifest) => (
        <>
          <div class="provider">
            <Mark name={summary.name} brand={summary.brand} />
            <p>{summary.description}</p>
          </div>
          <EndsNote ends={manifest.ends} />
          <AddForm manifest={manifest} {...rest} />
        </>
      )}
    </Loaded>
  );
}
