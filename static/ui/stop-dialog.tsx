/** The question before an emergency stop: what it covers, counted, and why. */
import { useState } from "preact/hooks";

import type { Stop, StopPreview } from "../api/types";
import { t } from "../text/all";
import { useAction, useLoad, useNexus } from "./context";
import { Field, Form, Radio } from "./controls";
import { CancelButton, Dialog } from "./dialog";
import { Icon } from "./icons";
import { Alert, Button } from "./parts";

export interface StopTarget {
  readonly scope: Stop["scope"];
  /** Null for the workspace. */
  readonly id: string | null;
  readonly name: string;
}

interface Props {
  target: StopTarget;
  /** Something larger that can be stopped in its place. */
  wider?: StopTarget;
  onClose(): void;
}

export function StopDialog({ target: narrow, wider, onClose }: Props) {
  const { client, announce, stops } = useNexus();
  const [isWide, setWide] = useState(false);
  const target = isWide && wider ? wider : narrow;
  const { scope, id, name } = target;
  const [preview] = useLoad((signal) => client.get<StopPreview>("/api/panic/preview", { scope, id }, signal), `${scope} ${id}`);
  const [reason, setReason] = useState("");
  const [showMissing, setShowMissing] = useState(false);
  const stopping = useAction();
  const submit = () => {
    setShowMissing(true);
    if (!reason.trim()) return;
    void stopping.run(async () => {
      await client.call<Stop>("POST", "/api/panic", { body: { scope, ...(id && { id }), reason: reason.trim() } });
      announce(t.stops.done(name));
      stops.reload();
      onClose();
    });
  };
  const error = stopping.problem?.at("/reason") ?? (showMissing && !reason.trim() ? t.stops.reasonMissing : undefined);
  return (
    <Dialog kind="question" title={scope === "workspace" ? t.stops.titleOfWorkspace : t.stops.titleOf(name)} onClose={onClose}>
      <Form id="stop" unsaved={reason.trim() !== ""} onSubmit={() => !stopping.busy && submit()}>
        {wider && (
          <fieldset class="group">
            <legend>{t.stops.whatElse}</legend>
            {[narrow, wider].map((one) => (
              <Radio
                name="stop-scope"
                label={one === wider ? t.stops.allOf(one.name) : t.stops.only(one.name)}
                checked={one === target}
                onPick={() => setWide(one === wider)}
              />
            ))}
          </fieldset>
        )}
        <div class="alert" role="status">
          <Icon name="stop" />
          <div>
            <strong>
              {preview.state === "loading" ? t.stops.counting : preview.state === "failed" ? t.stops.countFailed : t.stops.counts(preview.value)}
            </strong>
            <p>{scope === "workspace" ? `${t.stops.effect} ${t.stops.effectWorkspace}` : t.stops.effect}</p>
          </div>
        </div>
        <Field label={t.stops.reason} value={reason} onInput={setReason} error={error} hint={t.stops.reasonHint} maxLength={200} focus />
        {!error && <Alert problem={stopping.problem} />}
        <div class="actions">
          <Button type="submit" tone="alarm" icon="stop" busy={stopping.busy}>
            {t.stops.stopNow}
          </Button>
          <CancelButton />
        </div>
      </Form>
    </Dialog>
  );
}
