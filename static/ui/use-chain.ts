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
  readonly result: CheckedChain | null;
  start(): void;
}

interface CheckedChain {
  readonly chain: ChainResult;
  /** How many records the head had that the server named before. */
  readonly expected: number;
  /** Whether the chain has that head, and each record that it must contain. */
  readonly hasHead: boolean;
  readonly hasRecords: boolean;
}

/** The number and the hash of an audit record. */
export type RecordMark = Pick<AuditRecord, "seq" | "hash">;

/** `contains` are records that the chain must contain. */
export function useChain(contains: readonly RecordMark[]): ChainCheck {
  const { client } = useNexus();
  const action = useAction();
  const [loaded, setLoaded] = useState(0);
  const [result, setResult] = useState<CheckedChain | null>(null);
  const start = () =>
    void action.run(async () => {
      setResult(null);
      const head = await client.get<AuditHead>("/api/audit/head");
      const { items } = await pages<AuditRecord>((cursor, soFar) => {
        setLoaded(soFar);
        return client.get<AuditPage>("/api/audit", { limit: 100, cursor });
      });
      const chain = new Chain();
      await chain.add(items.toReversed());
      setResult({
        chain: chain.result,
        expected: head.count,
        hasHead: chain.has(head.count, head.hash ?? ""),
        hasRecords: contains.every((one) => chain.has(one.seq, one.hash)),
      });
    });
  return { action, loaded, result, start };
}
