/** Dialogs that make a link: for a new person, and for a person who signs in again. A link is shown once. */
import { useState } from "preact/hooks";

import type { InvitationCreated, Person } from "../api/types";
import { roleName, t } from "../text/all";
import { useAction, useNexus } from "./context";
import { Field, Form, Radio } from "./controls";
import { CancelButton, Dialog } from "./dialog";
import { Alert, Button, CopyField } from "./parts";

export function InviteDialog({ onClose }: { onClose(): void }) {
  const { client } = useNexus();
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [role, setRole] = useState("MANAGER");
  const [url, setUrl] = useState("");
  const inviting = useAction();
  const isShownInForm = inviting.problem?.at("/name") !== undefined || inviting.problem?.at("/email") !== undefined;
  const submit = () =>
    void inviting.run(async () => {
      const body = { role, ...(name.trim() && { name }), ...(email.trim() && { email }) };
      setUrl((await client.call<InvitationCreated>("POST", "/api/people/invitations", { body })).url);
    });
  return (
    <Dialog title={t.people.invite} onClose={onClose}>
      {url ? (
        <Link url={url} lead={t.people.invited} what={t.people.link} onClose={onClose} />
      ) : (
        <Form id="invite" unsaved={name !== "" || email !== ""} onSubmit={() => !inviting.busy && submit()}>
          <Field label={t.people.name} value={name} onInput={setName} error={inviting.problem?.at("/name")} required={false} maxLength={100} focus />
          <Field label={t.people.email} value={email} onInput={setEmail} error={inviting.problem?.at("/email")} required={false} maxLength={254} inputMode="email" />
          <fieldset class="group">
            <legend>{t.people.role}</legend>
            {["MANAGER", "ADMIN"].map((one) => (
              <Radio name="role" label={roleName({ role: one })} hint={t.people.roleHint[one]} checked={role === one} onPick={() => setRole(one)} />
            ))}
          </fieldset>
          {!isShownInForm && <Alert problem={inviting.problem} />}
          <div class="actions">
            <Button type="submit" tone="primary" busy={inviting.busy}>
              {t.people.create}
            </Button>
            <CancelButton />
          </div>
        </Form>
      )}
    </Dialog>
  );
}

/** Makes a link with which exactly this person signs in again. */
export function SignInLinkDialog({ person, onClose }: { person: Person; onClose(): void }) {
  const { client } = useNexus();
  const [url, setUrl] = useState("");
  const making = useAction();
  const submit = () =>
    void making.run(async () => {
      const body = { person_id: person.id };
      setUrl((await client.call<InvitationCreated>("POST", "/api/people/invitations", { body })).url);
    });
  return (
    <Dialog title={t.people.signInLinkTitle(person.name)} onClose={onClose}>
      {url ? (
        <Link url={url} lead={t.people.signInLinkMade(person.name)} what={t.people.signInLinkWhat} onClose={onClose} />
      ) : (
        <Form id="sign-in-link" unsaved={false} onSubmit={() => !making.busy && submit()}>
          <p>{t.people.signInLinkLead}</p>
          <Alert problem={making.problem} />
          <div class="actions">
            <Button type="submit" tone="primary" busy={making.busy}>
              {t.people.create}
            </Button>
            <CancelButton />
          </div>
        </Form>
      )}
    </Dialog>
  );
}

function Link({ url, lead, what, onClose }: { url: string; lead: string; what: string; onClose(): void }) {
  return (
    <div class="stack">
      <p>{lead}</p>
      <CopyField text={url} what={what} />
      <div class="actions">
        <Button tone="primary" onClick={onClose}>
          {t.done}
        </Button>
      </div>
    </div>
  );
}
