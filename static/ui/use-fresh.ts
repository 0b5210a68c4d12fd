/** Loads again when what is shown may be out of date. */
import { useEffect, useRef } from "preact/hooks";

import { hearTabs } from "../api/tabs";

/**
 * Runs `reload` when something was changed in another tab of the same workspace, when the page gets the
 * focus again, and when the connection is back. `isIdle` is false while a reload would disturb somebody.
 */
export function useFresh(workspace: string, reload: () => void, isIdle = true): void {
  const latest = useRef(reload);
  latest.current = reload;
  useEffect(() => {
    if (!isIdle) return;
    const ifVisible = () => document.visibilityState === "visible" && latest.current();
    const stop = hearTabs((message) => {
      const isOurs = message.type === "nexus:oauth" || (message.type === "nexus:changed" && message.workspace === workspace);
      if (isOurs) ifVisible();
    });
    addEventListener("focus", ifVisible);
    addEventListener("online", ifVisible);
    return () => {
      stop();
      removeEventListener("focus", ifVisible);
      removeEventListener("online", ifVisible);
    };
  }, [workspace, isIdle]);
}
