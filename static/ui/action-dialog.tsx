/** The dialog of a card's action: reconnecting, replacing the credentials, choosing what is connected, or deleting. */
import type { Integration } from "../api/types";
import { hasTypedCredentials } from "../logic/health";
import type { Action } from "../logic/health";
import { t } from "../text/all";
import { ChooseDialog } from "./choose";
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
  const title = titleOf(integration.name, action, replaces);
  if (manifest.state !== "ready") {
    return (
      <Dialog title={title} onClose={onClose}>
        <Loaded of={manifest} onRetry={() => again()} rows={4}>
          {() => null}
        </Loaded>
      </Dialog>
    );
  }
  if (action === "delete") return <DeleteDialog integration={integration} manifest={manifest.value} onClose={onClose} />;
  if (action === "choose") return <ChooseDialog integration={integration} provider={manifest.value.name} onChanged={onChanged} onClose={onClose} />;
  const props = { integration, manifest: manifest.value, onChanged, onClose };
  return replaces ? <ReplaceDialog {...props} /> : <ReconnectDialog {...props} />;
}

function titleOf(name: string, action: Action, replaces: boolean): string {
  if (action === "delete") return t.remove.title(name);
  if (action === "choose") return t.choose.title(name);
  return replaces ? t.replace.title(name) : t.reconnect.title(name);
}
