/** "What may they do?": the rules of a new integration by one word. */
import type { Preset } from "../api/types";
import { PRESETS } from "../logic/presets";
import { t } from "../text/all";

export function PresetChoice({ preset, onChange }: { preset: Preset; onChange(preset: Preset): void }) {
  return (
    <fieldset class="group">
      <legend>{t.preset.question}</legend>
      {PRESETS.map((one) => (
        <label class="check">
          <input type="radio" name="preset" checked={preset === one} onChange={() => onChange(one)} />
          <span>
            {t.preset.names[one]}
            <span class="soft">{t.preset.hints[one]}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
