/** The banner on every page while something is stopped: which thing, why, and how to lift the stop. */
import { useState } from "preact/hooks";

import type { Stop } from "../api/types";
import type { Route } from "../logic/route";
import { t } from "../text/all";
import { useNexus, useNow } from "./context";
import { Icon } from "./icons";
import { Button, RouteLink } from "./parts";
import { LiftDialog } from "./stops";
import { useStopAuthors, useStopNames } from "./use-stop-names";

const PAGE = "emergency-stop";
const STOPS: Route = { page: "section", name: PAGE };

export function StopBanner() {
  const { client, go, route, stops } = useNexus();
  const now = useNow();
  const nameOf = useStopNames();
  const authorOf = useStopAuthors();
  const [lifting, setLifting] = useState<Stop | null>(null);
  const [stop, ...others] = stops.items;
  if (!stop) return null;
  const isOpen = route.page === "section" && route.name === PAGE;
  return (
    <section class="banner stopped" aria-label={t.stops.title}>
      <Icon name="stop" />
      <p>
        <strong>{others.length > 0 ? t.stops.bannerMany(stops.items.length) : t.stops.banner(nameOf(stop))}</strong>{" "}
        {others.length === 0 && (
          <span title={`${t.stops.at(stop.created_at)} · ${stop.created_by}`}>
            {t.stops.because(stop.reason)} <span class="by">({t.stops.by(authorOf(stop.created_by), stop.created_at, now)})</span>
          </span>
        )}
      </p>
      {others.length === 0 ? (
        <Button onClick={() => setLifting(stop)}>{t.stops.lift}</Button>
      ) : (
        !isOpen && (
          <RouteLink class="button" origin={client.origin} route={STOPS} go={go}>
            {t.stops.show}
          </RouteLink>
        )
      )}
      {lifting && <LiftDialog stop={lifting} name={nameOf(lifting)} onClose={() => setLifting(null)} />}
    </section>
  );
}
