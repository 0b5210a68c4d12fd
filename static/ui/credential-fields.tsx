/** The fields of a manifest, with their values and their errors. */
import { useState } from "preact/hooks";

import type { Problem } from "../api/client";
import { looksRight, pointer, rejectionOf } from "../logic/fields";
import type { FieldSpec } from "../logic/fields";
import { t } from "../text/all";
import { Field } from "./controls";
import { ExternalLink } from "./parts";

export interface FieldValues {
  readonly all: Readonly<Record<string, string>>;
  set(name: string, value: string): void;
  /** The values of one group, without empty values. */
  ofGroup(group: FieldSpec["group"]): Record<string, string>;
  /** The first field that is empty. */
  firstEmpty(): FieldSpec | undefined;
}

export function useFieldValues(fields: readonly FieldSpec[], initial: Readonly<Record<string, string>> = {}): FieldValues {
  const [values, setValues] = useState<Record<string, string>>(initial);
  return {
    all: values,
    set: (name, value) => setValues((before) => ({ ...before, [name]: value })),
    ofGroup: (group) =>
      Object.fromEntries(
        fields
          .filter((field) => field.group === group)
          .map((field) => [field.name, (values[field.name] ?? "").trim()] as const)
          .filter(([, value]) => value !== ""),
      ),
    firstEmpty: () => fields.find((field) => !(values[field.name] ?? "").trim()),
  };
}

interface Props {
  fields: readonly FieldSpec[];
  values: FieldValues;
  provider: string;
  problem: Problem | null;
  /** Whether empty fields are marked as missing. */
  showMissing: boolean;
  focus?: boolean;
}

export function CredentialFields({ fields, values, provider, problem, showMissing, focus = false }: Props) {
  // The provider does not say which value it rejected. The last secret is the most likely one.
  const rejected = problem?.code === "credential_refused" ? fields.findLast((field) => field.secret) : undefined;
  return (
    <>
      {fields.map((field, index) => {
        const value = values.all[field.name] ?? "";
        const isRight = looksRight(field.pattern, value.trim());
        const error =
          problem?.at(pointer(field)) ??
          (field === rejected ? `${t.add.rejectedBy(provider)}: ${rejectionOf(problem?.message ?? "")}` : undefined) ??
          (showMissing && !value.trim() ? t.add.required(field.label) : undefined);
        return (
          <Field
            key={field.name}
            label={field.label}
            value={value}
            onInput={(value) => values.set(field.name, value)}
            error={error}
            warning={isRight ? undefined : t.add.patternHint(field.example)}
            secret={field.secret}
            multiline={field.format !== "text"}
            choices={field.choices}
            placeholder={field.example}
            code={field.secret}
            focus={focus && index === 0}
            hint={hintOf(field)}
          />
        );
      })}
    </>
  );
}

/** The text to paste, and where to find it. */
function hintOf({ format, help }: FieldSpec) {
  const link = help && <ExternalLink href={help}>{t.add.help}</ExternalLink>;
  if (format === "text") return link;
  return (
    <>
      {t.add.paste[format]} {link}
    </>
  );
}
