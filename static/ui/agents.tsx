/** The agents of the workspace: what each is, when it called last, and whether it may. */
import { useEffect, useState } from "preact/hooks";

import { agentPath } from "../api/paths";
import type { Agent, AgentPage } from "../api/types";
import { agentRoute } from "../logic/route";
import { t } from "../text/all";
import { useAction, useLoad, useNexus, useNow } from "./context";
import { Field, Form, Switch } from "./controls";
import { CancelButton, Dialog } from "./dialog";
import { Loaded } from "./loaded";
import { Menu } from "./menu";
import type { MenuItem } from "./menu";
import { More } from "./more";
import { Alert, Button, EmptyState, Mark, RouteLink } from "./parts";
import { RemoveDialog } from "./remove";
import { StopDialog } from "./stop-dialog";
import { agentNameError } from "./use-agents";
import { useFresh } from "./use-fresh";
import { usePages } from "./use-pages";

type Open = { is: "add" } | { is: "remove" | "stop"; agent: Agent };

export function Agents() {
  const { client, identity, go } = useNexus();
  const [first, reload] = useLoad((signal) => client.get<AgentPage>("/api/agents", { limit: 50 }, signal), 0);
  const [open, setOpen] = useState<Open | null>(null);
  useFresh(identity.workspace, () => reload(), open === null);
  const close = () => {
    setOpen(null);
    reload();
  };
  const add = (
    <Button tone="primary" icon="plus" onClick={() => setOpen({ is: "add" })}>
      {t.agents.add}
    </Button>
  );
  const isEmpty = first.state === "ready" && first.value.items.length === 0;
  return (
    <>
      <div class="page-head">
        <div>
          <h1 tabIndex={-1}>{t.agents.title}</h1>
          <p class="soft">{t.agents.lead}</p>
        </div>
        {!isEmpty && add}
      </div>
      <Loaded
        of={first}
        onRetry={() => reload()}
        isEmpty={({ items }) => items.length === 0}
        empty={
          <EmptyState icon="plug" title={t.agents.emptyTitle} lead={t.agents.emptyLead}>
            {add}
          </EmptyState>
        }
      >
        {(first) => <Lines first={first} onOpen={setOpen} onChanged={() => reload()} />}
      </Loaded>
      {open?.is === "add" && <AddDialog onClose={close} onMade={(agent) => go(agentRoute(agent.id))} />}
      {open?.is === "remove" && (
        <RemoveDialog
          title={t.agents.removeTitle(open.agent.name)}
          lead={t.agents.removeLead}
          done={t.agents.removed(open.agent.name)}
          path={agentPath(open.agent.id)}
          onClose={close}
        />
      )}
      {open?.is === "stop" && <StopDialog target={{ scope: "agent", ...open.agent }} onClose={close} />}
    </>
  );
}

interface LinesProps {
  first: AgentPage;
  onOpen(open: Open): void;
  onChanged(): void;
}

function Lines({ first, onOpen, onChanged }: LinesProps) {
  const { client, identity, go } = useNexus();
  const now = useNow();
  const { items, action, more } = usePages(first, (cursor) => client.get<AgentPage>("/api/agents", { limit: 50, cursor }));
  const change = useSwitch(onChanged);
  const menu = (agent: Agent): MenuItem[] => [
    { label: t.agents.open, icon: "open", onSelect: () => go(agentRoute(agent.id)) },
    ...(identity.role === "ADMIN"
      ? ([{ label: t.stops.stop, icon: "stop", tone: "danger", onSelect: () => onOpen({ is: "stop", agent }) }] as const)
      : []),
    ...(agent.kind !== "outside"
      ? ([{ label: t.agents.remove, icon: "trash", tone: "danger", onSelect: () => onOpen({ is: "remove", agent }) }] as const)
      : []),
  ];
  return (
    <>
      <Alert problem={change.problem} />
      <ul class="lines">
        {items.map((agent) => (
          <li key={agent.id} class={agent.status === "active" ? "card" : "card off"}>
            <div class="top">
              <Mark name={agent.name} brand={undefined} />
              <div class="names">
                <h2>
                  <RouteLink origin={client.origin} route={agentRoute(agent.id)} go={go}>
                    {agent.name}
                  </RouteLink>
                </h2>
                <p class="soft">{aboutAgent(agent, now)}</p>
                {agent.description && <p class="about">{agent.description}</p>}
              </div>
              <div class="actions">
                <AgentSwitch agent={agent} busy={change.busy} onChange={change.set} />
                <Menu label={t.agents.menuOf(agent.name)} items={() => menu(agent)} />
              </div>
            </div>
          </li>
        ))}
      </ul>
      <More action={action} more={more} />
    </>
  );
}

/** A description of an agent, in one line. */
export function aboutAgent(agent: Agent, now: number): string {
  return [
    t.agents.kind[agent.kind] ?? agent.kind,
    t.agents.used(agent.last_used_at, agent.last_used_from, now),
    ...(agent.kind === "registered" ? [t.agents.keys(agent.keys.length)] : []),
  ].join(" · ");
}

interface SwitchProps {
  agent: Agent;
  busy: boolean;
  onChange(agent: Agent, on: boolean): void;
}

export function AgentSwitch({ agent, busy, onChange }: SwitchProps) {
  const isOn = agent.status === "active";
  return (
    <Switch label={t.agents.switchOf(agent.name)} on={isOn} busy={busy} onChange={(on) => onChange(agent, on)}>
      {isOn ? t.agents.on : t.agents.off}
    </Switch>
  );
}

/** Switches agents on and off. */
export function useSwitch(onChanged: (agent: Agent) => void) {
  const { client, announce } = useNexus();
  const { busy, problem, run } = useAction();
  const set = ({ id, name }: Agent, on: boolean) =>
    void run(async () => {
      const body = { status: on ? "active" : "disabled" };
      onChanged(await client.call<Agent>("PUT", agentPath(id), { body }));
      announce(t.agents.switched(name, on));
    });
  return { busy, problem, set };
}

function AddDialog({ onClose, onMade }: { onClose(): void; onMade(agent: Agent): void }) {
  const { client } = useNexus();
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  /** The words are saved. What comes next need not ask whether they may be lost. */
  const [isMade, setMade] = useState<Agent | null>(null);
  const adding = useAction();
  const submit = () =>
    void adding.run(async () => {
      const body = { name: name.trim(), description: description.trim() };
      setMade(await client.call<Agent>("POST", "/api/agents", { body }));
    });
  const errors = { name: agentNameError(adding.problem), description: adding.problem?.at("/description") };
  useEffect(() => {
    if (isMade) onMade(isMade);
  }, [isMade]);
  return (
    <Dialog title={t.agents.add} onClose={onClose}>
      <Form id="add-agent" unsaved={!isMade && (name !== "" || description !== "")} onSubmit={() => !adding.busy && submit()}>
        <Field label={t.agents.name} value={name} onInput={setName} error={errors.name} maxLength={100} focus />
        <Field label={t.agents.description} value={description} onInput={setDescription} error={errors.description} required={false} maxLength={500} />
        {!errors.name && !errors.description && <Alert problem={adding.problem} />}
        <div class="actions">
          <Button type="submit" tone="primary" busy={adding.busy}>
            {t.agents.register}
          </Button>
          <CancelButton />
        </div>
      </Form>
    </Dialog>
  );
}
