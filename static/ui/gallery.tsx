/** The gallery of services that can be connected. It says what each needs before somebody chooses it. */
import { useMemo, useRef, useState } from "preact/hooks";

import type { ManifestSummary } from "../api/types";
import { categories, search } from "../config/integration-manifests";
import { popularOf, registersItself, servicesOf, wayOf } from "../config/services";
import type { Service } from "../config/services";
import { t } from "../text/all";
import { useNexus } from "./context";
import type { LoadState } from "./context";
import { SearchField } from "./controls";
import { EndsTag } from "./ends";
import { Loaded } from "./loaded";
import { Mark, RouteLink } from "./parts";
import { useOauthApps } from "./use-oauth-apps";

interface Props {
  catalogue: LoadState<readonly ManifestSummary[]>;
  /** Loads the catalogue again. */
  onRetry(): void;
}

export function Gallery({ catalogue, onRetry }: Props) {
  return (
    <>
      <div class="page-head">
        <div>
          <h1 tabIndex={-1}>{t.add.title}</h1>
          <Into />
        </div>
      </div>
      <Loaded of={catalogue} onRetry={onRetry} rows={8}>
        {(catalogue) => <Services catalogue={catalogue} />}
      </Loaded>
    </>
  );
}

/** Whose integration it will be. */
export function Into() {
  const { identity } = useNexus();
  const [into, workspace, as, subject] = t.add.into(identity.workspace, identity.subject);
  return (
    <p class="soft">
      {into}
      <strong>{workspace}</strong>
      {as}
      <strong>{subject}</strong>
    </p>
  );
}

function Services({ catalogue }: { catalogue: readonly ManifestSummary[] }) {
  const { identity, go } = useNexus();
  const [typed, setTyped] = useState("");
  const [category, setCategory] = useState("");
  const apps = useOauthApps();
  const tiles = useRef<HTMLDivElement>(null);
  const services = useMemo(() => servicesOf(catalogue), [catalogue]);
  const found = useMemo(
    () => search(catalogue, typed).filter((one) => !category || one.categories.includes(category)),
    [catalogue, typed, category],
  );
  const isWhole = !typed.trim() && !category;
  const shown = useMemo(() => {
    const places = new Map(found.map((one, at) => [one.id, at]));
    const place = (service: Service) => Math.min(...service.ways.map((way) => places.get(way.id) ?? Infinity));
    return services.filter((service) => place(service) < Infinity).sort((a, b) => place(a) - place(b));
  }, [services, found]);
  const popular = isWhole ? popularOf(services) : [];
  const key = (event: KeyboardEvent) => {
    const first = shown[0];
    if (event.key === "ArrowDown") {
      event.preventDefault();
      tiles.current?.querySelector("a")?.focus();
    } else if (event.key === "Enter" && first && !isWhole) {
      event.preventDefault();
      go({ page: "add", manifest: wayOf(first, found).id });
    } else if (event.key === "Escape" && typed) {
      event.preventDefault();
      setTyped("");
    }
  };
  const list = (some: readonly Service[]) => (
    <ul class="tiles">
      {some.map((service) => (
        <Tile key={service.ways[0].id} service={service} way={isWhole ? service.ways[0] : wayOf(service, found)} apps={apps} />
      ))}
    </ul>
  );
  return (
    <div class="gallery">
      <SearchField label={t.add.search} typed={typed} onType={setTyped} role="search" aria-keyshortcuts="/" data-start onKeyDown={key} />
      <Categories catalogue={catalogue} services={services.length} chosen={category} onChoose={setCategory} />
      <div ref={tiles} onKeyDown={moveAmongTiles}>
        <p class="unseen" role="status">
          {isWhole ? "" : t.add.found(shown.length)}
        </p>
        {popular.length > 0 && (
          <section>
            <h2 class="section">{t.add.popular}</h2>
            {list(popular)}
          </section>
        )}
        {shown.length > 0 && (
          <section>
            <h2 class="section">{isWhole ? t.add.everything : category ? categoryName(category) : t.add.found(shown.length)}</h2>
            {list(shown)}
          </section>
        )}
        {shown.length === 0 && (
          <p class="none">
            {t.add.noMatch(typed || categoryName(category))} {identity.role === "ADMIN" && t.add.noMatchHint}
          </p>
        )}
      </div>
    </div>
  );
}

interface CategoriesProps {
  catalogue: readonly ManifestSummary[];
  services: number;
  chosen: string;
  onChoose(category: string): void;
}

function Categories({ catalogue, services, chosen, onChoose }: CategoriesProps) {
  const all = useMemo(() => {
    const first = new Set(servicesOf(catalogue).map((service) => service.ways[0]));
    return categories(catalogue.filter((one) => first.has(one)));
  }, [catalogue]);
  const entry = (category: string, name: string, many: number) => (
    <button type="button" aria-pressed={category === chosen ? "true" : "false"} onClick={() => onChoose(category)}>
      {name} <span class="soft">{many}</span>
    </button>
  );
  return (
    <div class="categories" role="group" aria-label={t.add.category}>
      {entry("", t.add.allCategories, services)}
      {all.map(([category, many]) => entry(category, categoryName(category), many))}
    </div>
  );
}

interface TileProps {
  service: Service;
  way: ManifestSummary;
  apps: ReadonlySet<string> | null;
}

export function Tile({ service, way, apps }: TileProps) {
  const { client, go } = useNexus();
  return (
    <li>
      <RouteLink class="tile" origin={client.origin} route={{ page: "add", manifest: way.id }} go={go}>
        <Mark name={service.name} brand={way.brand} />
        <span class="names">
          <strong>{service.name}</strong>
          <span class="soft">{needOf(service, apps, client.origin)}</span>
          {way.ends && <EndsTag ends={way.ends} />}
        </span>
        {way.id.startsWith("custom-") && <span class="tag">{t.add.custom}</span>}
      </RouteLink>
    </li>
  );
}

/** The needs of a connection to a service. `apps` are the manifests with an OAuth app, if that is known. */
function needOf(service: Service, apps: ReadonlySet<string> | null, origin: string): string {
  const needs = new Set(service.ways.map((way) => entryOf(way, apps, origin)));
  if (needs.size > 1) return [...new Set(service.ways.map((way) => t.method[way.auth_method] ?? ""))].join(t.add.or);
  const [way] = service.ways;
  const choice = way.needs?.choice;
  return choice ? t.add.thenChoose(entryOf(way, apps, origin), choice) : entryOf(way, apps, origin);
}

/** The values that a person enters, or the place where the person signs in. */
function entryOf({ id, auth_method: method, needs }: ManifestSummary, apps: ReadonlySet<string> | null, origin: string): string {
  if (needs?.paste) return t.add.needsPaste[needs.paste];
  if (method !== "oauth2" || apps === null) return t.add.needs[method] ?? "";
  if (registersItself(needs?.registration, origin)) return t.add.needsNoApp;
  return apps.has(id) ? t.add.needsSignIn : t.add.needsApp;
}

/** The arrow keys move among the tiles as they are on the screen. */
function moveAmongTiles(event: KeyboardEvent): void {
  const all = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>("a.tile")];
  const at = all.findIndex((one) => one.matches(":focus"));
  const here = all[at]?.getBoundingClientRect();
  if (!here) return;
  const isBelow = (box: DOMRect) => box.top > here.top && Math.abs(box.left - here.left) < 2;
  const isAbove = (box: DOMRect) => box.top < here.top && Math.abs(box.left - here.left) < 2;
  const boxes = all.map((one) => one.getBoundingClientRect());
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, ArrowDown: boxes.findIndex(isBelow), ArrowUp: boxes.findLastIndex(isAbove) }[event.key];
  const next = to === undefined ? undefined : all[to];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

function categoryName(category: string): string {
  const text = category.replaceAll("-", " ");
  return text.length <= 3 ? text.toUpperCase() : text.charAt(0).toUpperCase() + text.slice(1);
}
