/** The last step of adding an integration: how agents use it. */
import type { Integration, ManifestSummary } from "../api/types";
import { accountName } from "../logic/names";
import type { Route } from "../logic/route";
import { snippets } from "../logic/snippets";
import { t } from "../text";
import { useLoad, useNexus } from "./context";
import { Icon } from "./icons";
import { Button, useFocus } from "./parts";
import { SnippetTabs } from "./snippet-tabs";

interface Props {
  integration: Integration;
  checked: boolean;
  provider: ManifestSummary;
  onAnother(): void;
  onClose(): void;
  /** Closes the dialog and opens a page. */
  onLeave(route: Route): void;
}

export function AddDone({ integration, checked, provider, onAnother, onClose, onLeave }: Props) {
  const nexus = useNexus();
  const [manifest] = useLoad(() => nexus.manifests.get(provider.id), provider.id);
  const title = useFocus<HTMLParagraphElement>();
  const open = () => onLeave({ page: "integration", id: integration.slug, tab: "overview" });
  const account = accountName(integration);
  return (
    <div class="done">
      <p ref={title} tabIndex={-1} class="health good">
        <Icon name="good" />
        <span>
          {checked ? t.add.verified(provider.name) : t.add.unverified}
          {account && <strong> {account}</strong>}
        </span>
      </p>
      {manifest.state === "ready" && <SnippetTabs snippets={snippets(nexus.client.origin, integration, manifest.value)} />}
      <div class="actions">
        <Button tone="primary" onClick={onClose}>
          {t.done}
        </Button>
        <Button onClick={open}>{t.add.open}</Button>
        <Button tone="quiet" onClick={onAnother}>
          {t.add.another}
        </Button>
      </div>
    </div>
  );
}
