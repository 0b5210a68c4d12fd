/** The people of the workspace, for administrators: roles, switching off, and invitations. */
import { useState } from "preact/hooks";

import type { InvitationList, Person, PersonPage } from "../api/types";
import { roleName, t } from "../text/all";
import { useAction, useLoad, useNexus, useNow } from "./context";
import { Switch } from "./controls";
import { InviteDialog, SignInLinkDialog } from "./invite-dialog";
import { Loaded } from "./loaded";
import { Menu } from "./menu";
import type { MenuItem } from "./menu";
import { More } from "./more";
import { Alert, Button, Mark } from "./parts";
import { RemoveDialog } from "./remove";
import { StopDialog } from "./stop-dialog";
import { useFresh } from "./use-fresh";
import { usePages } from "./use-pages";

interface PeopleAndInvitations {
  readonly page: PersonPage;
  readonly invitations: InvitationList;
}

export function People() {
  const { client, identity } = useNexus();
  const [first, reload] = useLoad(async (signal): Promise<PeopleAndInvitations> => {
    const [page, invitations] = await Promise.all([
      client.get<PersonPage>("/api/people", { limit: 50 }, signal),
      client.get<InvitationList>("/api/people/invitations", {}, signal),
    ]);
    return { page, invitations };
  }, 0);
  const [inviting, setInviting] = useState(false);
  useFresh(identity.workspace, () => reload(), !inviting);
  return (
    <>
      <div class="page-head">
        <div>
          <h1 tabIndex={-1}>{t.people.title}</h1>
          <p class="soft">{t.people.lead}</p>
        </div>
        <Button tone="primary" icon="plus" onClick={() => setInviting(true)}>
          {t.people.invite}
        </Button>
      </div>
      <Loaded of={first} onRetry={() => reload()}>
        {({ page, invitations }) => (
          <>
            <Lines first={page} onChanged={() => reload()} />
            {invitations.items.length > 0 && <Invitations list={invitations} onChanged={() => reload()} />}
          </>
        )}
      </Loaded>
      {inviting && (
        <InviteDialog
          onClose={() => {
            setInviting(false);
            reload();
          }}
        />
      )}
    </>
  );
}

function Lines({ first, onChanged }: { first: PersonPage; onChanged(): void }) {
  const { client, announce } = useNexus();
  const now = useNow();
  const { items, action, more } = usePages(first, (cursor) => client.get<PersonPage>("/api/people", { limit: 50, cursor }));
  const [stopping, setStopping] = useState<Person | null>(null);
  const [removing, setRemoving] = useState<Person | null>(null);
  const [linking, setLinking] = useState<Person | null>(null);
  const change = useAction();
  const send = (method: string, path: string, body: object | undefined, done: string) =>
    void change.run(async () => {
      await client.call(method, path, { body });
      announce(done);
      onChanged();
    });
  const put = (person: Person, body: object, done: string) => send("PUT", `/api/people/${person.id}`, body, done);
  const menu = (person: Person): MenuItem[] => {
    const { id, issuer, name, role, source, sessions, status } = person;
    const other = role === "ADMIN" ? "MANAGER" : "ADMIN";
    const [isLocal, hasSessions] = [source === "local" && status === "active", sessions.length > 0];
    return [
      ...(isLocal
        ? ([{ label: other === "ADMIN" ? t.people.makeAdmin : t.people.makeManager, icon: "people", onSelect: () => put(person, { role: other }, t.people.changed(name)) }] as const)
        : []),
      ...(isLocal && issuer === null ? ([{ label: t.people.signInLink, icon: "link", onSelect: () => setLinking(person) }] as const) : []),
      ...(hasSessions
        ? ([{ label: t.people.signOut, icon: "leave", onSelect: () => send("POST", `/api/people/${id}/sessions/end`, undefined, t.people.signedOut(name)) }] as const)
        : []),
      ...(person.passkeys > 0
        ? ([{ label: t.people.removePasskeys, icon: "key", tone: "danger", onSelect: () => setRemoving(person) }] as const)
        : []),
      { label: t.stops.stop, icon: "stop", tone: "danger", onSelect: () => setStopping(person) },
    ];
  };
  return (
    <>
      <Alert problem={change.problem} />
      <ul class="lines">
        {items.map((person) => {
          const isOn = person.status === "active";
          return (
            <li key={person.id} class={isOn ? "card" : "card off"}>
              <div class="top">
                <Mark name={person.name} brand={undefined} />
                <div class="names">
                  <h2>
                    {person.name} <span class={person.role === "ADMIN" ? "tag accent" : "tag"}>{roleName(person)}</span>
                  </h2>
                  <p class="soft">
                    {[
                      ...(person.email ? [person.email] : []),
                      t.people.source[person.source] ?? person.source,
                      t.people.seen(person.last_seen_at, now),
                      ...(person.passkeys > 0 ? [t.people.passkeys(person.passkeys)] : []),
                      ...(person.sessions.length > 0 ? [t.people.sessions(person.sessions.length)] : []),
                    ].join(" · ")}
                  </p>
                </div>
                <div class="actions">
                  <Switch
                    label={t.people.switchOf(person.name)}
                    on={isOn}
                    busy={change.busy}
                    onChange={(on) => put(person, { status: on ? "active" : "disabled" }, t.people.switched(person.name, on))}
                  >
                    {isOn ? t.people.on : t.people.off}
                  </Switch>
                  <Menu label={t.people.menuOf(person.name)} items={() => menu(person)} />
                </div>
              </div>
            </li>
          );
        })}
      </ul>
      <More action={action} more={more} />
      {linking && (
        <SignInLinkDialog
          person={linking}
          onClose={() => {
            setLinking(null);
            onChanged();
          }}
        />
      )}
      {removing && (
        <RemoveDialog
          title={t.people.removePasskeysTitle(removing.name)}
          lead={t.people.removePasskeysLead}
          done={t.people.removedPasskeys(removing.name)}
          path={`/api/people/${removing.id}/passkeys`}
          yes={t.people.removePasskeys}
          onClose={(isRemoved) => {
            setRemoving(null);
            if (isRemoved) onChanged();
          }}
        />
      )}
      {stopping && <StopDialog target={{ scope: "person", id: stopping.id, name: stopping.name }} onClose={() => setStopping(null)} />}
    </>
  );
}

function Invitations({ list, onChanged }: { list: InvitationList; onChanged(): void }) {
  const { client, announce } = useNexus();
  const now = useNow();
  const action = useAction();
  const withdraw = (id: string) =>
    void action.run(async () => {
      await client.call("DELETE", `/api/people/invitations/${id}`);
      announce(t.people.withdrawn);
      onChanged();
    });
  return (
    <section>
      <h2 class="section">
        {t.people.open} <span class="count">{list.items.length}</span>
      </h2>
      <Alert problem={action.problem} />
      <ul class="lines">
        {list.items.map((one) => {
          const name = one.name ?? one.email ?? one.id;
          return (
            <li key={one.id} class="card">
              <div class="top">
                <div class="names">
                  <h3>{name}</h3>
                  <p class="soft">
                    {one.person_id ? t.people.signInLink : roleName(one)} · {t.people.expires(one.expires_at, now)}
                  </p>
                </div>
                <Button busy={action.busy} aria-label={`${t.people.withdraw}: ${name}`} onClick={() => withdraw(one.id)}>
                  {t.people.withdraw}
                </Button>
              </div>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
