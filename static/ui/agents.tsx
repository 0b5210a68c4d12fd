/** The agents of the workspace: what each is, its keys, and switching it off. */
import { useState } from "preact/hooks";

import type { Agent, AgentKeyCreated, AgentPage } from "../api/types";
import { t } from "../text";
import { useAction, useLoad, useNexus, useNow } from "./context";
import { Field, Form } from "./controls";
import { CancelButton, Dialog } from "./dialog";
import { Alert, Button, CopyField, EmptyState, LoadError, Skeleton } from "./parts";
import { RemoveDialog } from "./remove";
import { useFresh } from "./use-fresh";
import { usePages } from "./use-pages";

type Open = { is: "add" } | { is: "keys" | "remove"; agent: Agent };

export function Agents() {
  const { client, identity } = useNexus();
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
      {first.state === "loading" && <Skeleton rows={6} />}
      {first.state === "failed" && <LoadError problem={first.problem} onRetry={() => reload()} />}
      {isEmpty && (
        <EmptyState icon="plug" title={t.agents.emptyTitle} lead={t.agents.emptyLead}>
          {add}
        </EmptyState>
      )}
      {first.state === "ready" && !isEmpty && <Lines first={first.value} onOpen={setOpen} onChanged={() => reload()} />}
      {open?.is === "add" && <AddDialog onClose={close} onMade={(agent) => setOpen({ is: "keys", agent })} />}
      {open?.is === "keys" && <KeysDialog agent={open.agent} onClose={close} />}
      {open?.is === "remove" && (
        <RemoveDialog
          title={t.agents.removeTitle(open.agent.name)}
          lead={t.agents.removeLead}
          done={t.agents.removed(open.agent.name)}
          path={`/api/agents/${open.agent.id}`}
          onClose={close}
        />
      )}
    </>
  );
}

interface LinesProps {
  first: AgentPage;
  onOpen(open: Open): void;
  onChanged(): void;
}

function Lines({ first, onOpen, onChanged }: LinesProps) {
  const { client, announce } = useNexus();
  const now = useNow();
  const { items, action, more } = usePages(first, (cursor) => client.get<AgentPage>("/api/agents", { limit: 50, cursor }));
  const change = useAction();
  const toggle = (agent: Agent) =>
    void change.run(async () => {
      const status = agent.status === "active" ? "disabled" : "active";
      await client.call("PUT", `/api/agents/${agent.id}`, { body: { status } });
      announce(t.agents.switched(agent.name, status === "active"));
      onChanged();
    });
  return (
    <>
      <Alert problem={change.problem} />
      <ul class="lines">
        {items.map((agent) => (
          <li key={agent.id} class={agent.status === "active" ? "card" : "card off"}>
            <div class="top">
              <div class="names">
                <h2>{agent.name}</h2>
                <p class="soft">
                  {agent.status === "active" ? (t.agents.kind[agent.kind] ?? agent.kind) : t.agents.off}
                  {" · "}
                  {t.agents.used(agent.last_used_at, now)}
                  {agent.kind === "registered" && ` · ${t.agents.keys(agent.keys.length)}`}
                </p>
                {agent.description && <p>{agent.description}</p>}
              </div>
              <div class="actions">
                {agent.kind === "registered" && (
                  <Button icon="key" aria-label={`${t.agents.connect}: ${agent.name}`} onClick={() => onOpen({ is: "keys", agent })}>
                    {t.agents.connect}
                  </Button>
                )}
                <Button icon="power" busy={change.busy} aria-label={`${agent.status === "active" ? t.agents.switchOff : t.agents.switchOn}: ${agent.name}`} onClick={() => toggle(agent)}>
                  {agent.status === "active" ? t.agents.switchOff : t.agents.switchOn}
                </Button>
                {agent.kind !== "outside" && (
                  <Button tone="quiet" icon="trash" aria-label={`${t.agents.remove}: ${agent.name}`} onClick={() => onOpen({ is: "remove", agent })} />
                )}
              </div>
            </div>
          </li>
        ))}
      </ul>
      <Alert problem={action.problem} />
      {more && (
        <div class="more">
          <Button busy={action.busy} onClick={more}>
            {t.loadMore}
          </Button>
        </div>
      )}
    </>
  );
}

function AddDialog({ onClose, onMade }: { onClose(): void; onMade(agent: Agent): void }) {
  const { client } = useNexus();
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const adding = useAction();
  const submit = () =>
    void adding.run(async () => {
      const body = { name, description };
      onMade(await client.call<Agent>("POST", "/api/agents", { body }));
    });
  return (
    <Dialog title={t.agents.add} onClose={onClose}>
      <Form id="add-agent" unsaved={name !== "" || description !== ""} onSubmit={() => !adding.busy && submit()}>
        <Field label={t.agents.name} value={name} onInput={setName} error={adding.problem?.at("/name")} maxLength={100} focus />
        <Field
          label={t.agents.description}
          value={description}
          onInput={setDescription}
          error={adding.problem?.at("/description")}
          required={false}
          maxLength={500}
        />
        <Alert problem={adding.problem} />
        <div class="actions">
          <Button type="submit" tone="primary" busy={adding.busy}>
            {t.agents.add}
          </Button>
          <CancelButton />
        </div>
      </Form>
    </Dialog>
  );
}

function KeysDialog({ agent, onClose }: { agent: Agent; onClose(): void }) {
  const { client, announce } = useNexus();
  const now = useNow();
  const [loaded, reload] = useLoad((signal) => client.get<Agent>(`/api/agents/${agent.id}`, {}, signal), agent.id);
  const [name, setName] = useState("");
  const [made, setMade] = useState("");
  const making = useAction();
  const path = `/api/agents/${agent.id}/keys`;
  const make = () =>
    void making.run(async () => {
      const { key } = await client.call<AgentKeyCreated>("POST", path, { body: { name } });
      setMade(key ?? "");
      setName("");
      reload();
    });
  const revoke = (id: string) =>
    void making.run(async () => {
      await client.call("DELETE", `${path}/${id}`);
      announce(t.agents.revoked);
      reload();
    });
  const keys = loaded.state === "ready" ? loaded.value.keys : agent.keys;
  return (
    <Dialog title={t.agents.connectTitle(agent.name)} onClose={onClose}>
      <div class="stack">
        {made && (
          <div class="field">
            <span class="label">{t.agents.keyOnce}</span>
            <CopyField text={made} what={t.agents.key} />
          </div>
        )}
        {keys.length === 0 && <p class="soft">{t.agents.noKeys}</p>}
        <ul class="lines">
          {keys.map((key) => (
            <li key={key.id} class="card">
              <div class="top">
                <div class="names">
                  <strong>{key.name || (key.kind === "secret" ? t.agents.unnamed : t.agents.publicKey)}</strong>
                  <p class="soft">
                    <code>{key.kind === "secret" ? `nxa_${key.id}…` : key.id}</code> · {t.agents.expires(key.expires_at, now)}
                  </p>
                </div>
                <Button busy={making.busy} aria-label={`${t.agents.revoke}: ${key.name || key.id}`} onClick={() => revoke(key.id)}>
                  {t.agents.revoke}
                </Button>
              </div>
            </li>
          ))}
        </ul>
        <Form id="make-key" unsaved={name !== ""} onSubmit={() => !making.busy && make()}>
          <Field label={t.agents.keyName} value={name} onInput={setName} error={making.problem?.at("/name")} required={false} maxLength={100} />
          <Alert problem={making.problem} />
          <div class="actions">
            <Button type="submit" tone={made ? "plain" : "primary"} busy={making.busy}>
              {t.agents.makeKey}
            </Button>
          </div>
        </Form>
        <div class="field">
          <span class="label">{t.agents.mcp}</span>
          <CopyField text={`${client.origin}/mcp`} what={t.agents.mcp} />
        </div>
        <div class="field">
          <span class="label">{t.agents.curl}</span>
          <CopyField text={`curl ${client.origin}/api/proxy -H "Authorization: Bearer $NEXUS_KEY"`} what={t.agents.curl} />
        </div>
      </div>
    </Dialog>
  );
}
