/** The emergency stops of the workspace: what is stopped, lifting it, and stopping something else. */
import { useState } from "preact/hooks";

import type { Client } from "../api/client";
import { pages } from "../api/pages";
import type { Page } from "../api/pages";
import type { Agent, Integration, ManifestSummary, Person, Stop } from "../api/types";
import { t } from "../text/all";
import { Detail } from "./activity";
import { useLoad, useNexus, useNow } from "./context";
import { Select } from "./controls";
import { Icon } from "./icons";
import { Button, EmptyState } from "./parts";
import { RemoveDialog } from "./remove";
import { StopDialog } from "./stop-dialog";
import type { StopTarget } from "./stop-dialog";
import { useStopAuthors, useStopNames } from "./use-stop-names";

export function Stops({ catalogue }: { catalogue: readonly ManifestSummary[] }) {
  const { stops } = useNexus();
  const now = useNow();
  const nameOf = useStopNames();
  const authorOf = useStopAuthors();
  const [lifting, setLifting] = useState<Stop | null>(null);
  return (
    <>
      <div class="page-head">
        <div>
          <h1 tabIndex={-1}>{t.stops.title}</h1>
          <p class="soft">{t.stops.lead}</p>
        </div>
      </div>
      {stops.items.length === 0 ? (
        <EmptyState icon="good" title={t.stops.none} lead={t.stops.noneLead} />
      ) : (
        <section>
          <h2 class="section bad">
            {t.stops.inForce} <span class="count">{stops.items.length}</span>
          </h2>
          <ul class="lines">
            {stops.items.map((stop) => (
              <li key={stop.id} class="card">
                <div class="top">
                  <span class="badge bad">
                    <Icon name="stop" />
                  </span>
                  <div class="names">
                    <h3>{nameOf(stop)}</h3>
                    <p class="soft" title={t.stops.at(stop.created_at)}>
                      {t.stops.kind[stop.scope]} · {t.stops.by(authorOf(stop.created_by), stop.created_at, now)}
                    </p>
                    <p class="about">{stop.reason}</p>
                    <Detail detail={{}} nameOf={(id) => id} codes={{ stop: stop.id, created_by: stop.created_by, ...(stop.target && { id: stop.target }) }} />
                  </div>
                  <div class="actions">
                    <Button aria-label={`${t.stops.lift}: ${nameOf(stop)}`} onClick={() => setLifting(stop)}>
                      {t.stops.lift}
                    </Button>
                  </div>
                </div>
              </li>
            ))}
          </ul>
        </section>
      )}
      <NewStop catalogue={catalogue} />
      {lifting && <LiftDialog stop={lifting} name={nameOf(lifting)} onClose={() => setLifting(null)} />}
    </>
  );
}

/** The question before a stop is lifted. */
export function LiftDialog({ stop, name, onClose }: { stop: Stop; name: string; onClose(): void }) {
  const { stops } = useNexus();
  return (
    <RemoveDialog
      title={t.stops.liftTitle(name)}
      lead={t.stops.liftLead}
      done={t.stops.lifted(name)}
      path={`/api/panic/${stop.id}`}
      yes={t.stops.lift}
      tone="primary"
      onClose={(isLifted) => {
        onClose();
        if (isLifted) stops.reload();
      }}
    />
  );
}

const SCOPES: readonly Stop["scope"][] = ["agent", "person", "integration", "provider", "workspace"];

function NewStop({ catalogue }: { catalogue: readonly ManifestSummary[] }) {
  const { client } = useNexus();
  const [scope, setScope] = useState<Stop["scope"]>("agent");
  const [id, setId] = useState("");
  const [open, setOpen] = useState<StopTarget | null>(null);
  const [loaded] = useLoad((signal) => targetsOf(client, scope, catalogue, signal), scope);
  const targets = loaded.state === "ready" ? loaded.value : [];
  const target: StopTarget | undefined =
    scope === "workspace" ? { scope, id: null, name: t.stops.workspace } : targets.find((one) => one.id === id);
  return (
    <section class="box new-stop">
      <h2>{t.stops.new}</h2>
      <div class="toolbar">
        <Select
          label={t.stops.scope}
          value={scope}
          options={SCOPES.map((one) => [one, t.stops.scopes[one] ?? one] as const)}
          onChange={(value) => {
            setScope(value as Stop["scope"]);
            setId("");
          }}
        />
        {scope !== "workspace" && (
          <Select
            label={t.stops.target}
            value={id}
            options={[["", t.stops.choose], ...targets.map((one) => [one.id ?? "", one.name] as const)]}
            onChange={setId}
          />
        )}
        <Button tone="alarm" icon="stop" disabled={!target} onClick={() => target && setOpen(target)}>
          {t.stops.stop}
        </Button>
      </div>
      <p class="hint">{t.stops.hint[scope]}</p>
      {open && <StopDialog target={open} onClose={() => setOpen(null)} />}
    </section>
  );
}

/** The things that can be stopped. */
async function targetsOf(client: Client, scope: Stop["scope"], catalogue: readonly ManifestSummary[], signal: AbortSignal): Promise<readonly StopTarget[]> {
  const all = async <T,>(path: string) => (await pages((cursor) => client.get<Page<T>>(path, { limit: 100, cursor }, signal))).items;
  const named = (items: readonly { id: string; name: string }[]) => items.map(({ id, name }) => ({ scope, id, name }));
  switch (scope) {
    case "agent":
      return named(await all<Agent>("/api/agents"));
    case "person":
      return named(await all<Person>("/api/people"));
    case "integration":
      return named(await all<Integration>("/api/integrations"));
    case "provider": {
      const ids = new Set((await all<Integration>("/api/integrations")).map((one) => one.manifest_id));
      return named([...ids].map((id) => ({ id, name: catalogue.find((one) => one.id === id)?.name ?? id })));
    }
    default:
      return [];
  }
}
