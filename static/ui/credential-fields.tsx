/** The fields of a manifest, what is typed into them, and what is wrong with it. */
import { useState } from "preact/hooks";

import type { Problem } from "../api/client";
import { looksRight, pointer } from "../logic/fields";
import type { FieldSpec } from "../logic/fields";
import { t } from "../text";
import { Field } from "./controls";
import { Out } from "./parts";

export interface Typed {
  readonly values: Readonly<Record<string, string>>;
  set(name: string, value: string): void;
  /** What was typed of one group, without what is empty. */
  of(group: FieldSpec["group"]): Record<string, string>;
  /** The first field that is empty and must not be. */
  missing(): FieldSpec | undefined;
}

export function useTyped(fields: readonly FieldSpec[], first: Readonly<Record<string, string>> = {}): Typed {
  const [values, setValues] = useState<Record<string, string>>(first);
  return {
    values,
    set: (name, value) => setValues((before) => ({ ...before, [name]: value })),
    of: (group) =>
      Object.fromEntries(
        fields
          .filter((field) => field.group === group)
          .map((field) => [field.name, (values[field.name] ?? "").trim()] as const)
          .filter(([, value]) => value !== ""),
      ),
    missing: () => fields.find((field) => !(values[field.name] ?? "").trim()),
  };
}

interface Props {
  fields: readonly FieldSpec[];
  typed: Typed;
  provider: string;
  problem: Problem | null;
  /** Whether what is empty is shown as missing. */
  complain: boolean;
  focus?: boolean;
}

export function CredentialFields({ fields, typed, provider, problem, complain, focus = false }: Props) {
  // The provider does not say which one it refused: the last secret is the likeliest.
  const refused = problem?.code === "credential_refused" ? fields.findLast((field) => field.secret) : undefined;
  return (
    <>
      {fields.map((field, index) => {
        const value = typed.values[field.name] ?? "";
        const right = looksRight(field.pattern, value.trim());
        const wrong =
          problem?.at(pointer(field)) ??
          (field === refused ? `${t.add.rejectedBy(provider)}: ${problem?.message}` : undefined) ??
          (complain && !value.trim() ? t.add.required(field.label) : undefined);
        return (
          <Field
            key={field.name}
            label={field.label}
            value={value}
            onInput={(value) => typed.set(field.name, value)}
            error={wrong}
            doubt={right ? undefined : t.add.patternHint(field.example)}
            secret={field.secret}
            choices={field.choices}
            placeholder={field.example}
            code={field.secret}
            focus={focus && index === 0}
            hint={field.help && <Out href={field.help}>{t.add.help}</Out>}
          />
        );
      })}
    </>
  );
}
