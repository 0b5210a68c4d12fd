/** The announced end of a way to connect, for whoever is about to use it and for whoever uses it already. */
import type { Integration, IntegrationPage, ManifestSummary } from "../api/types";
import { endState, endingOf } from "../logic/ends";
import type { Ends } from "../logic/ends";
import { t } from "../text/all";
import { ended } from "../text/plural";
import { useLoad, useNexus, useNow } from "./context";
import { Icon } from "./icons";
import { ExternalLink } from "./parts";

/** When and why the way to connect ends. Nothing if no end is announced. */
export function EndsNote({ ends }: { ends: Ends | null | undefined }) {
  const isOver = endState(ends, useNow()) === "ended";
  if (!ends) return null;
  return (
    <div class={isOver ? "alert" : "alert warn"}>
      <Icon name="clock" />
      <div>
        <strong>{t.ends.title(ends.on, isOver)}</strong>
        <p>{ended(ends.why)}</p>
        <ExternalLink href={ends.source}>{t.ends.source}</ExternalLink>
      </div>
    </div>
  );
}

/** The same in a few words, on a tile. */
export function EndsTag({ ends }: { ends: Ends }) {
  const isOver = endState(ends, useNow()) === "ended";
  return <span class={isOver ? "tag bad" : "tag warn"}>{t.ends.short(ends.on, isOver)}</span>;
}

/** An integration whose way to connect ends soon or has ended. */
export interface Ending {
  readonly integration: Integration;
  readonly ends: Ends;
}

/** The most integrations of one provider that are named. */
const MOST = 100;

/** The integrations whose way to connect ends soon or has ended. Empty while that is not known. */
export function useEnding(catalogue: readonly ManifestSummary[]): readonly Ending[] {
  const { client } = useNexus();
  const ending = endingOf(catalogue, useNow());
  const [loaded] = useLoad(async (signal): Promise<readonly Ending[]> => {
    const found = await Promise.all(
      ending.map(async ({ id, ends }) => {
        const { items } = await client.get<IntegrationPage>("/api/integrations", { manifest: id, limit: MOST }, signal);
        return items.map((integration) => ({ integration, ends }));
      }),
    );
    return found.flat();
  }, ending.map((one) => one.id).join());
  return loaded.state === "ready" ? loaded.value : [];
}
