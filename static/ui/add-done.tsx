/** The last step of adding an integration: an agent that uses it, with a key. */
import type { Integration, ManifestSummary } from "../api/types";
import { accountName } from "../logic/names";
import type { Route } from "../logic/route";
import { t } from "../text/all";
import { ConnectIntegration } from "./connect-integration";
import { useLoad, useNexus } from "./context";
import { Icon } from "./icons";
import { Loaded } from "./loaded";
import { Button, useFocus } from "./parts";

interface Props {
  integration: Integration;
  checked: boolean;
  provider: ManifestSummary;
  onChanged(integration: Integration): void;
  onAnother(): void;
  onClose(): void;
  /** Closes the dialog and opens a page. */
  onLeave(route: Route): void;
}

export function AddDone({ integration, checked, provider, onChanged, onAnother, onClose, onLeave }: Props) {
  const nexus = useNexus();
  const [manifest, again] = useLoad(() => nexus.manifests.get(provider.id), provider.id);
  const title = useFocus<HTMLParagraphElement>();
  const open = () => onLeave({ page: "integration", id: integration.slug, tab: "overview" });
  const account = accountName(integration);
  const changed = (integration: Integration) => {
    nexus.changed(integration.id, integration);
    onChanged(integration);
  };
  return (
    <div class="done">
      <p ref={title} tabIndex={-1} class="health good">
        <Icon name="good" />
        <span>
          {checked ? t.add.verified(provider.name) : t.add.unverified}
          {account && <strong> {account}</strong>}
        </span>
      </p>
      <section class="stack">
        <div>
          <h3>{t.add.lastStep}</h3>
          <p class="soft">{t.add.lastStepLead}</p>
        </div>
        <Loaded of={manifest} onRetry={() => again()} rows={4}>
          {(manifest) => <ConnectIntegration integration={integration} manifest={manifest} onChanged={changed} go={onLeave} />}
        </Loaded>
      </section>
      <div class="actions">
        <Button onClick={onClose}>{t.done}</Button>
        <Button onClick={open}>{t.add.open}</Button>
        <Button tone="quiet" onClick={onAnother}>
          {t.add.another}
        </Button>
      </div>
    </div>
  );
}
