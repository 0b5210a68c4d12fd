/** The integrations that admit an agent, with their rules for it. */
import { agentPath } from "../api/paths";
import type { Agent, AgentAccess } from "../api/types";
import { t } from "../text/all";
import { useLoad, useNexus } from "./context";
import { Loaded } from "./loaded";
import { RouteLink } from "./parts";

type Item = AgentAccess["items"][number];

const isUsable = ({ may }: Item): boolean => may;

export function AgentAccessList({ agent }: { agent: Agent }) {
  const { client, go } = useNexus();
  const [access, reload] = useLoad((signal) => client.get<AgentAccess>(`${agentPath(agent.id)}/access`, {}, signal), agent.id);
  return (
    <section class="box">
      <h2>{t.agents.access}</h2>
      <Loaded of={access} onRetry={() => reload()} rows={3} isEmpty={({ items }) => !items.some(isUsable)} empty={<p class="soft">{t.agents.accessNone}</p>}>
        {({ items }) => (
          <ul class="plain-rows">
            {items.filter(isUsable).map((one) => (
              <li key={one.id}>
                <div class="names">
                  <RouteLink origin={client.origin} route={{ page: "integration", id: one.slug, tab: "access" }} go={go}>
                    {one.name}
                  </RouteLink>
                  <p class="soft small">
                    <Rules item={one} />
                  </p>
                </div>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </section>
  );
}

/** The rules in one line: `allow GET, HEAD /**`. */
function Rules({ item: { rules } }: { item: Item }) {
  if (rules.length === 0) return <>{t.agents.accessAll}</>;
  const [first] = rules;
  if (rules.length > 2 || !first) return <>{t.agents.accessRules(rules.length)}</>;
  return (
    <>
      {rules.map(({ by, rule }) => (
        <span key={by} class="rule-line">
          {rule.effect === "allow" ? t.access.allow : t.access.deny} <code>{rule.methods.join(", ")}</code> <code>{rule.path}</code>
        </span>
      ))}
    </>
  );
}
