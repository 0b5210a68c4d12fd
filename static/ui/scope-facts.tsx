/** The scopes that were asked for and those that were granted, with what is missing first. */
import { integrationPath } from "../api/paths";
import type { CallPage, Integration } from "../api/types";
import type { IntegrationManifest } from "../config/integration-manifests";
import { scopeRows, usesOf } from "../logic/scopes";
import { t } from "../text/all";
import { useLoad, useNexus } from "./context";
import { Icon } from "./icons";
import { Loaded } from "./loaded";
import { Button } from "./parts";

interface Props {
  integration: Integration;
  manifest: IntegrationManifest;
  /** Opens the dialog that asks the provider again. */
  onReconnect(): void;
}

export function ScopeFacts({ integration, manifest, onReconnect }: Props) {
  const described = new Map(manifest.oauth2?.scopes?.known?.map((scope) => [scope.name, scope.description]));
  const rows = scopeRows(integration.scopes);
  const isShort = rows.some((row) => row.isMissing);
  return (
    <section class="box">
      <h2>{t.manage.scopes}</h2>
      {integration.scopes.granted.length === 0 && <p class="soft">{t.manage.noScopes}</p>}
      {isShort && (
        <div class="alert warn">
          <Icon name="warn" />
          <div>
            <strong>{t.manage.missing}</strong>
            <p>{t.manage.missingLead}</p>
            <Button icon="out" onClick={onReconnect}>
              {t.manage.askAgain}
            </Button>
          </div>
        </div>
      )}
      {rows.length > 0 && (
        <table class="scope-table">
          <thead>
            <tr>
              <th scope="col">{t.manage.scope}</th>
              <th scope="col">{t.manage.asked}</th>
              <th scope="col">{t.manage.granted}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ name, isAsked, isGranted, isMissing }) => (
              <tr key={name} class={isMissing ? "warn" : undefined}>
                <th scope="row">
                  <code>{name}</code>
                  {described.has(name) && <span class="soft small">{described.get(name)}</span>}
                </th>
                <td>{yesOrNo(isAsked)}</td>
                <td>{isMissing ? <strong>{t.manage.notGranted}</strong> : yesOrNo(isGranted)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <Use id={integration.id} manifest={manifest} />
    </section>
  );
}

/** How many calls are looked at. */
const LOOKED_AT = 100;

/** The facts that the last calls of agents show about the scopes: whether they read or write, and whether the provider forbade some. */
function Use({ id, manifest }: { id: string; manifest: IntegrationManifest }) {
  const { client } = useNexus();
  const [calls, again] = useLoad((signal) => client.get<CallPage>(`${integrationPath(id)}/calls`, { limit: LOOKED_AT }, signal), id);
  return (
    <>
      <h3>{t.manage.use}</h3>
      <p class="hint">{t.manage.useLead}</p>
      <Loaded of={calls} onRetry={() => again()} rows={1}>
        {({ items, next_cursor: more }) => {
          const { reads, writes, forbidden } = usesOf(items, manifest);
          if (reads + writes === 0) return <p>{t.calls.latestNone}</p>;
          return (
            <>
              <p>{t.manage.uses(reads, writes, more === null ? null : LOOKED_AT)}</p>
              {forbidden > 0 && <p>{t.manage.forbidden(forbidden)}</p>}
            </>
          );
        }}
      </Loaded>
    </>
  );
}

function yesOrNo(is: boolean) {
  if (!is) return <span class="soft">{t.no}</span>;
  return (
    <span class="good">
      <Icon name="good" />
      <span class="unseen">{t.yes}</span>
    </span>
  );
}
