/** The account of the person who is signed in: their passkeys. */
import { useState } from "preact/hooks";

import { addPasskey, canMakePasskeys } from "../api/passkeys";
import type { Passkey, PasskeyList } from "../api/types";
import { standsForCookie } from "../logic/identity";
import { moment } from "../logic/time";
import { roleName, t } from "../text/all";
import { useAction, useLoad, useNexus, useNow } from "./context";
import { Field, Form } from "./controls";
import { CancelButton, Dialog } from "./dialog";
import { Loaded } from "./loaded";
import { Alert, Button, EmptyState } from "./parts";
import { RemoveDialog } from "./remove";
import { useFresh } from "./use-fresh";

export function Account() {
  const { client, identity } = useNexus();
  return (
    <>
      <div class="page-head">
        <div>
          <h1 tabIndex={-1}>{t.account.title}</h1>
          <p class="soft">
            {identity.subject} · {t.account.of(roleName(identity), identity.workspace)}
          </p>
        </div>
      </div>
      {standsForCookie(client.credentials.token()) ? (
        <Passkeys />
      ) : (
        <EmptyState icon="key" title={t.account.byToken} lead={t.account.byTokenLead}>
          <a class="button primary" href={`${client.origin}/sign-in`}>
            {t.account.signIn}
          </a>
        </EmptyState>
      )}
    </>
  );
}

function Passkeys() {
  const { client, identity, announce } = useNexus();
  const [loaded, reload] = useLoad((signal) => client.get<PasskeyList>("/api/me/passkeys", {}, signal), client);
  const [changing, setChanging] = useState<{ passkey: Passkey; how: "rename" | "remove" } | null>(null);
  const adding = useAction();
  useFresh(identity.workspace, () => reload(), !adding.busy && changing === null);
  const add = () =>
    void adding.run(async () => {
      const made = await addPasskey(client);
      if (!made) return announce(t.account.notAdded, "bad");
      announce(t.account.added(made.name));
      reload();
    });
  const close = (isChanged: boolean) => {
    setChanging(null);
    if (isChanged) reload();
  };
  return (
    <section class="box text">
      <h2>{t.account.passkeys}</h2>
      <p class="soft">{t.account.lead}</p>
      <Loaded of={loaded} onRetry={() => reload()} rows={2} isEmpty={({ items }) => items.length === 0} empty={<p>{t.account.none}</p>}>
        {({ items }) => <Rows passkeys={items} onChange={(passkey, how) => setChanging({ passkey, how })} />}
      </Loaded>
      <Alert problem={adding.problem} />
      {canMakePasskeys() ? (
        <div class="actions">
          <Button tone="primary" icon="plus" busy={adding.busy} onClick={add}>
            {t.account.add}
          </Button>
        </div>
      ) : (
        <p class="hint">{t.account.unsupported}</p>
      )}
      {changing?.how === "rename" && <RenameDialog passkey={changing.passkey} onClose={close} />}
      {changing?.how === "remove" && (
        <RemoveDialog
          title={t.account.removeTitle(changing.passkey.name)}
          lead={t.account.removeLead}
          done={t.account.removed(changing.passkey.name)}
          path={`/api/me/passkeys/${changing.passkey.id}`}
          yes={t.account.remove}
          onClose={close}
        />
      )}
    </section>
  );
}

function Rows({ passkeys, onChange }: { passkeys: readonly Passkey[]; onChange(passkey: Passkey, how: "rename" | "remove"): void }) {
  const now = useNow();
  return (
    <ul class="plain-rows">
      {passkeys.map((passkey) => (
        <li key={passkey.id}>
          <div class="names">
            <strong>{passkey.name}</strong>
            <p class="soft small">
              <span title={moment(passkey.created_at)}>{t.account.made(passkey.created_at, now)}</span> ·{" "}
              <span title={passkey.last_used_at ? moment(passkey.last_used_at) : undefined}>{t.account.used(passkey.last_used_at, now)}</span>
              {passkey.backed_up && ` · ${t.account.backedUp}`}
            </p>
          </div>
          <div class="actions">
            <Button tone="quiet" aria-label={`${t.account.rename}: ${passkey.name}`} onClick={() => onChange(passkey, "rename")}>
              {t.account.rename}
            </Button>
            <Button tone="quiet" aria-label={`${t.account.remove}: ${passkey.name}`} onClick={() => onChange(passkey, "remove")}>
              {t.account.remove}
            </Button>
          </div>
        </li>
      ))}
    </ul>
  );
}

function RenameDialog({ passkey, onClose }: { passkey: Passkey; onClose(isChanged: boolean): void }) {
  const { client, announce } = useNexus();
  const [name, setName] = useState(passkey.name);
  const saving = useAction();
  const save = () =>
    void saving.run(async () => {
      await client.call("PUT", `/api/me/passkeys/${passkey.id}`, { body: { name } });
      announce(t.account.renamed);
      onClose(true);
    });
  return (
    <Dialog title={t.account.renameTitle(passkey.name)} onClose={() => onClose(false)}>
      <Form id="rename-passkey" unsaved={name !== passkey.name} onSubmit={() => !saving.busy && save()}>
        <Field label={t.account.name} value={name} onInput={setName} error={saving.problem?.at("/name")} maxLength={100} focus />
        {!saving.problem?.at("/name") && <Alert problem={saving.problem} />}
        <div class="actions">
          <Button type="submit" tone="primary" busy={saving.busy}>
            {t.account.save}
          </Button>
          <CancelButton />
        </div>
      </Form>
    </Dialog>
  );
}
