/** What a workspace without integrations shows below its first button: services that people connect often, and the way to a first call. */
import { popularOf, servicesOf } from "../config/services";
import type { ManifestSummary } from "../api/types";
import { t } from "../text/all";
import { Tile } from "./gallery";
import { useOauthApps } from "./use-oauth-apps";

/** How many services are shown. */
const SHOWN = 6;

export function FirstRun({ catalogue }: { catalogue: readonly ManifestSummary[] }) {
  const apps = useOauthApps();
  const popular = popularOf(servicesOf(catalogue)).slice(0, SHOWN);
  return (
    <div class="first-run">
      {popular.length > 0 && (
        <ul class="tiles" aria-label={t.add.popular}>
          {popular.map((service) => (
            <Tile key={service.ways[0].id} service={service} way={service.ways[0]} apps={apps} />
          ))}
        </ul>
      )}
      <ol class="steps">
        {t.add.firstSteps.map(([title, text]) => (
          <li>
            <strong>{title}</strong>
            <span class="soft">{text}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}
