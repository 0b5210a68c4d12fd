/**
 * The picture of an integration: agents, Nexus with the credential inside, and the provider. A broken line
 * shows where calls end.
 */
import type { ComponentChildren } from "preact";

import type { Integration } from "../api/types";
import type { IntegrationManifest } from "../config/integration-manifests";
import { isBroken } from "../logic/health";
import { accountName } from "../logic/names";
import { t } from "../text/all";
import { Icon, Logo } from "./icons";
import { Mark } from "./parts";
import { useAgentName } from "./use-agents";

/** How many agents are named. */
const NAMED = 2;

export function Picture({ integration, manifest }: { integration: Integration; manifest: IntegrationManifest }) {
  const nameOf = useAgentName();
  const { agents } = integration.policy;
  const isOpen = agents.includes("*");
  const who = isOpen
    ? t.picture.everyAgent
    : agents.length === 0
      ? t.picture.noAgent
      : agents.length <= NAMED
        ? agents.map(nameOf).join(", ")
        : t.picture.agents(agents.length);
  const hint = integration.credential?.hint;
  const isUsable = integration.status === "active" && agents.length > 0;
  const works = !isBroken(integration);
  const account = accountName(integration);
  return (
    <figure class="picture" aria-label={t.picture.sentence(who, manifest.name, isUsable, works)} role="img">
      <Node title={t.picture.agentsTitle} text={who} badge={<Icon name="people" />} />
      <Wire text={t.picture.agentKey} isLive={isUsable} />
      <Node
        title={t.product}
        text={integration.credential ? t.picture.keyInside(hint ? hint.replace("…", "") : "") : t.picture.noKey}
        badge={<Logo />}
        isNexus
      />
      <Wire text={t.picture.credential} isLive={isUsable && works} />
      <Node title={manifest.name} text={account || manifest.api.hosts[0] || ""} badge={<Mark name={manifest.name} brand={manifest.brand} />} />
    </figure>
  );
}

function Node({ title, text, badge, isNexus = false }: { title: string; text: string; badge: ComponentChildren; isNexus?: boolean }) {
  return (
    <div class={isNexus ? "node nexus" : "node"} aria-hidden="true">
      {badge}
      <strong>{title}</strong>
      <span class="soft">
        {isNexus && <Icon name="key" />}
        {text}
      </span>
    </div>
  );
}

function Wire({ text, isLive }: { text: string; isLive: boolean }) {
  return (
    <div class={isLive ? "wire live" : "wire cut"} aria-hidden="true">
      <span class="soft">{text}</span>
      <i>{!isLive && <Icon name="close" />}</i>
    </div>
  );
}
