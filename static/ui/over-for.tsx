/** The next step of a card, opened from the list: connecting again, or other credentials. */
import type { Integration } from "../api/types";
import { hasTypedCredentials } from "../logic/health";
import type { Action } from "../logic/health";
import { t } from "../text";
import { useLoaded, useNexus } from "./context";
import { Dialog } from "./dialog";
import { NotLoaded, Skeleton } from "./parts";
import { ReconnectDialog } from "./reconnect";
import { ReplaceDialog } from "./replace";

interface Props {
  integration: Integration;
  action: Action;
  onClose(): void;
}

export function OverFor({ integration, action, onClose }: Props) {
  const nexus = useNexus();
  const [manifest, again] = useLoaded(() => nexus.manifests.one(integration.manifest_id), integration.manifest_id);
  const onChanged = (changed: Integration) => nexus.changed(changed.id, changed);
  const replaces = hasTypedCredentials(integration) || action === "replace_key";
  if (manifest.state !== "ready") {
    return (
      <Dialog title={replaces ? t.replace.title(integration.name) : t.reconnect.title(integration.name)} onClose={onClose}>
        {manifest.state === "loading" ? (
          <Skeleton rows={4} />
        ) : (
          <NotLoaded problem={manifest.problem} onAgain={() => again()} />
        )}
      </Dialog>
    );
  }
  const props = { integration, manifest: manifest.value, onChanged, onClose };
  return replaces ? <ReplaceDialog {...props} /> : <ReconnectDialog {...props} />;
}
