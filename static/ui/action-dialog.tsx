/** The dialog of a card's action: reconnecting, replacing the credentials, or deleting. */
import type { Integration } from "../api/types";
import { hasTypedCredentials } from "../logic/health";
import type { Action } from "../logic/health";
import { t } from "../text/all";
import { useLoad, useNexus } from "./context";
import { DeleteDialog } from "./delete";
import { Dialog } from "./dialog";
import { Loaded } from "./loaded";
import { ReconnectDialog } from "./reconnect";
import { ReplaceDialog } from "./replace";

interface Props {
  integration: Integration;
  action: Action;
  onClose(): void;
}

export function ActionDialog({ integration, action, onClose }: Props) {
  const nexus = useNexus();
  const [manifest, again] = useLoad(() => nexus.manifests.get(integration.manifest_id), integration.manifest_id);
  const onChanged = (changed: Integration) => nexus.changed(changed.id, changed);
  const replaces = hasTypedCredentials(integration) || action === "replace_key";
  if (manifest.state !== "ready") {
    return (
      <Dialog title={action === "delete" ? t.remove.title(integration.name) : replaces ? t.replace.title(integration.name) : t.reconnect.title(integration.name)} onClose={onClose}>
        <Loaded of={manifest} onRetry={() => again()} rows={4}>
          {() => null}
        </Loaded>
      </Dialog>
    );
  }
  if (action === "delete") return <DeleteDialog integration={integration} manifest={manifest.value} onClose={onClose} />;
  const props = { integration, manifest: manifest.value, onChanged, onClose };
  return replaces ? <ReplaceDialog {...props} /> : <ReconnectDialog {...props} />;
}
