/** What the list and the overview show in a workspace without integrations. */
import type { ManifestSummary } from "../api/types";
import { t } from "../text";
import { useNexus } from "./context";
import { Lazy } from "./lazy";
import { Button, EmptyState } from "./parts";

/** In place of integrations, if there are none: how to connect the first. */
export function Welcome({ catalogue }: { catalogue: readonly ManifestSummary[] }) {
  const { go } = useNexus();
  return (
    <>
      <EmptyState icon="plug" title={t.list.emptyTitle} lead={t.list.emptyLead}>
        <Button tone="primary" icon="plus" onClick={() => go({ page: "add", manifest: null })}>
          {t.list.add}
        </Button>
      </EmptyState>
      <Lazy>{({ FirstRun }) => <FirstRun catalogue={catalogue} />}</Lazy>
    </>
  );
}
