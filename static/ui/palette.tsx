/**
 * The command palette: one field that leads to a page, an integration, an agent, or a provider to connect. It is the
 * combobox of the ARIA Authoring Practices: the focus stays in the field, and the arrow keys choose.
 */
import { useEffect, useId, useRef, useState } from "preact/hooks";

import type { Integration, IntegrationPage, ManifestSummary } from "../api/types";
import { mayDo } from "../logic/identity";
import { placesFor } from "../logic/palette";
import type { Place } from "../logic/palette";
import type { Route } from "../logic/route";
import { t } from "../text/all";
import { useNexus } from "./context";
import { Dialog } from "./dialog";
import { Icon } from "./icons";
import type { IconName } from "./icons";
import { Mark, useFocus } from "./parts";
import { useAgents } from "./use-agents";

/** A page of the navigation. */
export interface PageEntry {
  readonly name: string;
  readonly route: Route;
  readonly icon: IconName;
}

interface Props {
  /** The pages that the person may open. */
  pages: readonly PageEntry[];
  catalogue: readonly ManifestSummary[];
  onClose(): void;
}

export function Palette({ pages, catalogue, onClose }: Props) {
  const { identity, go } = useNexus();
  const isManager = mayDo(identity.role, "MANAGER");
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const integrations = useFound(typed, isManager);
  const [agents] = useAgents(isManager);
  const places = placesFor(typed, { pages, integrations, agents: agents.state === "ready" ? agents.value : [], catalogue });
  const chosen = Math.min(at, places.length - 1);
  const id = useId();
  const input = useFocus<HTMLInputElement>();
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" }), [chosen, typed]);
  const open = (place: Place | undefined) => {
    if (!place) return;
    onClose();
    go(place.route);
  };
  const key = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined && event.key !== "Enter") return;
    event.preventDefault();
    if (step === undefined) open(places[chosen]);
    else if (places.length > 0) setAt((chosen + step + places.length) % places.length);
  };
  const option = (place: Place, index: number) => (
    <div
      key={`${place.kind} ${place.id}`}
      id={`${id}-${index}`}
      role="option"
      aria-selected={index === chosen ? "true" : "false"}
      onClick={() => open(place)}
      onPointerMove={() => setAt(index)}
    >
      <PlaceMark place={place} pages={pages} catalogue={catalogue} />
      <span>{place.kind === "provider" ? t.add.titleOf(place.name) : place.name}</span>
    </div>
  );
  const kinds = (["page", "integration", "agent", "provider"] as const).filter((kind) => places.some((place) => place.kind === kind));
  return (
    <Dialog title={t.palette.title} onClose={onClose}>
      <div class="search picker">
        <Icon name="search" />
        <input
          ref={input}
          role="combobox"
          aria-label={t.palette.label}
          aria-expanded="true"
          aria-controls={id}
          aria-autocomplete="list"
          aria-activedescendant={chosen >= 0 ? `${id}-${chosen}` : undefined}
          placeholder={t.palette.label}
          value={typed}
          autocomplete="off"
          spellcheck={false}
          onInput={(event) => {
            setTyped(event.currentTarget.value);
            setAt(0);
          }}
          onKeyDown={key}
        />
      </div>
      <div class="places" id={id} role="listbox" aria-label={t.palette.title} ref={list}>
        {kinds.map((kind) => (
          <div key={kind} role="group" aria-labelledby={`${id}-${kind}`}>
            <p class="section" id={`${id}-${kind}`}>
              {t.palette.kinds[kind]}
            </p>
            {places.map((place, index) => place.kind === kind && option(place, index))}
          </div>
        ))}
      </div>
      <p class={places.length > 0 ? "unseen" : "none"} role="status">
        {places.length > 0 ? t.palette.found(places.length) : t.palette.none(typed.trim())}
      </p>
    </Dialog>
  );
}

/** The mark of a provider, the icon of a page, or that of agents. */
function PlaceMark({ place: { kind, manifest, name }, pages, catalogue }: Pick<Props, "pages" | "catalogue"> & { place: Place }) {
  if (!manifest) return <Icon name={pages.find((page) => kind === "page" && page.name === name)?.icon ?? "plug"} />;
  const provider = catalogue.find((one) => one.id === manifest);
  return <Mark name={provider?.name ?? name} brand={provider?.brand} />;
}

/** How long typing has to pause before the server is asked, in milliseconds. */
const PAUSE = 150;

/** The integrations that the server finds for a text. Until it has answered, they are those of the text before. */
function useFound(typed: string, mayRead: boolean): readonly Integration[] {
  const { client } = useNexus();
  const [found, setFound] = useState<readonly Integration[]>([]);
  const q = typed.trim();
  useEffect(() => {
    if (!mayRead) return;
    const stop = new AbortController();
    const ask = () =>
      client.get<IntegrationPage>("/api/integrations", { q, limit: 6 }, stop.signal).then(
        ({ items }) => setFound(items),
        // The pages say what is wrong with the server. Here, they can still be opened.
        () => undefined,
      );
    const timer = setTimeout(() => void ask(), q ? PAUSE : 0);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [client, q, mayRead]);
  return found;
}
