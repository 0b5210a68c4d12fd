/** Checks the whole audit chain of the workspace in this browser. */
import { useState } from "preact/hooks";

import { pages } from "../api/pages";
import type { AuditHead, AuditPage, AuditRecord } from "../api/types";
import { Chain } from "../logic/chain";
import type { ChainResult } from "../logic/chain";
import { useAction, useNexus } from "./context";
import type { AsyncAction } from "./context";

export interface ChainCheck {
  readonly action: AsyncAction;
  /** How many records have been loaded. */
  readonly loaded: number;
  readonly result: ChainResult | null;
  /** The head that the server named before the records were loaded. */
  readonly head: AuditHead | null;
  start(): void;
}

export function useChain(): ChainCheck {
  const { client } = useNexus();
  const action = useAction();
  const [loaded, setLoaded] = useState(0);
  const [done, setDone] = useState<{ result: ChainResult; head: AuditHead } | null>(null);
  const start = () =>
    void action.run(async () => {
      setDone(null);
      const head = await client.get<AuditHead>("/api/audit/head");
      const { items } = await pages<AuditRecord>((cursor, soFar) => {
        setLoaded(soFar);
        return client.get<AuditPage>("/api/audit", { limit: 100, cursor });
      });
      const chain = new Chain();
      await chain.add(items.toReversed());
      setDone({ result: chain.result, head });
    });
  return { action, loaded, result: done?.result ?? null, head: done?.head ?? null, start };
}
