/** The integrations that need a person: those that do not work, and those whose way to connect ends. */
import type { ComponentChildren } from "preact";

import type { Integration, ManifestSummary } from "../api/types";
import { endState } from "../logic/ends";
import { nextAction, stateWord } from "../logic/health";
import type { Action } from "../logic/health";
import { HOME } from "../logic/route";
import type { Route } from "../logic/route";
import { t } from "../text/all";
import { useNexus, useNow } from "./context";
import type { Ending } from "./ends";
import { Icon } from "./icons";
import { Button, Mark, RouteLink } from "./parts";

/** How many rows are shown. */
const ROWS = 5;

const overviewOf = ({ slug }: Integration): Route => ({ page: "integration", id: slug, tab: "overview" });

interface Props {
  broken: readonly Integration[];
  /** The integrations whose way to connect ends, and that work until then. */
  ending: readonly Ending[];
  catalogue: readonly ManifestSummary[];
  onAction(integration: Integration, action: Action): void;
}

export function Needs({ broken, ending, catalogue, onAction }: Props) {
  const { client, go } = useNexus();
  const now = useNow();
  const all = broken.length + ending.length;
  return (
    <section class="box needs-you">
      <div class="box-head">
        <h2>{t.home.needs}</h2>
        {all > ROWS && (
          <RouteLink origin={client.origin} route={HOME} go={go}>
            {t.home.all(all)}
          </RouteLink>
        )}
      </div>
      {all === 0 && (
        <p class="health good">
          <Icon name="good" />
          <span>{t.home.needsNone}</span>
        </p>
      )}
      <ul class="needs">
        {broken.slice(0, ROWS).map((one) => {
          const action = nextAction(one);
          return (
            <Need key={one.id} integration={one} catalogue={catalogue} why={t.list.healthState[stateWord(one)] ?? ""}>
              {action && (
                <Button aria-label={`${t.list.action[action]}: ${one.name}`} onClick={() => onAction(one, action)}>
                  {t.list.action[action]}
                </Button>
              )}
            </Need>
          );
        })}
        {ending.slice(0, Math.max(0, ROWS - broken.length)).map(({ integration: one, ends }) => (
          <Need key={one.id} integration={one} catalogue={catalogue} why={t.ends.needs(ends.on, endState(ends, now) === "ended")}>
            <Button aria-label={`${t.ends.show}: ${one.name}`} onClick={() => go(overviewOf(one))}>
              {t.ends.show}
            </Button>
          </Need>
        ))}
      </ul>
    </section>
  );
}

interface NeedProps extends Pick<Props, "catalogue"> {
  integration: Integration;
  why: string;
  /** The button that leads to the end of it. */
  children: ComponentChildren;
}

/** One thing that needs a person. */
function Need({ integration: one, catalogue, why, children }: NeedProps) {
  const { client, go } = useNexus();
  const provider = catalogue.find((provider) => provider.id === one.manifest_id);
  return (
    <li>
      <Mark name={provider?.name ?? one.manifest_id} brand={provider?.brand} />
      <span class="names">
        <RouteLink origin={client.origin} route={overviewOf(one)} go={go}>
          {one.name}
        </RouteLink>
        <span class="soft">{why}</span>
      </span>
      {children}
    </li>
  );
}
