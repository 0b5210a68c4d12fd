/** The rules that a preset stands for, as the server makes them for a new integration. */
import type { Manifest, Preset, Rule } from "../api/types";

export const PRESETS: readonly Preset[] = ["read_only", "no_deletes", "all"];

const allow = (methods: readonly string[], path: string, host?: string | null): Rule => ({
  effect: "allow",
  methods: [...methods],
  path,
  ...(host && { host }),
});

export function rulesOf(preset: Preset, { get_may_write: getMayWrite = false, reads = [] }: Pick<Manifest["api"], "get_may_write" | "reads">): Rule[] {
  if (preset === "all") return [];
  if (preset === "no_deletes") return [{ effect: "deny", methods: ["DELETE"], path: "/**" }];
  const methodsOf = (method: string) => (getMayWrite ? [...new Set(["GET", "HEAD", method])] : [method]);
  return [
    allow(getMayWrite ? ["OPTIONS"] : ["GET", "HEAD", "OPTIONS"], "/**"),
    ...reads.map(({ method, path, host }) => allow(methodsOf(method), path, host)),
  ];
}

/** The preset that these rules are, or null if they are rules of somebody's own. */
export function presetOf(rules: readonly Rule[], api: Pick<Manifest["api"], "get_may_write" | "reads">): Preset | null {
  const plain = (some: readonly Rule[]) => JSON.stringify(some.map(({ effect, methods, path, host, agents }) => [effect, methods, path, host ?? null, agents ?? null]));
  return PRESETS.find((preset) => plain(rulesOf(preset, api)) === plain(rules)) ?? null;
}
