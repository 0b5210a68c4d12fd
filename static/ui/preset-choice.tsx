/** "What may they do?": the rules of a new integration by one word. */
import type { Preset } from "../api/types";
import { PRESETS } from "../logic/presets";
import { t } from "../text/all";
import { Radio } from "./controls";

export function PresetChoice({ preset, onChange }: { preset: Preset; onChange(preset: Preset): void }) {
  return (
    <fieldset class="group">
      <legend>{t.preset.question}</legend>
      {PRESETS.map((one) => (
        <Radio name="preset" label={t.preset.names[one]} hint={t.preset.hints[one]} checked={preset === one} onPick={() => onChange(one)} />
      ))}
    </fieldset>
  );
}
